/** The real terminal, plainly: until the pane is there, shells run on it as they are. */
import { PassThrough, Writable } from 'node:stream';
import type { StoreApi } from 'zustand/vanilla';
import type { Core, ShellCommand } from './core.ts';
import type { Panes } from './panes.ts';
import type { State } from './state.ts';

export interface Terminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly panes: Panes;
  /** @returns what to say */
  readonly copy: (text: string) => string;
  readonly suspend: () => void;
  readonly repaint: () => void;
  readonly close: () => Promise<void>;
}

const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';

/** Takes the terminal over; the first frame is on its alternate screen already. */
export function openTerminal(store: StoreApi<State>, core: Core): Terminal {
  const { stdin: input, stdout: output } = process;
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: () => stdin,
    ref: () => stdin,
    unref: () => stdin,
  }) as unknown as NodeJS.ReadStream;
  const stdout = new Writable({
    // While a shell has the terminal, frames are for nobody.
    write: (chunk: Buffer, _encoding, done) => void (suspended ? done() : output.write(chunk, () => done())),
  }) as unknown as NodeJS.WriteStream;
  let suspended = false;
  const resize = (): void => {
    const { columns, rows } = output;
    Object.assign(stdout, { isTTY: true, columns, rows });
    store.setState({ size: { columns, rows } });
    stdout.emit('resize');
  };
  Object.assign(stdout, { isTTY: true, columns: output.columns, rows: output.rows });
  const forward = (bytes: Buffer): void => void (stdin as unknown as PassThrough).write(bytes);
  const enter = (): void => {
    suspended = false;
    input.setRawMode(true);
    input.on('data', forward).resume();
    output.on('resize', resize);
  };
  const leave = (): void => {
    suspended = true;
    input.off('data', forward).pause();
    output.off('resize', resize);
    input.setRawMode(false);
    output.write(LEAVE);
  };
  const repaint = (): void => {
    output.write('\u001b[2J\u001b[H');
    const { size } = store.getState();
    store.setState({ size: { ...size } });
  };
  const fullScreen = (command: ShellCommand): void => {
    leave();
    void core.runOnTerminal(command).then(status => {
      output.write(ENTER);
      enter();
      repaint();
      store.setState({ toast: status === 0 ? null : `the shell ended with status ${status}` });
    });
  };
  output.write('\u001b[H');
  enter();
  const nothing = (): void => undefined;
  const panes: Panes = {
    open: ({ command }) => fullScreen(command),
    fullScreen,
    restart: nothing,
    close: nothing,
    turn: nothing,
    scroll: nothing,
    search: () => false,
    text: () => '',
    literal: nothing,
    focus: nothing,
    running: () => false,
  };
  const copy = (text: string): string => {
    output.write(`\u001b]52;c;${Buffer.from(text, 'utf8').toString('base64')}\u0007`);
    return 'copied';
  };
  const close = async (): Promise<void> => leave();
  return { stdin, stdout, panes, copy, suspend: nothing, repaint, close };
}
