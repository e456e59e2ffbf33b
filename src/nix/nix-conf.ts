/**
 * The machine's Nix settings, as far as a sandbox depends on them (nix-sandbox.md, section 10). A daemon reads the system's file and no
 * user's, so only that is read. Total: what cannot be read or understood is a problem, never a reason to stop.
 */
import { dirname } from 'node:path';
import { fromBytes } from '../base/path.ts';
import { readRegularFile } from './read-regular.ts';

/** A path of the machine that every build sees (`sandbox-paths`). */
export interface SandboxPath {
  /** As the build sees it. */
  readonly target: string;
  /** On the machine. */
  readonly source: string;
  /** `source?`: no matter where it is not there. */
  readonly optional: boolean;
}

export interface NixSettings {
  readonly sandboxPaths: readonly SandboxPath[];
  /** `ssl-cert-file`; null where it is not set. */
  readonly certificates: string | null;
  /** Each one sentence. */
  readonly problems: readonly string[];
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

/** What the file at a path says; null where it cannot be read. */
export type ReadText = (path: string) => string | null;

interface Reading {
  readonly read: ReadText;
  readonly values: Map<string, string>;
  readonly problems: string[];
  files: number;
}

/** `$NIX_CONF_DIR/nix.conf`, by default `/etc/nix/nix.conf`. */
export function nixConfOf(environment: Readonly<Record<string, string | undefined>>): string {
  return `${environment['NIX_CONF_DIR'] ?? '/etc/nix'}/nix.conf`;
}

/** The settings of {@link nixConfOf}. */
export function readNixSettings(environment: Readonly<Record<string, string | undefined>>): NixSettings {
  return nixSettings(nixConfOf(environment), readText);
}

/** All values that a file and those that it includes set, by name; and what is wrong with them, each one sentence. */
export function nixValues(
  path: string,
  read: ReadText = readText,
): { readonly values: ReadonlyMap<string, string>; readonly problems: readonly string[] } {
  return reading(path, read);
}

function reading(path: string, read: ReadText): Reading {
  const made: Reading = { read, values: new Map(), problems: [], files: 0 };
  const text = read(path);
  if (text !== null) take(made, text, path);
  return made;
}

function readText(path: string): string | null {
  const bytes = readRegularFile(path, { maxBytes: MAX_BYTES, follow: true });
  return bytes.ok ? fromBytes(bytes.value) : null;
}

/** As {@link readNixSettings}, for a file and a way to read files. A first file that is not there sets nothing. */
export function nixSettings(path: string, read: ReadText): NixSettings {
  const { values, problems } = reading(path, read);
  const words = (name: string): readonly string[] => (values.get(name) ?? '').split(/\s+/).filter(word => word !== '');
  return {
    sandboxPaths: words('sandbox-paths').flatMap(word => sandboxPath(word, problems)),
    certificates: values.get('ssl-cert-file') || null,
    problems,
  };
}

function take(reading: Reading, text: string, path: string): void {
  reading.files += 1;
  if (reading.files > MAX_FILES) {
    reading.problems.push(`${path} is not read: more than ${MAX_FILES} files include each other`);
    return;
  }
  for (const line of text.split('\n')) {
    const words = line
      .replace(/#.*/s, '')
      .split(/\s+/)
      .filter(word => word !== '');
    const [name = '', second, ...rest] = words;
    if (name === '') continue;
    if (name === 'include' || name === '!include') include(reading, name, words.slice(1), path);
    else if (second === '=') set(reading.values, name, rest.join(' '));
    else reading.problems.push(`${path} has a line that is no setting: ${line.trim()}`);
  }
}

function include(reading: Reading, how: string, words: readonly string[], from: string): void {
  const [name, ...more] = words;
  if (name === undefined || more.length > 0) {
    reading.problems.push(`${from} includes something that is not one path`);
    return;
  }
  const path = name.startsWith('/') ? name : `${dirname(from)}/${name}`;
  const text = reading.files > MAX_FILES ? null : reading.read(path);
  if (text !== null) take(reading, text, path);
  else if (how === 'include') reading.problems.push(`${from} includes ${path}, which cannot be read`);
}

/** The last one wins; `extra-` adds to what stands before it (and after it, only a plain one takes that away). */
function set(values: Map<string, string>, word: string, value: string): void {
  const name = ALIASES[word] ?? word;
  if (!name.startsWith('extra-')) {
    values.set(name, value);
    return;
  }
  const plain = name.slice('extra-'.length);
  values.set(plain, `${values.get(plain) ?? ''} ${value}`.trim());
}

/** `target`, `target=source`, each with a `?` at its end where it may be missing (`getPathsInSandbox`). */
function sandboxPath(word: string, problems: string[]): readonly SandboxPath[] {
  const optional = word.endsWith('?');
  const text = optional ? word.slice(0, -1) : word;
  const at = text.indexOf('=');
  const target = at < 0 ? text : text.slice(0, at);
  const source = at < 0 ? text : text.slice(at + 1);
  if (isPlain(target) && isPlain(source)) return [{ target, source, optional }];
  problems.push(`sandbox-paths has an entry that is not made of plain absolute paths: ${word}`);
  return [];
}

/** Absolute, without `.`, `..` and empty names; a slash at the end is no matter. */
function isPlain(path: string): boolean {
  return /^(?:\/[^/\0]+)+\/?$/.test(path) && path.split('/').every(name => name !== '.' && name !== '..');
}
