/**
 * The terminal of a program that draws a chrome with Ink and shows panes in it: both are screens in memory, composed cell by cell into one
 * frame; only the difference to the last frame reaches the real terminal. Nothing that a pane's program prints gets there raw.
 */
import { ASK_COLOURS, makeColourAnswers } from './colour-answers.ts';
import { type ColourOf, usualColour } from './colours.ts';
import { type Cursor, difference } from './compositor.ts';
import { compose, cursorIn, type InnerView } from './frame.ts';
import { type Grid, makeGrid } from './grid.ts';
import { makeInput } from './input.ts';
import { makeKeysOnly } from './keys-only.ts';
import { guard } from './lifetime.ts';
import { makeOuter } from './outer.ts';
import { makePainter } from './painter.ts';
import { type InnerPane, makePane, type Pane, type PaneSpec } from './pane.ts';
import { makeScreen } from './screen.ts';
import { sizeOf } from './size.ts';
import { virtualInput, virtualOutput } from './virtual-streams.ts';

export type { Pane, PaneSpec, PaneState } from './pane.ts';
export type { Reading } from './reading.ts';

/** In cells, from 0. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly columns: number;
  readonly rows: number;
}

/** What is shown, and who has the keyboard. */
export interface View {
  readonly pane: Pane | null;
  readonly rect: Rect | null;
  readonly focus: 'chrome' | 'pane';
}

export interface TerminalOptions {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  /** One control character; default Ctrl-]. */
  readonly reservedKey?: string;
  /** Whether programs in panes may write the clipboard (OSC 52). Default: no. */
  readonly allowClipboard?: boolean;
  /** Whether programs in panes may ask for the mouse. Default: yes. */
  readonly allowMouse?: boolean;
  /** Whether programs in panes are told the terminal's colours when they ask; it is asked itself with the first pane. Default: yes. */
  readonly allowColours?: boolean;
  /** Whether the background is light, where the terminal does not say what colour it is. */
  readonly light?: boolean;
}

export interface TerminalApp {
  /** For Ink's render(). */
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  size(): { readonly columns: number; readonly rows: number };
  onResize(listener: () => void): () => void;
  openPane(spec: PaneSpec): Pane;
  show(view: View): void;
  /** The reserved key was pressed in the pane: the chrome has the keyboard until {@link TerminalApp.show} says else. */
  onReservedKey(listener: () => void): () => void;
  /** What the real terminal's window is called; null: as it was. */
  setTitle(text: string | null): void;
  /** @returns false where the text is too long for what terminals take */
  writeClipboard(text: string): boolean;
  /** Gives the real terminal to something else for as long as `run` takes. */
  suspend(run: () => Promise<void>): Promise<void>;
  /** Stops the process as Ctrl-Z does, and takes the terminal over again when it is continued. */
  stop(): void;
  /** Draws everything again. */
  repaint(): void;
  /** Gives the terminal back for good. */
  leave(): void;
}

/** What xterm and tmux take in one OSC 52, in bytes before base64. */
const LONGEST_CLIPBOARD = 74_000;
/** A program that began a synchronized update and does not end it is drawn after this time. */
const SYNCHRONIZED_MS = 150;
const RESERVED = '\u001d';

