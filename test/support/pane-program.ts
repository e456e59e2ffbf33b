/**
 * A program of the tests: one pane over the whole terminal but its last line, which says the state. `pane-program.mjs COMMAND…`
 * After Ctrl-]: `q` closes, `z` stops, `x` crashes, `f` runs a shell on the whole terminal, Ctrl-] is a literal one.
 */
import { spawn } from 'node:child_process';
import { openTerminalApp } from '../../src/terminal/terminal-app.ts';

const app = openTerminalApp({ input: process.stdin, output: process.stdout });
const inner = (): { columns: number; rows: number } => ({ columns: app.size().columns, rows: app.size().rows - 1 });
const pane = app.openPane({
  command: process.argv.slice(2),
  environment: { ...process.env, TERM: 'xterm-256color' },
  directory: process.cwd(),
  ...inner(),
});
const show = (focus: 'chrome' | 'pane'): void => app.show({ pane, rect: { x: 0, y: 0, ...inner() }, focus });
const status = (text: string): void => void app.stdout.write(`\u001b[${app.size().rows};1H\u001b[2K[${text}]`);

const crash = (): never => {
  throw new Error('a bug in the chrome');
};
const fullScreen = (): Promise<void> =>
  new Promise(resolve => spawn('bash', ['--norc'], { stdio: 'inherit' }).on('exit', () => resolve()));

app.onReservedKey(() => status('reserved'));
app.stdin.on('data', (bytes: Buffer) => {
  const key = bytes.toString('latin1');
  if (key === 'q') void pane.close();
  else if (key === '\u001d') pane.write(key);
  else if (key === 'z') app.stop();
  else if (key === 'x') setImmediate(crash);
  else if (key === 'f') void app.suspend(fullScreen);
  show('pane');
  status('pane');
});
app.onResize(() => show('pane'));
pane.onChange(() => {
  const state = pane.state();
  if (state.kind === 'running') return status(pane.title());
  // The UI goes on after a program's end; here its last frame is waited for, which was asked for before this.
  setTimeout(() => {
    app.leave();
    if (state.kind === 'failed') console.log(state.failure.because);
    process.exit(state.kind === 'ended' ? state.status : 125);
  }, 500);
});
show('pane');
status('pane');
