/**
 * The real terminal: the only writer of its output, and the only one who knows which of its modes are on. `enter` takes it over, `leave`
 * gives it back as it was, however often it is called and however the process ends (but by SIGKILL: then `reset` helps).
 */
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
  /** Switches what the program in the pane asked for; null: the chrome has the keyboard. */
  follow(modes: Modes | null): void;
}

const BELL_MS = 100;
const ENTER = '\u001b[?1049h\u001b[?2004h\u001b[?25l';
const LEAVE = '\u001b[0m\u001b[?2026l\u001b[?25h\u001b[?2004l\u001b[?1049l';
/** Undoes all that {@link followed} may have switched on. The resets of the mouse stand first: any of them switches it off. */
const PLAIN = '\u001b[?1003l\u001b[?1002l\u001b[?1000l\u001b[?9l\u001b[?1006l\u001b[?1004l\u001b[?1l\u001b>\u001b[0 q';

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
  return {
    enter: () => {
      if (entered) return;
      entered = true;
      // libuv remembers raw mode, and only a change reaches the terminal: `leave` has undone it. Where it is on from the beginning it stays on
      // all the time: a key that is typed between would be another (Enter as a line feed).
      if (!input.isRaw) setRaw(input, true);
      input.resume();
      writer.begin();
      writer.write(ENTER);
    },
    leave: () => {
      if (!entered) return;
      entered = false;
      input.pause();
      writer.finish(follows === PLAIN ? LEAVE : PLAIN + LEAVE);
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
    onDrain: listener => writer.onDrain(listener),
    follow: modes => {
      const wanted = modes === null ? PLAIN : followed(modes, allowMouse);
      if (wanted === follows || !entered) return;
      follows = wanted;
      writer.write(wanted);
    },
  };
}

/** A terminal that is gone (EIO) needs nothing any more. */
function setRaw(input: NodeJS.ReadStream, raw: boolean): void {
  try {
    input.setRawMode(raw);
  } catch {
    // The terminal is gone.
  }
}
