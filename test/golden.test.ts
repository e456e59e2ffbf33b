import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sayCall } from '../src/base/call.ts';
import { entranceOf, entrancePlan } from '../src/sandbox/join.ts';
import { OPS, opCalls, sayOp } from '../src/sandbox/op.ts';
import { plan } from '../src/sandbox/plan.ts';
import { cloneFlagNames, lower } from '../src/sandbox/program.ts';
import type { SandboxPlan } from '../src/sandbox/step.ts';
import { matchesGolden } from './support/golden.ts';
import { GOLDEN_BUILDS } from './support/golden-builds.ts';

/** Each step with its calls below it, as strace(1) would print them. */
function sayProgram(plan: SandboxPlan): string {
  const program = lower(plan);
  const lines = [`clone(${cloneFlagNames(plan).join('|')})`];
  plan.steps.forEach((step, index) => {
    lines.push('', `# ${sayOp(step.op)}`, `# because ${step.why}`);
    program.calls.forEach((call, at) => {
      if (program.stepOf[at] === index) lines.push(`${call.optional === true ? '(optional) ' : ''}${sayCall(call)}`);
    });
    if (index === program.executeStep) lines.push(...opCalls(program.execute, plan.root).map(sayCall));
  });
  return `${lines.join('\n')}\n`;
}

for (const [name, input] of Object.entries(GOLDEN_BUILDS)) {
  const made = plan(input);

  test(`the plan of the build '${name}' is the reviewed one`, () => {
    matchesGolden(`${name}.plan.json`, `${JSON.stringify(made, null, 1)}\n`);
  });

  test(`the calls of the build '${name}' are the reviewed ones`, () => {
    matchesGolden(`${name}.calls.txt`, sayProgram(made));
  });

  test(`the plan of the build '${name}' survives JSON and back`, () => {
    assert.deepEqual(JSON.parse(JSON.stringify(made)), made);
    assert.equal(sayProgram(JSON.parse(JSON.stringify(made)) as SandboxPlan), sayProgram(made));
  });

  test(`every call of the build '${name}' belongs to a step, in the steps' order`, () => {
    const { calls, stepOf: owners } = lower(made);
    assert.equal(owners.length, calls.length);
    assert.deepEqual(
      owners,
      owners.toSorted((a, b) => a - b),
    );
    assert.ok(owners.every(owner => made.steps[owner] !== undefined));
  });
}

/** What is done for a second command, of the plans that differ in it. */
for (const [name, input] of Object.entries(GOLDEN_BUILDS)) {
  if (!['plain', 'interactive', 'net', 're-constructed', 'without'].includes(name)) continue;
  const entrance = entranceOf(plan(input), input);

  test(`the way into the sandbox of '${name}' is the reviewed one`, () => {
    const shell = entrancePlan(
      entrance,
      { command: ['true'] },
      { root: input.session.root, terminal: name === 'interactive' },
    );
    matchesGolden(`${name}.enter.calls.txt`, sayProgram(shell));
    assert.deepEqual(JSON.parse(JSON.stringify(entrance)), entrance);
  });

  test(`a second command of '${name}' has all that takes rights from the first one, in the same order`, () => {
    const after = (steps: SandboxPlan['steps'], kind: string): SandboxPlan['steps'] =>
      steps.slice(steps.findIndex(({ op }) => op.kind === kind) + 1);
    const rights = (steps: SandboxPlan['steps']): SandboxPlan['steps'] =>
      steps.filter(({ op }) => !['workingDirectory', 'init', 'waiter', 'execute'].includes(op.kind));
    const first = rights(after(plan(input).steps, 'enterRoot'));
    assert.deepEqual(rights(entrance.steps).slice(-first.length), first);
    assert.ok(first.some(({ op }) => op.kind === 'noCapabilities'));
  });
}

test('nothing is laid out under the old root after it went away', () => {
  for (const [name, input] of Object.entries(GOLDEN_BUILDS)) {
    const made = plan(input);
    const entered = made.steps.findIndex(({ op }) => op.kind === 'enterRoot');
    const { calls, stepOf } = lower(made);
    const late = calls.filter((call, at) => (stepOf[at] ?? 0) > entered && sayCall(call).includes(made.root));
    assert.deepEqual(late.map(sayCall), [], name);
  }
});

test('every operation occurs in a golden plan', () => {
  const seen = new Set(
    Object.values(GOLDEN_BUILDS).flatMap(input => {
      const made = plan(input);
      return [...made.steps, ...entranceOf(made, input).steps].map(({ op }) => op.kind);
    }),
  );
  assert.deepEqual(
    Object.keys(OPS).filter(kind => !seen.has(kind as keyof typeof OPS)),
    [],
  );
});
