/** The pane against tmux: a flood of output, the echo of a key, whole-screen repaints, memory, and doing nothing. At 120x40. */
import { spawnSync } from 'node:child_process';
import { createWriteStream, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Pty, startOnPty } from '../src/terminal/pty.ts';
import { PROJECT } from '../test/support/program.ts';
import { scratchDirectory } from '../test/support/scratch.ts';
import { median, type Row, ratio } from './row.ts';

const COLUMNS = 120;
const ROWS = 40;
const FLOOD_BYTES = 50_000_000;
const FLOODS = 5;
/** Of no character that another line has. */
const LAST = '====THE~END====';
const KEYS = 200;
const WATCH_MS = 4000;

const PROGRAM = [process.execPath, join(PROJECT, '.build/test/support/pane-program.mjs')];

function start(command: readonly string[]): Pty {
  const started = startOnPty({
    command,
    environment: { PATH: process.env['PATH'], HOME: '/', TERM: 'xterm-256color', LANG: 'C.UTF-8' },
    directory: '/',
    columns: COLUMNS,
    rows: ROWS,
  });
  if (!started.ok) throw new Error(started.failure.because ?? 'no pty');
  return started.value;
}

const ended = (pty: Pty): Promise<void> => new Promise(resolve => pty.onExit(() => resolve()));

/** Every line another one: a terminal that draws only differences must not be lucky. */
async function floodFile(directory: string): Promise<string> {
  const path = join(directory, 'flood.txt');
  const out = createWriteStream(path);
  for (let size = 0, line = 0; size < FLOOD_BYTES; line += 1) {
    const text = `${line} \u001b[3${line % 8}m${'abcdefghij'.repeat(6)}\u001b[0m ${line * 7919}\n`;
    size += text.length;
    if (!out.write(text)) await new Promise<void>(resolve => out.once('drain', () => resolve()));
  }
  out.write(`${LAST}\n`);
  await new Promise<void>(resolve => out.end(() => resolve()));
  return path;
}

/** From the start of the program until the last line of the flood has reached the terminal around it. */
async function timed(command: readonly string[], seen?: (pid: number) => void): Promise<number> {
  const begin = performance.now();
  const pty = start(command);
  let before = '';
  let took = Number.NaN;
  pty.onData(bytes => {
    const text = before + bytes.toString('latin1');
    if (Number.isNaN(took) && text.includes(LAST)) {
      took = performance.now() - begin;
      pty.write('\r');
    }
    before = text.slice(-LAST.length);
  });
  const timer = setInterval(() => seen?.(pty.pid), 50);
  await ended(pty);
  clearInterval(timer);
  if (Number.isNaN(took)) throw new Error(`${command.join(' ')} did not show the end of the flood`);
  return took;
}

/** A number of /proc/PID/status; 0 where the process has just ended. */
function status(pid: number, field: string): number {
  try {
    return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Processor time of all threads of a process so far, in ms (proc(5), schedstat): stat has hundredths of a second, half a percent of what is watched here. */
function cpuMs(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const times = threads.map(thread =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]),
  );
  return times.reduce((sum, ns) => sum + ns / 1e6, 0);
}

export async function measurePane(): Promise<readonly Row[]> {
  const file = await floodFile(scratchDirectory('bench-pane'));
  return [...(await flood(file)), ...(await echo()), ...(await watched())];
}

async function flood(file: string): Promise<readonly Row[]> {
  const times = { ours: [] as number[], tmux: [] as number[] };
  let most = 0;
  // tmux does not show the end of what a program printed that is over.
  const command = `cat ${file}; read line`;
  const tmux = spawnSync('tmux', ['-V']).status === 0;
  for (let round = 0; round < FLOODS; round += 1) {
    const look = (pid: number): void => void (most = Math.max(most, status(pid, 'VmRSS')));
    times.ours.push(await timed([...PROGRAM, 'sh', '-c', command], look));
    if (tmux)
      times.tmux.push(
        await timed(['tmux', '-L', `nbs-bench-${process.pid}`, '-f', '/dev/null', 'new-session', command]),
      );
  }
  const memory: Row = { name: 'pane: memory while 50 MB come', value: most / 1024, unit: 'MB', bar: 130 };
  return tmux ? [ratio('pane: 50 MB of output against tmux', times.ours, times.tmux, 1.2), memory] : [memory];
}

async function echo(): Promise<readonly Row[]> {
  const pty = start([...PROGRAM, 'cat']);
  let heard: (() => void) | null = null;
  let wanted = '';
  pty.onData(bytes => {
    if (wanted !== '' && bytes.toString('latin1').includes(wanted)) heard?.();
  });
  await sleep(1000);
  const times: number[] = [];
  for (let key = 0; key < KEYS; key += 1) {
    wanted = String.fromCharCode(97 + (key % 26));
    const begin = performance.now();
    const came = new Promise<void>(resolve => (heard = resolve));
    pty.write(wanted);
    await came;
    times.push(performance.now() - begin);
    await sleep(20);
  }
  pty.write('\u001dq');
  await ended(pty);
  const sorted = times.sort((a, b) => a - b);
  const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? NaN;
  return [
    { name: 'pane: echo of a key, p50', value: median(sorted), unit: 'ms', bar: 5, note: `${KEYS} keys` },
    { name: 'pane: echo of a key, p99', value: p99, unit: 'ms', bar: 16 },
  ];
}

/** The screen full of new text, 30 times a second. */
const REPAINT = `let n=0;setInterval(()=>{n++;let s='\\u001b[H';for(let y=0;y<39;y++)s+=(n+' '+y+' ').padEnd(119,String.fromCharCode(97+(n+y)%26))+'\\n\\r'.slice(0,y<38?2:0);process.stdout.write(s)},1000/30)`;

async function watched(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const [name, command, bar] of [
    ['pane: whole screen 30 times a second, CPU', [process.execPath, '-e', REPAINT], 4],
    ['pane: idle, CPU', ['sleep', '1000'], 0.05],
  ] as const) {
    const pty = start([...PROGRAM, ...command]);
    pty.onData(() => undefined);
    await sleep(1500);
    const before = cpuMs(pty.pid);
    const begin = performance.now();
    await sleep(WATCH_MS);
    rows.push({ name, value: ((cpuMs(pty.pid) - before) / (performance.now() - begin)) * 100, unit: '%', bar });
    pty.write('\u001dq');
    await ended(pty);
  }
  return rows;
}
