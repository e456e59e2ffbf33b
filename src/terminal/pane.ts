/** A program in a pane: its pty, and the screen that it draws on. */
import type { Failure } from '../base/failure.ts';
import { printable } from '../base/printable.ts';
import type { ColourOf } from './colours.ts';
import { type Pty, type PtySpec, startOnPty } from './pty.ts';
import { type InnerReading, makeReading, type Reading } from './reading.ts';
import { makeScreen, type Screen } from './screen.ts';

export interface PaneSpec extends PtySpec {
  /** Lines kept above the screen; default 10,000. */
  readonly scrollback?: number;
  /** The colours that the program is told when it asks; absent: none. */
  readonly colourOf?: ColourOf;
}

/** `signal` is null where the program ended by itself. */
export type PaneState =
  | { readonly kind: 'running' }
  | { readonly kind: 'ended'; readonly status: number; readonly signal: number | null }
  | { readonly kind: 'failed'; readonly failure: Failure };

export interface Pane extends Reading {
  readonly id: number;
  /** The program's process; null where it was not started. */
  readonly pid: number | null;
  state(): PaneState;
  /** What the program calls its window (OSC 0, 2), on one line and safe to print. */
  title(): string;
  resize(columns: number, rows: number): void;
  /** Input for the program, as it is. */
  write(bytes: Uint8Array | string): void;
  /** Text that was pasted: with the marks of a paste, where the program asked for them. */
  paste(text: string): void;
  /** Hangs up, and resolves when the program has ended. */
  close(): Promise<void>;
  /** Title and state, not cells. @returns a function that ends it */
  onChange(listener: () => void): () => void;
}

/** What the rest of this room sees of a pane. */
export interface InnerPane extends Pane, Pick<InnerReading, 'mark'> {
  readonly screen: Screen;
  /** Cells have changed; `more`: the program has printed more, which is about to come. */
  onCells(listener: (more: boolean) => void): void;
  onClipboard(listener: (base64: string) => void): void;
  /** The program rings (BEL). */
  onBell(listener: () => void): void;
  /** Tells a program that wants to know that the keyboard has come or gone. */
  focused(gained: boolean): void;
}

/** Bytes given to the emulator and not yet worked off: above the first the program is held up, below the second it goes on. */
const HIGH_WATER = 512 * 1024;
const LOW_WATER = 128 * 1024;
/** A pty gives no more bytes at a time (Linux, n_tty.c): a screen that a program draws anew comes in several reads. */
const FULL_READ = 4095;
const SCROLLBACK = 10_000;
/** A program that ignores SIGHUP is killed after this time; its sandbox ends with it. */
const HANG_UP_MS = 2000;
const LONGEST_TITLE = 200;
let panes = 0;

/** Starts a program in a new pane; where it cannot be started, the pane's state says why. */
export function makePane(spec: PaneSpec): InnerPane {
  const started = startOnPty(spec);
  const pty = started.ok ? started.value : null;
  const changed = new Set<() => void>();
  const cells = new Set<(more: boolean) => void>();
  let clipboard: (base64: string) => void = () => undefined;
  let state: PaneState = started.ok ? { kind: 'running' } : { kind: 'failed', failure: started.failure };
  let title = '';
  const screen = makeScreen({
    columns: spec.columns,
    rows: spec.rows,
    scrollback: spec.scrollback ?? SCROLLBACK,
    onAnswer: text => pty?.answer(text),
    ...(spec.colourOf === undefined ? {} : { colourOf: spec.colourOf }),
    onClipboard: base64 => clipboard(base64),
  });
  const tell = (listeners: ReadonlySet<() => void>): void => listeners.forEach(listener => listener());
  const drawn = (more: boolean): void => cells.forEach(listener => listener(more));
  screen.terminal.onTitleChange(text => {
    title = printable(text.slice(0, LONGEST_TITLE));
    tell(changed);
  });
  const ended = new Promise<void>(resolve => {
    if (pty === null) return resolve();
    feed(pty, screen, drawn);
    pty.onExit((status, signal) => {
      state = { kind: 'ended', status: signal === null ? status : 128 + signal, signal };
      // What it printed last is still to be drawn.
      screen.write('', () => {
        drawn(false);
        tell(changed);
      });
      resolve();
    });
  });
  const { terminal } = screen;
  const reading = makeReading(terminal, () => drawn(false));
  const write = (bytes: Uint8Array | string): void => {
    if (terminal.buffer.active.viewportY !== terminal.buffer.active.baseY) terminal.scrollToBottom();
    pty?.write(typeof bytes === 'string' ? bytes : Buffer.from(bytes));
  };
  return {
    id: (panes += 1),
    pid: pty?.pid ?? null,
    screen,
    state: () => state,
    title: () => title,
    resize: (columns, rows) => {
      if (terminal.cols === columns && terminal.rows === rows) return;
      screen.resize(columns, rows);
      reading.resized();
      pty?.resize(columns, rows);
    },
    write,
    // Line ends as the Enter key sends them. A paste that holds the end mark itself would end early: its rest would be typed.
    paste: text => {
      const keys = text.replace(/\r?\n/g, '\r');
      write(screen.modes.on.has(2004) ? `\u001b[200~${keys.replaceAll('\u001b[201~', '')}\u001b[201~` : keys);
    },
    close: () => {
      pty?.hangUp();
      const late = setTimeout(() => pty?.kill(), HANG_UP_MS);
      return ended.finally(() => clearTimeout(late));
    },
    ...reading,
    onChange: listener => {
      changed.add(listener);
      return () => changed.delete(listener);
    },
    onCells: listener => void cells.add(listener),
    onClipboard: listener => void (clipboard = listener),
    onBell: listener => void terminal.onBell(listener),
    focused: gained => (screen.modes.on.has(1004) ? pty?.write(gained ? '\u001b[I' : '\u001b[O') : undefined),
  };
}

/** From the pty to the emulator, no faster than that can draw: what floods is held up, and memory stays flat. */
function feed(pty: Pty, screen: Screen, drawn: (more: boolean) => void): void {
  let waiting = 0;
  let paused = false;
  pty.onData(bytes => {
    waiting += bytes.length;
    if (waiting > HIGH_WATER && !paused) {
      paused = true;
      pty.pause();
    }
    screen.write(bytes, () => {
      waiting -= bytes.length;
      if (waiting < LOW_WATER && paused) {
        paused = false;
        pty.resume();
      }
      drawn(bytes.length >= FULL_READ);
    });
  });
}
