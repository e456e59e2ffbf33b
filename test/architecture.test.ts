/** The house rules of docs/architecture.md: who may import whom, enforced on the import lines of every file. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

interface Room {
  readonly may: readonly string[];
  readonly because: string;
}

const ROOMS: Readonly<Record<string, Room>> = {
  base: { may: [], because: 'everything stands on it, so it stands on nothing' },
  nix: { may: ['base'], because: 'what Nix left is understood without knowing what we do with it' },
  ffi: { may: ['base'], because: 'memory and system calls know no Nix, no plan and no policy' },
  sandbox: {
    may: ['base', 'nix', 'ffi'],
    because: 'a plan is made of facts; only run.ts and doctor/ may meet the kernel',
  },
  session: {
    may: ['base', 'nix', 'sandbox', 'ffi'],
    because: 'copies are made with raw system calls (docs/decisions/0004-copy-with-raw-calls.md), and never rendered',
  },
  report: {
    may: ['base', 'nix', 'sandbox', 'session'],
    because: 'rows and text are made of data; nothing is done here',
  },
  terminal: {
    may: ['base', 'ffi'],
    because:
      'screens and ptys know no React, no sandbox and no build; a descriptor is kept from others by a system call',
  },
  ui: {
    may: ['base', 'nix', 'sandbox', 'report', 'terminal'],
    because: 'it shows data, and asks for what it does by an interface that cli/ fills (src/ui/core.ts)',
  },
  cli: {
    may: ['base', 'nix', 'ffi', 'sandbox', 'session', 'report', 'ui'],
    because: 'it wires the rooms together; of ui/ it has the frame, and loads the rest when it opens',
  },
};

/** Modules that exactly one file (or folder) may import, and why. */
const ONE_DOOR: Readonly<Record<string, { readonly door: RegExp; readonly because: string }>> = {
  'node:child_process': {
    door: /^src\/nix\/child\.ts$/,
    because: 'programs are as dangerous as system calls: one file leads to them, without a shell',
  },
  koffi: { door: /^src\/ffi\/koffi\.ts$/, because: 'native code has one door' },
  libsql: { door: /^src\/nix\/database\.ts$/, because: 'it is large, and loaded only where the store is asked' },
  ink: {
    door: /^src\/ui\/(open\.tsx|screen\.tsx|router\.ts)$/,
    because: 'views are data: the first frame is made without Ink',
  },
  react: { door: /^src\/ui\/screen\.tsx$/, because: 'views are data: the first frame is made without React' },
  'node-pty': { door: /^src\/terminal\/pty\.ts$/, because: 'native code has one door, and opens with the first pane' },
  '@xterm/headless': {
    door: /^src\/terminal\/(screen|unicode|modes|scrollback)\.ts$/,
    because: 'the rest of the room sees grids of cells',
  },
  commander: { door: /^src\/cli\/full\.ts$/, because: 'a plain run does not pay for it' },
};

/** Within sandbox/, the kernel is met by these alone. */
const KERNEL_DOORS = /^src\/sandbox\/(run\.ts|doctor\/)/;

/** base/ grows only with a decision record (docs/decisions/0001-base-is-closed.md). */
const BASE = ['call.ts', 'clock.ts', 'errno.ts', 'failure.ts', 'path.ts', 'printable.ts', 'trace.ts'];

interface Import {
  readonly file: string;
  readonly from: string;
}

function sources(): readonly string[] {
  return readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter(name => /\.tsx?$/.test(name) && !name.endsWith('.test.ts'))
    .map(name => join('src', name));
}

function imports(file: string): readonly Import[] {
  const text = readFileSync(file, 'utf8');
  const found = [
    ...text.matchAll(
      /(?:^|\n)(?:import|export)\b[^'";]*?\bfrom '([^']+)'|\bimport\('([^']+)'\)|(?:^|\n)import '([^']+)'/g,
    ),
  ];
  return found.map(match => ({ file, from: match[1] ?? match[2] ?? match[3] ?? '' }));
}

const all = sources().flatMap(imports);
const roomOf = (path: string): string => path.split('/')[1] ?? '';

function target({ file, from }: Import): string {
  return from.startsWith('.') ? join(file, '..', from) : from;
}

test('rooms import only the rooms that they may', () => {
  const breaches = all
    .filter(({ from }) => from.startsWith('.'))
    .map(entry => ({ ...entry, to: target(entry) }))
    .filter(({ file, to }) => {
      const room = ROOMS[roomOf(file)];
      assert.ok(room !== undefined, `${file} lies in no room that the table knows`);
      return roomOf(to) !== roomOf(file) && to.startsWith('src/') && !room.may.includes(roomOf(to));
    })
    .map(({ file, to }) => `${file} imports ${to}: ${roomOf(file)}/ may not, as ${ROOMS[roomOf(file)]?.because}`);
  assert.deepEqual(breaches, []);
});

test('dangerous and large modules have one door each', () => {
  const breaches = all
    .filter(({ file, from }) => ONE_DOOR[from] !== undefined && !ONE_DOOR[from].door.test(file))
    .map(({ file, from }) => `${file} imports ${from}: ${ONE_DOOR[from]?.because}`);
  assert.deepEqual(breaches, []);
});

test('in sandbox/ only the doors meet the kernel', () => {
  const breaches = all.filter(
    entry => roomOf(entry.file) === 'sandbox' && target(entry).startsWith('src/ffi/') && !KERNEL_DOORS.test(entry.file),
  );
  assert.deepEqual(
    breaches.map(({ file, from }) => `${file} imports ${from}: a plan is pure`),
    [],
  );
});

test('base/ is a closed list', () => {
  assert.deepEqual(
    readdirSync('src/base')
      .filter(name => !name.endsWith('.test.ts'))
      .sort(),
    BASE,
  );
});

test('no file exports a default, and none is a barrel', () => {
  const breaches = sources().filter(file => /^export (default\b|\* from)/m.test(readFileSync(file, 'utf8')));
  assert.deepEqual(breaches, []);
});

test('the environment is read by the command line, and handed on to programs, and that is all', () => {
  const readers = sources().filter(file => /\bprocess\.env\b/.test(readFileSync(file, 'utf8')));
  assert.deepEqual(
    readers.filter(file => !/^src\/(cli\/|nix\/child\.ts)/.test(file)),
    [],
  );
});

test('every Nix function that a step names is in docs/upstream.md', () => {
  const known = readFileSync('docs/upstream.md', 'utf8');
  const named = sources()
    .filter(file => file.startsWith('src/sandbox/'))
    .flatMap(file => [...readFileSync(file, 'utf8').matchAll(/\bnix: '([A-Za-z:]+)'/g)].map(match => match[1] ?? ''));
  assert.ok(named.length > 10);
  assert.deepEqual(
    [...new Set(named)].filter(name => !known.includes(`\`${name}\``)),
    [],
  );
});
