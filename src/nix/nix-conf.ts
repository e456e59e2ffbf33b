/**
 * The text of Nix' settings files, and what is wrong with it (`parseConfigFiles` in libutil/configuration.cc; nix-sandbox.md, section 10).
 * Total: what cannot be read or understood is a problem, never a reason to stop; Nix itself does not start then.
 */
import { dirname } from 'node:path';
import { fromBytes } from '../base/path.ts';
import { readRegularFile } from './read-regular.ts';

/** Something that is wrong with a settings file. */
export interface ConfProblem {
  /** The file's path, or `NIX_CONFIG`. */
  readonly file: string;
  /** From 1; null where it is the file as a whole. */
  readonly line: number | null;
  /** One clause. Never a value: there are passwords among them. */
  readonly what: string;
}

/** What a setting was set to, and where last. */
export interface SetValue {
  readonly value: string;
  readonly file: string;
  readonly line: number;
}

export interface NixConf {
  /** By name; old names of some settings are their new ones. */
  readonly values: ReadonlyMap<string, SetValue>;
  /** The first hundred. */
  readonly problems: readonly ConfProblem[];
  /** Those that were read. */
  readonly files: readonly string[];
}

/** A file that may not be there, or text that came another way. */
export interface ConfSource {
  readonly path: string;
  readonly text?: string;
}

/** Old names that Nix still takes (libstore/globals.hh). */
const ALIASES: Readonly<Record<string, string>> = {
  'build-chroot-dirs': 'sandbox-paths',
  'build-sandbox-paths': 'sandbox-paths',
  'build-extra-chroot-dirs': 'extra-sandbox-paths',
  'build-extra-sandbox-paths': 'extra-sandbox-paths',
  'build-use-chroot': 'sandbox',
  'build-use-sandbox': 'sandbox',
  'build-keep-log': 'keep-build-log',
};

const MAX_BYTES = 1024 * 1024;
const MAX_FILES = 64;
const MAX_PROBLEMS = 100;
const LONGEST_NAME = 40;

/** What the file at a path says, or why it does not: `ENOENT`, or a clause. */
export type ReadText = (path: string) => { readonly text: string } | { readonly text: null; readonly why: string };

interface Reading {
  readonly read: ReadText;
  readonly values: Map<string, SetValue>;
  readonly problems: ConfProblem[];
  readonly files: string[];
  /** The files that include each other down to the one that is read. */
  readonly open: string[];
}

/** All that the files and those that they include set, each in the order in which Nix applies them. */
export function readNixConf(sources: readonly ConfSource[], read: ReadText = readText): NixConf {
  const reading: Reading = { read, values: new Map(), problems: [], files: [], open: [] };
  for (const { path, text } of sources) {
    const found = text === undefined ? read(path) : { text };
    if (found.text !== null) take(reading, found.text, path);
    else if (found.why !== 'ENOENT') problem(reading, path, null, `it cannot be read: ${found.why}`);
  }
  return reading;
}

/** As `FILE:LINE: WHAT`. */
export function sayProblem({ file, line, what }: ConfProblem): string {
  return line === null ? `${file}: ${what}` : `${file}:${line}: ${what}`;
}

function readText(path: string): ReturnType<ReadText> {
  const bytes = readRegularFile(path, { maxBytes: MAX_BYTES, follow: true });
  if (bytes.ok) return { text: fromBytes(bytes.value) };
  return { text: null, why: bytes.failure.errno ?? bytes.failure.because ?? 'no known reason' };
}

function problem({ problems }: Reading, file: string, line: number | null, what: string): void {
  if (problems.length < MAX_PROBLEMS) problems.push({ file, line, what });
}

function take(reading: Reading, text: string, path: string): void {
  reading.files.push(path);
  reading.open.push(path);
  text.split('\n').forEach((line, index) => {
    const words = line
      .replace(/#.*/s, '')
      .split(/[ \t\r]+/)
      .filter(word => word !== '');
    const [name = '', second, ...rest] = words;
    if (name === '') return;
    const at = index + 1;
    if (name === 'include' || name === '!include') include(reading, words, path, at);
    else if (second === '=') set(reading.values, name, { value: rest.join(' '), file: path, line: at });
    else problem(reading, path, at, `no setting (NAME = VALUE), and Nix stops there: ${shortened(name)}`);
  });
  reading.open.pop();
}

/** Only a line's first word is told. */
function shortened(name: string): string {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : `${name} …`;
}

function include(reading: Reading, words: readonly string[], from: string, line: number): void {
  const [how, name, ...more] = words;
  if (name === undefined || more.length > 0)
    return problem(reading, from, line, 'it includes something that is not one path, and Nix stops there');
  const path = name.startsWith('/') ? name : `${dirname(from)}/${name}`;
  if (reading.open.includes(path))
    return problem(reading, from, line, `it includes ${path}, which is being read: a loop, in which Nix never ends`);
  if (reading.files.length >= MAX_FILES)
    return problem(reading, from, line, `${path} is not read: there are ${MAX_FILES} files already`);
  const found = reading.read(path);
  if (found.text !== null) take(reading, found.text, path);
  else if (found.why !== 'ENOENT')
    problem(reading, from, line, `it includes ${path}, which cannot be read: ${found.why}`);
  else if (how === 'include')
    problem(reading, from, line, `it includes ${path}, which is not there, and Nix stops there (!include would not)`);
}

/** The last one wins; `extra-` adds to what stands before it (and after it, only a plain one takes that away). */
function set(values: Map<string, SetValue>, word: string, made: SetValue): void {
  const name = ALIASES[word] ?? word;
  if (!name.startsWith('extra-')) {
    values.set(name, made);
    return;
  }
  const plain = name.slice('extra-'.length);
  values.set(plain, { ...made, value: `${values.get(plain)?.value ?? ''} ${made.value}`.trim() });
}
