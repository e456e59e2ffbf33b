import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Modes } from './modes.ts';
import { makeOuter } from './outer.ts';

/** A terminal, and what is written to it. */
function terminal(allowMouse: boolean) {
  let written = '';
  const nothing = (): void => undefined;
  const input = { setRawMode: nothing, pause: nothing, resume: nothing };
  const output = { on: nothing, write: (text: string) => (written += text) !== '' };
  const [from, to] = [input as unknown as NodeJS.ReadStream, output as unknown as NodeJS.WriteStream];
  const outer = makeOuter(from, to, { allowMouse, lost: nothing });
  return { ...outer, written: () => written };
}

/** What is written to a terminal that is entered, follows these modes, and is left. */
function bytesOf(modes: Modes, allowMouse: boolean): string {
  const outer = terminal(allowMouse);
  outer.enter();
  outer.follow(modes);
  outer.leave();
  return outer.written();
}

test("a program's wish for the mouse is followed only where that is allowed, and all is undone at the end", () => {
  const modes: Modes = { on: new Set([1, 25, 1002, 1006]), keypad: false, cursorStyle: 0 };
  assert.match(bytesOf(modes, true), /\u001b\[\?1002h[^]*\u001b\[\?1002l/);
  assert.doesNotMatch(bytesOf(modes, false), /\u001b\[\?100[0236]h/);
  assert.match(bytesOf(modes, false), /\u001b\[\?1h[^]*\u001b\[\?1l/);
});

test('a title is safe, and short; the one from before comes back with the terminal', () => {
  const outer = terminal(true);
  outer.enter();
  outer.title('one\u001b]52;c;eA==\u0007\u009c two');
  outer.title('one\u001b]52;c;eA==\u0007\u009c two');
  outer.title('x'.repeat(10_000));
  outer.leave();
  outer.enter();
  outer.title(null);
  outer.leave();
  const titles = outer.written().match(/\u001b\[2[23];2t|\u001b\]2;[^\u0007\u001b\u009c]*\u0007/g);
  const [push, pop, long] = ['\u001b[22;2t', '\u001b[23;2t', `\u001b]2;${'x'.repeat(200)}\u0007`];
  assert.deepEqual(titles, [push, '\u001b]2;one\\e]52;c;eA==\\x07\\x9c two\u0007', long, pop, push, long, pop]);
});
