/** What Ink draws of a UI, in a terminal of any size: the cells of xterm/headless after it read Ink's bytes. */
import { PassThrough, Writable } from 'node:stream';
import { Terminal } from '@xterm/headless';
import { render } from 'ink';
import { makeKeysOnly } from '../../src/terminal/keys-only.ts';
import type { App } from '../../src/ui/app.ts';
import { areas, written } from '../../src/ui/frame.ts';
import { Screen } from '../../src/ui/screen.tsx';
import type { State } from '../../src/ui/state.ts';

export interface Drawn {
  /** The rows of the screen, blanks at their ends removed. */
  readonly text: () => Promise<string>;
  readonly type: (bytes: string) => Promise<void>;
  readonly end: () => void;
}

/** Ink, on a terminal that is as large as the state says. */
export function inkOn(app: App): Drawn {
  const { columns, rows } = app.store.getState().size;
  const terminal = new Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true });
  const stdout = new Writable({ write: (chunk: Buffer, _, done) => terminal.write(chunk, () => done()) });
  Object.assign(stdout, { isTTY: true, columns, rows });
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: () => undefined,
    ref: () => undefined,
    unref: () => undefined,
  });
  const ink = render(<Screen app={app} />, {
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
    interactive: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  const take = makeKeysOnly(bytes => void stdin.write(bytes));
  const settled = async (): Promise<void> => {
    await ink.waitUntilRenderFlush();
    await new Promise<void>(resolve => terminal.write('', resolve));
  };
  return {
    text: async () => {
      await settled();
      return rowsOf(terminal);
    },
    type: async bytes => {
      take(Buffer.from(bytes, 'utf8'));
      // A lone Esc waits for the rest of a sequence.
      await new Promise(resolve => setTimeout(resolve, 60));
      await settled();
    },
    end: () => ink.unmount(),
  };
}

/** The frame that is written before Ink is there, as a terminal shows it. */
export async function writtenFrame(state: State, bindings: App['bindings']): Promise<string> {
  const { columns, rows } = state.size;
  const terminal = new Terminal({ cols: columns, rows, allowProposedApi: true });
  await new Promise<void>(resolve => terminal.write(written(areas(state, bindings), state.look), resolve));
  return rowsOf(terminal);
}

function rowsOf(terminal: Terminal): string {
  const { active } = terminal.buffer;
  const lines = Array.from({ length: terminal.rows }, (_, y) => active.getLine(active.viewportY + y));
  return `${lines.map(line => line?.translateToString(true).trimEnd() ?? '').join('\n')}\n`;
}
