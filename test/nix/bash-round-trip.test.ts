/**
 * The parser and the writer of env-vars against a real bash, both ways, over 10,000 random environments: what bash's `export` prints is read
 * as the bytes that it holds, and what we write is sourced as the bytes that we meant. Values need not be UTF-8.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fromBytes, toBytes } from '../../src/base/path.ts';
import type { EnvVariable } from '../../src/nix/env-vars.ts';
import { parseEnvVars } from '../../src/nix/parse-env-vars.ts';
import { writeEnvVars } from '../../src/nix/write-env-vars.ts';

const ENVIRONMENTS = 10_000;
const BATCH = 1000;
const MARK = '5d1c2b7e-end-of-one';

type Values = ReadonlyMap<string, Buffer | null>;

/** xorshift32: the same environments each time. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** What bash quotes, prints as an escape, or could be taken for the end of something. */
const PIECES = [
  '"',
  "'",
  '\\',
  '$',
  '`',
  '\n',
  '\r',
  '\t',
  '\u001b',
  '\u0007',
  '\u007f',
  '!',
  '?',
  '=',
  ' ',
  '  ',
  '#',
  '(',
  ')',
  '{',
  '}',
  ';',
  '&',
  '~',
  '*',
  '$(x)',
  '${x}',
  "$'",
  '\\n',
  '\\0',
  '\ndeclare -x EVIL="1"\n',
  'é',
  '日本',
  '😀',
  'plain text',
  '/nix/store/00000000000000000000000000000000-x',
  '-n',
  '\u0001',
  '0',
].map(text => Buffer.from(text, 'utf8'));

function value(next: (below: number) => number): Buffer | null {
  const kind = next(20);
  if (kind === 0) return null;
  if (kind === 1) return Buffer.alloc(0);
  const parts = Array.from({ length: 1 + next(8) }, () =>
    next(4) === 0 ? Buffer.from([1 + next(255)]) : (PIECES[next(PIECES.length)] ?? Buffer.alloc(0)),
  );
  return Buffer.concat(parts);
}

function environment(next: (below: number) => number): Values {
  const names = Array.from(
    { length: 1 + next(5) },
    (_, at) => `v${at}_${next(1000).toString(36)}${next(2) === 0 ? 'X' : ''}`,
  );
  return new Map(names.map(name => [name, value(next)]));
}

const quoted = (bytes: Buffer): string =>
  `$'${[...bytes].map(byte => `\\${byte.toString(8).padStart(3, '0')}`).join('')}'`;

/** Runs a script in a bash that has nothing of ours in its environment. */
function bash(script: Uint8Array | string, flags: readonly string[], locale: string): Buffer {
  const { status, stdout, stderr } = spawnSync('/bin/bash', ['--norc', '--noprofile', ...flags, '-s'], {
    input: script,
    env: { LC_ALL: locale },
    maxBuffer: 1 << 28,
  });
  assert.equal(status, 0, stderr.toString());
  assert.equal(stderr.toString(), '');
  return stdout;
}

/** Cuts what was printed at the marks. */
function cut(bytes: Buffer): readonly Buffer[] {
  const found: Buffer[] = [];
  const mark = Buffer.from(`${MARK}\n`);
  for (let start = 0, at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, start)) {
    found.push(bytes.subarray(start, at));
    start = at + mark.length;
  }
  return found;
}

function environments(seed: number): readonly Values[] {
  const next = random(seed);
  return Array.from({ length: BATCH }, () => environment(next));
}

const SHAPES: readonly (readonly [readonly string[], string])[] = [
  [[], 'C'],
  [[], 'C.UTF-8'],
  [['--posix'], 'C'],
  [['--posix'], 'C.UTF-8'],
];

test(`what bash prints is read as the bytes that it holds: ${ENVIRONMENTS} environments`, () => {
  for (let batch = 0; batch < ENVIRONMENTS / BATCH; batch += 1) {
    const [flags = [], locale = 'C'] = SHAPES[batch % SHAPES.length] ?? [];
    const all = environments(1000 + batch);
    const script = all.map(values => {
      const names = [...values.keys()].join(' ');
      const sets = [...values].map(([name, bytes]) => `export ${name}${bytes === null ? '' : `=${quoted(bytes)}`}\n`);
      return `${sets.join('')}export\necho ${MARK}\nunset ${names}\n`;
    });
    const printed = cut(bash(script.join(''), flags, locale));
    assert.equal(printed.length, all.length);
    all.forEach((values, at) => {
      const { variables, problems } = parseEnvVars(printed[at] ?? Buffer.alloc(0), { kind: 'none' });
      assert.deepEqual(problems, [], `environment ${at} of batch ${batch}`);
      for (const [name, bytes] of values) {
        const read = variables.find(variable => variable.name === name);
        assert.ok(read !== undefined, `${name} in environment ${at} of batch ${batch}`);
        assert.deepEqual(
          read.value === null ? null : toBytes(read.value),
          bytes,
          `${name} of environment ${at}, batch ${batch}`,
        );
      }
      const ours = variables.filter(({ name }) => /^v\d_/.test(name));
      assert.equal(ours.length, values.size);
      assert.ok(!variables.some(({ name }) => name === 'EVIL'));
    });
  }
});

test(`what we write is sourced as the bytes that we meant: ${ENVIRONMENTS} environments`, () => {
  for (let batch = 0; batch < ENVIRONMENTS / BATCH; batch += 1) {
    const [, locale = 'C'] = SHAPES[batch % 2] ?? [];
    const all = environments(2000 + batch);
    const parts = all.flatMap(values => {
      const variables: EnvVariable[] = [...values].map(([name, bytes]) => ({
        name,
        value: bytes === null ? null : fromBytes(bytes),
        attributes: 'x',
      }));
      const written = writeEnvVars(variables);
      assert.deepEqual(written.leftOut, []);
      const names = [...values.keys()];
      const prints = names.map(name => `printf '%s\\0' "\${${name}+set}" "\${${name}-}"`).join('; ');
      return [written.bytes, Buffer.from(`${prints}\necho ${MARK}\nunset ${names.join(' ')}\n`)];
    });
    const printed = cut(bash(Buffer.concat(parts), [], locale));
    assert.equal(printed.length, all.length);
    all.forEach((values, at) => {
      const expected = [...values.values()].flatMap(bytes => [
        Buffer.from(bytes === null ? '\0' : 'set\0'),
        bytes ?? Buffer.alloc(0),
        Buffer.from([0]),
      ]);
      assert.deepEqual(printed[at], Buffer.concat(expected), `environment ${at} of batch ${batch}`);
    });
  }
});