/** Takes the terminal over. */
export function openTerminalApp(options: TerminalOptions): TerminalApp {
  const { input, output } = options;
  const outer = makeOuter(input, output, { allowMouse: options.allowMouse ?? true, lost: () => life.lost() });
  const size = (): ReturnType<typeof sizeOf> => sizeOf(output);
  const { columns, rows } = size();
  // One row more than there is: Ink clears the whole screen on each frame when its output is as high as that.
  const chrome = makeScreen({ columns, rows: rows + 1, scrollback: 0, newLineMode: true });
  const stdin = virtualInput();
  const stdout = virtualOutput(columns, rows + 1, (bytes, done) =>
    chrome.write(bytes, () => {
      painter.request();
      done();
    }),
  );
  const panes = new Set<InnerPane>();
  const resized = new Set<() => void>();
  const reserved = new Set<() => void>();
  let view: InnerView = { pane: null, rect: null, focus: 'chrome' };
  let shown: Grid | null = null;
  let spare: Grid = makeGrid(columns, rows);
  let cursor: Cursor = null;
  let heldSince: number | null = null;

  const paint = (): boolean => {
    // Ink marks its frames; their end asks for a painting again.
    if (!outer.entered() || chrome.terminal.modes.synchronizedOutputMode) return true;
    const { pane, focus } = view;
    if (pane !== null && focus === 'pane' && held(pane)) return true;
    const { columns: width, rows: height } = size();
    if (spare.columns !== width || spare.rows !== height) spare = makeGrid(width, height);
    compose(spare, chrome, view);
    const next = cursorIn(chrome, view);
    const bytes = difference(shown, spare, cursor, next);
    cursor = next;
    [shown, spare] = [spare, shown ?? makeGrid(width, height)];
    outer.follow(focus === 'pane' && pane !== null ? pane.screen.modes : null);
    return bytes.length === 0 || outer.write(bytes);
  };
  const painter = makePainter(paint);
  outer.onDrain(() => painter.unblock());

  /** Whether the pane's program is in the middle of a frame of its own. */
  const held = (pane: InnerPane): boolean => {
    if (!pane.screen.terminal.modes.synchronizedOutputMode) heldSince = null;
    else {
      heldSince ??= Date.now();
      const left = SYNCHRONIZED_MS - (Date.now() - heldSince);
      if (left > 0) setTimeout(() => painter.request(), left).unref();
      return left > 0;
    }
    return false;
  };

  /** Another view: for the programs in the panes, the keyboard is what a terminal's focus is. */
  const see = (next: InnerView): void => {
    const [before, after] = [view, next].map(({ pane, focus }) => (focus === 'pane' ? pane : null));
    view = next;
    if (before === after) return;
    before?.focused(false);
    after?.focused(true);
  };

  const repaint = (): void => {
    shown = null;
    cursor = null;
    painter.request();
  };
  const enter = (): void => {
    outer.enter();
    repaint();
  };
  const onResize = (): void => {
    const { columns: width, rows: height } = size();
    chrome.resize(width, height + 1);
    stdout.resize(width, height + 1);
    for (const listener of resized) listener();
    repaint();
  };
  const onInput = makeInput({
    view: () => view,
    reserved: (options.reservedKey ?? RESERVED).charCodeAt(0),
    toChrome: makeKeysOnly(bytes => stdin.feed(bytes)),
    onReserved: () => {
      see({ ...view, focus: 'chrome' });
      for (const listener of reserved) listener();
      painter.request();
    },
  });
  const answers = makeColourAnswers(onInput);
  const colourOf: ColourOf = question => answers.colourOf(question) ?? usualColour(question, options.light === true);
  let asked = options.allowColours === false;
  /** Before the first program can ask. */
  const askOnce = (): void => {
    if (asked) return;
    asked = true;
    answers.begin();
    outer.write(ASK_COLOURS);
  };
  const onBytes = (bytes: Buffer): void => {
    const keys = answers.filter(bytes);
    if (keys.length > 0) onInput(keys);
  };
  const life = guard(input, output, {
    leave: () => outer.leave(),
    enter,
    entered: () => outer.entered(),
    hangUp: () => panes.forEach(pane => void pane.close()),
  });
  output.on('resize', onResize);
  input.on('data', onBytes);
  enter();

  return {
    stdin: stdin.stream,
    stdout: stdout.stream,
    size,
    onResize: listener => listen(resized, listener),
    openPane: spec => {
      askOnce();
      const pane = makePane(options.allowColours === false ? spec : { colourOf, ...spec });
      panes.add(pane);
      pane.onCells(more => pane === view.pane && painter.request(more));
      pane.onChange(() => pane.state().kind !== 'running' && panes.delete(pane));
      pane.onBell(() => outer.ring());
      pane.onClipboard(base64 => options.allowClipboard === true && clipboard(base64));
      return pane;
    },
    show: next => {
      see({ ...next, pane: next.pane as InnerPane | null });
      if (view.pane !== null && view.rect !== null) view.pane.resize(view.rect.columns, view.rect.rows);
      painter.request();
    },
    onReservedKey: listener => listen(reserved, listener),
    setTitle: text => outer.title(text),
    writeClipboard: text => clipboard(Buffer.from(text, 'utf8').toString('base64')),
    suspend: async run => {
      outer.leave();
      try {
        await run();
      } finally {
        enter();
      }
    },
    stop: () => life.stop(),
    repaint,
    leave: () => {
      painter.stop();
      life.release();
      input.off('data', onBytes);
      output.off('resize', onResize);
      outer.leave();
      for (const pane of panes) void pane.close();
    },
  };

  /** Only the alphabet of base64 goes out: nothing in it can end the sequence early. */
  function clipboard(base64: string): boolean {
    if (base64.length > (LONGEST_CLIPBOARD * 4) / 3 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return false;
    return outer.entered() && (outer.write(`\u001b]52;c;${base64}\u0007`) || true);
  }
}

function listen(listeners: Set<() => void>, listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
