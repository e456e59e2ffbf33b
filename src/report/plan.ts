/** A plan as text: what `nix-build-shell plan` prints. */
import { sayCall } from '../base/call.ts';
import { printable } from '../base/printable.ts';
import { opCalls, sayOp } from '../sandbox/op.ts';
import { cloneFlagNames } from '../sandbox/program.ts';
import type { Like, SandboxPlan } from '../sandbox/step.ts';
import { wrapped } from './text.ts';

function likeText({ nix, spec }: Like): string {
  const parts = [...(nix === undefined ? [] : [`Nix: ${nix}`]), ...(spec === undefined ? [] : [spec])];
  return parts.length === 0 ? '' : ` [${parts.join(', ')}]`;
}

/** Each step in words, with its reason and its counterpart; then what real Nix does and this sandbox does not. */
export function planText(plan: SandboxPlan): string {
  const steps = plan.steps.map(({ op, why, like }, index) => {
    const number = `${index + 1}`.padStart(3);
    return wrapped(sayOp(op), '     ', `${number}. `) + wrapped(`${why}${likeText(like)}`, '       ');
  });
  const omitted = plan.omitted.map(
    ({ what, why, nix }) => wrapped(what, '     ', '   - ') + wrapped(`${why} [Nix: ${nix}]`, '       '),
  );
  return `The sandbox, in the order in which it is made:\n\n${steps.join('')}\nDifferent from the build itself:\n\n${omitted.join('')}`;
}

/** The system calls of each step, in strace's form. */
export function planCalls(plan: SandboxPlan): string {
  const names = cloneFlagNames(plan);
  return plan.steps
    .map(({ op }, index) => {
      const calls =
        op.kind === 'namespaces'
          ? [`clone(${['CLONE_VM', 'CLONE_VFORK', 'CLONE_PIDFD', ...names, 'SIGCHLD'].join('|')})`]
          : opCalls(op, plan.root).map(sayCall);
      return `# ${index + 1}. ${printable(sayOp(op))}\n${calls.map(line => `${printable(line)}\n`).join('')}`;
    })
    .join('');
}
