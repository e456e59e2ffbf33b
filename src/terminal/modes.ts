/** What a program has asked of its terminal, as far as the real one must do the same while the program has the keyboard (xterm's ctlseqs). */
import type { IFunctionIdentifier } from '@xterm/headless';

export interface Modes {
  /** DECSET numbers that are on, out of {@link FOLLOWED}. */
  readonly on: Set<number>;
  /** DECKPAM: the keypad sends application sequences. */
  keypad: boolean;
  /** DECSCUSR: 0 is the terminal's own. */
  cursorStyle: number;
}

/** Cursor keys, cursor shown, mouse (X10, buttons, drag, any), focus, encodings of the mouse (UTF-8, SGR, urxvt), paste. */
const FOLLOWED: ReadonlySet<number> = new Set([1, 9, 25, 1000, 1002, 1003, 1004, 1005, 1006, 1015, 2004]);
/** Only one way of following the mouse is on at a time, and switching any of them off switches all off. */
const MOUSE = [9, 1000, 1002, 1003] as const;
/** And only one encoding. */
const ENCODINGS = [1005, 1006, 1015] as const;

/** The part of xterm's parser that is used. */
interface Parser {
  registerCsiHandler(id: IFunctionIdentifier, callback: (params: (number | number[])[]) => boolean): unknown;
  registerEscHandler(id: IFunctionIdentifier, handler: () => boolean): unknown;
}

/** Starts to note what the program asks for; xterm acts on it as well. */
export function followModes(parser: Parser): Modes {
  const modes: Modes = { on: new Set([25]), keypad: false, cursorStyle: 0 };
  const reset = (): false => {
    modes.on.clear();
    modes.on.add(25);
    modes.keypad = false;
    modes.cursorStyle = 0;
    return false;
  };
  const set =
    (on: boolean) =>
    (params: (number | number[])[]): false => {
      for (const param of params) if (typeof param === 'number' && FOLLOWED.has(param)) setMode(modes, param, on);
      return false;
    };
  parser.registerCsiHandler({ prefix: '?', final: 'h' }, set(true));
  parser.registerCsiHandler({ prefix: '?', final: 'l' }, set(false));
  parser.registerCsiHandler({ intermediates: ' ', final: 'q' }, ([style]) => {
    modes.cursorStyle = typeof style === 'number' && style <= 6 ? style : 0;
    return false;
  });
  const keypad = (on: boolean) => (): false => {
    modes.keypad = on;
    return false;
  };
  parser.registerEscHandler({ final: '=' }, keypad(true));
  parser.registerEscHandler({ final: '>' }, keypad(false));
  parser.registerEscHandler({ final: 'c' }, reset);
  parser.registerCsiHandler({ intermediates: '!', final: 'p' }, reset);
  return modes;
}

function setMode(modes: Modes, mode: number, on: boolean): void {
  for (const group of [MOUSE, ENCODINGS] as readonly (readonly number[])[])
    if (group.includes(mode)) for (const other of group) modes.on.delete(other);
  if (on) modes.on.add(mode);
  else modes.on.delete(mode);
}

/** The way in which the program follows the mouse: a DECSET number, or null. */
export function mouseMode(modes: Modes): (typeof MOUSE)[number] | null {
  return MOUSE.find(mode => modes.on.has(mode)) ?? null;
}

/** How it wants the reports of the mouse; null: in the first encoding. */
export function mouseEncoding(modes: Modes): (typeof ENCODINGS)[number] | null {
  return ENCODINGS.find(mode => modes.on.has(mode)) ?? null;
}
