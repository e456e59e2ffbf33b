/** The picker's first frame with 100 kept directories: from the start of the process to text on the terminal. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../test/support/program.ts';
import { startPty } from '../test/support/pty.ts';
import { runDirectory } from '../test/support/run-directory.ts';
import { median, type Row } from './row.ts';

const ROUNDS = 15;
const BUILDS = 100;

/** Both are started in a pty of their own, by turns. */
export async function measurePicker(): Promise<readonly Row[]> {
  const place = join(runDirectory(), 'picker');
  for (let at = 0; at < BUILDS; at += 1) {
    const directory = join(place, `nix-build-package${at}-1.${at}.drv-0`);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'env-vars'), `declare -x name="package${at}-1.${at}"\n`);
  }
  const word: number[] = [];
  const frame: number[] = [];
  const whole: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const node = await until([process.execPath, '-p', '"one word"'], /one word/);
    const picker = [join(PROJECT, 'nix-build-shell'), '--ui', place];
    const first = await until(picker, /package\d+/);
    const ink = await until(picker, /Keys that work here/, '?');
    // The first round fills the caches.
    if (round === 0) continue;
    word.push(node);
    frame.push(first);
    whole.push(ink);
  }
  const note = `${median(frame).toFixed(0)} ms against ${median(word).toFixed(0)} ms, ${ROUNDS} runs, ${BUILDS} directories`;
  return [
    {
      name: 'picker: first frame ÷ node printing a word',
      value: median(frame) / median(word),
      unit: '×',
      bar: 3.5,
      note,
    },
    { name: 'picker: answers the first key ÷ the same', value: median(whole) / median(word), unit: '×', bar: null },
  ];
}

/** Milliseconds from the start to this text; what is typed is there from the start. */
async function until(command: readonly string[], text: RegExp, typed = ''): Promise<number> {
  let printed = '';
  const start = performance.now();
  let came: (ms: number) => void = () => undefined;
  let failed: (error: Error) => void = () => undefined;
  const seen = new Promise<number>((resolve, reject) => {
    came = resolve;
    failed = reject;
  });
  const pty = startPty(command, {
    columns: 120,
    rows: 40,
    env: { TMPDIR: '/nowhere' },
    onBytes: bytes => {
      printed += Buffer.from(bytes).toString('latin1');
      if (text.test(printed)) came(performance.now() - start);
    },
  });
  if (typed !== '') pty.type(typed);
  const late = setTimeout(() => failed(new Error(`${text} did not come: ${printed.slice(-2000)}`)), 30_000);
  const ms = await seen;
  clearTimeout(late);
  pty.end();
  await pty.ended();
  return ms;
}
