/**
 * `npm run casts`: records real programs, as they draw on a bare terminal, for the pane to be compared with. In namespaces of its own and an
 * empty directory (scripts/casts.mjs), so that nothing of this machine is in the recordings but the versions of its programs.
 */
import { execFileSync } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';
import { startOnPty } from '../../src/terminal/pty.ts';
import { makeScreen } from '../../src/terminal/screen.ts';
import { type CastEvent, writeCast } from '../support/cast.ts';
import { CAST_SESSIONS, type CastSession, makeCastFiles } from '../support/cast-sessions.ts';

const COLUMNS = 100;
const ROWS = 30;
/** So long nothing comes before the next key. */
const QUIET_MS = 400;
/** A program that does not end by its keys is hung up. */
const LATEST_MS = 3000;

async function record({ name, command, version, keys }: CastSession): Promise<void> {
  const started = startOnPty({
    command,
    environment: {
      PATH: '/usr/bin:/bin',
      HOME: process.cwd(),
      TMUX_TMPDIR: process.cwd(),
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      LESSHISTFILE: '-',
      SHELL: '/bin/bash',
    },
    directory: process.cwd(),
    columns: COLUMNS,
    rows: ROWS,
  });
  if (!started.ok) throw new Error(`${name}: ${started.failure.because ?? 'not started'}`);
  const pty = started.value;
  // It is answered as by a terminal.
  const screen = makeScreen({ columns: COLUMNS, rows: ROWS, scrollback: 0, onAnswer: text => pty.write(text) });
  const events: CastEvent[] = [];
  const decoder = new StringDecoder('utf8');
  let last = Date.now();
  pty.onData(bytes => {
    last = Date.now();
    screen.write(bytes);
    const text = decoder.write(bytes);
    if (text !== '') events.push({ kind: 'output', text });
  });
  const end = new Promise<void>(resolve => pty.onExit(() => resolve()));
  for (const key of keys) {
    while (Date.now() - last < QUIET_MS) await new Promise(resolve => setTimeout(resolve, 20));
    last = Date.now();
    if (typeof key === 'string') {
      events.push({ kind: 'input', text: key });
      pty.write(key);
      continue;
    }
    const [columns, rows] = key;
    events.push({ kind: 'resize', columns, rows });
    screen.resize(columns, rows);
    pty.resize(columns, rows);
  }
  const late = setTimeout(() => {
    console.error(`${name}: it did not end by its keys`);
    pty.hangUp();
  }, LATEST_MS);
  await end;
  clearTimeout(late);
  const title = execFileSync(version[0] ?? '', version.slice(1), { encoding: 'utf8' }).split('\n')[0] ?? '';
  writeCast(name, { columns: COLUMNS, rows: ROWS, title: `${name}: ${title.trim()}`, events });
  console.log(`${name}: ${events.length} events`);
}

const chosen = process.argv.slice(2);
// htop shows it.
process.title = 'recorder';
makeCastFiles();
for (const session of CAST_SESSIONS) if (chosen.length === 0 || chosen.includes(session.name)) await record(session);
