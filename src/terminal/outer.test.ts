import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Modes } from './modes.ts';
import { makeOuter } from './outer.ts';

/** What is written to a terminal that is entered, follows these modes, and is left. */
function bytesOf(modes: Modes, allowMouse: boolean): string {
  let written = '';
  const nothing = (): void => undefined;
  const input = { setRawMode: nothing, pause: nothing, resume: nothing };
  const output = { on: nothing, write: (text: string) => (written += text) !== '' };
  const [from, to] = [input as unknown as NodeJS.ReadStream, output as unknown as NodeJS.WriteStream];
  const outer = makeOuter(from, to, { allowMouse, lost: nothing });
  outer.enter();
  outer.follow(modes);
  outer.leave();
  return written;
}

test("a program's wish for the mouse is followed only where that is allowed, and all is undone at the end", () => {
  const modes: Modes = { on: new Set([1, 25, 1002, 1006]), keypad: false, cursorStyle: 0 };
  assert.match(bytesOf(modes, true), /\u001b\[\?1002h[^]*\u001b\[\?1002l/);
  assert.doesNotMatch(bytesOf(modes, false), /\u001b\[\?100[0236]h/);
  assert.match(bytesOf(modes, false), /\u001b\[\?1h[^]*\u001b\[\?1l/);
});
