/**
 * The real terminal: the only writer of its output, and the only one who knows which of its modes are on. `enter` takes it over, `leave`
 * gives it back as it was, however often it is called and however the process ends (but by SIGKILL: then `reset` helps).
 */
import { printable } from '../base/printable.ts';
import { type Modes, mouseMode } from './modes.ts';
import { makeWriter } from './writer.ts';

export interface Outer {
  /** Raw mode, the alternate screen, marks around pastes. */
  enter(): void;
  leave(): void;
  /** Whether it is ours now. */
  entered(): boolean;
  /** Writes a frame. @returns false while the terminal is slower than we are: wait for {@link Outer.onDrain} */
  write(bytes: Uint8Array | string): boolean;
  onDrain(listener: () => void): void;
  /** Rings (BEL), but not without end. */
  ring(): void;
  /** What its window is called while it is ours; null: as it was. */
  title(text: string | null): void;
  /** Switches what the program in the pane asked for; null: the chrome has the keyboard. */
  follow(modes: Modes | null): void;
}

const BELL_MS = 100;
const ENTER = '\u001b[?1049h\u001b[?2004h\u001b[?25l';
const LEAVE = '\u001b[0m\u001b[?2026l\u001b[?25h\u001b[?2004l\u001b[?1049l';
/** Undoes all that {@link followed} may have switched on. The resets of the mouse stand first: any of them switches it off. */
const PLAIN = '\u001b[?1003l\u001b[?1002l\u001b[?1000l\u001b[?9l\u001b[?1006l\u001b[?1004l\u001b[?1l\u001b>\u001b[0 q';

/** The title goes on a stack of the terminal's, and comes back from it (xterm's ctlseqs, XTWINOPS 22 and 23). */
const [PUSH_TITLE, POP_TITLE] = ['\u001b[22;2t', '\u001b[23;2t'];
const LONGEST_TITLE = 200;

/** What the real terminal must do for the program. The mouse is always reported as SGR: it is encoded again for the program. */
function followed(modes: Modes, allowMouse: boolean): string {
  const mouse = allowMouse ? mouseMode(modes) : null;
  const parts = [PLAIN];
  if (modes.on.has(1)) parts.push('\u001b[?1h');
  if (modes.keypad) parts.push('\u001b=');
  if (modes.on.has(1004)) parts.push('\u001b[?1004h');
  if (mouse !== null) parts.push('\u001b[?1006h', `\u001b[?${mouse}h`);
  if (modes.cursorStyle !== 0) parts.push(`\u001b[${modes.cursorStyle} q`);
  return parts.join('');
}

/**
 * The terminal behind two streams of this process.
 * @param allowMouse whether a program's wish for the mouse is followed
 * @param lost the terminal is gone
 */
export function makeOuter(
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
  { allowMouse, lost }: { readonly allowMouse: boolean; readonly lost: () => void },
): Outer {
  const writer = makeWriter(output, lost);
  let entered = false;
  let follows = PLAIN;
  let rang = 0;
  let called: string | null = null;
  return {
    enter: () => {
      if (entered) return;
      entered = true;
      // libuv remembers raw mode, and only a change reaches the terminal: `leave` has undone it. Where it is on from the beginning it stays on
      // all the time: a key that is typed between would be another (Enter as a line feed).
      if (!input.isRaw) setRaw(input, true);
      input.resume();
      writer.begin();
      writer.write(ENTER + (called === null ? '' : PUSH_TITLE + titled(called)));
    },
    leave: () => {
      if (!entered) return;
      entered = false;
      input.pause();
      const title = called === null ? '' : POP_TITLE;
      writer.finish(title + (follows === PLAIN ? LEAVE : PLAIN + LEAVE));
      follows = PLAIN;
      setRaw(input, false);
    },
    entered: () => entered,
    write: bytes => entered && writer.write(bytes),
    ring: () => {
      if (!entered || Date.now() - rang < BELL_MS) return;
      rang = Date.now();
      writer.write('\u0007');
    },
    title: text => {
      const next = text === null ? null : printable(text.slice(0, LONGEST_TITLE));
      if (next === called) return;
      if (entered) writer.write((called === null ? PUSH_TITLE : '') + (next === null ? POP_TITLE : titled(next)));
      called = next;
    },
    onDrain: listener => writer.onDrain(listener),
    follow: modes => {
      const wanted = modes === null ? PLAIN : followed(modes, allowMouse);
      if (wanted === follows || !entered) return;
      follows = wanted;
      writer.write(wanted);
    },
  };
}

/** Of what {@link printable} leaves nothing can end it early. */
function titled(text: string): string {
  return `\u001b]2;${text}\u0007`;
}

/** A terminal that is gone (EIO) needs nothing any more. */
function setRaw(input: NodeJS.ReadStream, raw: boolean): void {
  try {
    input.setRawMode(raw);
  } catch {
    // The terminal is gone.
  }
}
