/** Recorded terminal sessions in the form of asciinema, version 2: a line of JSON says the size, one each what was printed, typed, resized. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from './program.ts';

export type CastEvent =
  | { readonly kind: 'output'; readonly text: string }
  | { readonly kind: 'input'; readonly text: string }
  | { readonly kind: 'resize'; readonly columns: number; readonly rows: number };

export interface Cast {
  readonly columns: number;
  readonly rows: number;
  /** What was recorded: the program, its version. */
  readonly title: string;
  readonly events: readonly CastEvent[];
}

const DIRECTORY = join(PROJECT, 'fixtures/terminal');
const LETTERS = { output: 'o', input: 'i', resize: 'r' } as const;

/** The names of all recordings. */
export function castNames(): readonly string[] {
  return readdirSync(DIRECTORY)
    .filter(name => name.endsWith('.cast'))
    .map(name => name.slice(0, -'.cast'.length))
    .sort();
}

/** Reads one. */
export function readCast(name: string): Cast {
  const [head = '', ...lines] = readFileSync(join(DIRECTORY, `${name}.cast`), 'utf8')
    .trimEnd()
    .split('\n');
  const { width, height, title } = JSON.parse(head) as { width: number; height: number; title: string };
  return { columns: width, rows: height, title, events: lines.map(line => eventOf(line)) };
}

function eventOf(line: string): CastEvent {
  const [, letter, data] = JSON.parse(line) as [number, string, string];
  if (letter === 'o') return { kind: 'output', text: data };
  if (letter === 'i') return { kind: 'input', text: data };
  const [columns = 0, rows = 0] = data.split('x').map(Number);
  return { kind: 'resize', columns, rows };
}

/** Writes one. Of the times only the order is kept: a recording that is made again differs in what the program does only. */
export function writeCast(name: string, { columns, rows, title, events }: Cast): void {
  const head = { version: 2, width: columns, height: rows, title };
  const lines = events.map((event, at) => [
    at / 10,
    LETTERS[event.kind],
    event.kind === 'resize' ? `${event.columns}x${event.rows}` : event.text,
  ]);
  writeFileSync(
    join(DIRECTORY, `${name}.cast`),
    [head, ...lines].map(line => `${spelled(JSON.stringify(line))}\n`).join(''),
  );
}

/** Text for people is left as it is; marks, controls and what has no form of its own are written out. */
function spelled(json: string): string {
  return json.replace(/\p{M}|\p{Cf}|[\u007f-\u009f\u2028\u2029]/gu, c =>
    Array.from({ length: c.length }, (_, at) => `\\u${c.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );
}
