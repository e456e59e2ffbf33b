/** The traces that a build leaves in its directory, as far as one look at names tells (nix-sandbox.md, section 1.2). */
import { closeSync, readdirSync } from 'node:fs';
import { fromBytes, fsPath, type HostPath, hostPath } from '../base/path.ts';
import type { KeptBuild } from './kept-build.ts';
import { child } from './layout.ts';
import { kindOf, lookAt, openRegularFile } from './read-regular.ts';

export interface Signs {
  readonly envFile: KeptBuild['envFile'];
  /** The environment file has Guix' name. */
  readonly guix: boolean;
  readonly structuredAttrs: boolean;
  /** What is odd about them, each one sentence. */
  readonly problems: readonly string[];
}

/** Names of stdenv's and of Guix' environment file. */
const ENV_FILES = ['env-vars', 'environment-variables'] as const;

/** Looks for the environment file and for structured attributes in `directory`; opens the former, to know whether it can be read. */
export function signsIn(directory: HostPath): Signs {
  const problems: string[] = [];
  let envFile: KeptBuild['envFile'] = null;
  let guix = false;
  for (const name of ENV_FILES) {
    const found = envFileAt(hostPath(child(directory, name)), problems);
    if (found === null) continue;
    envFile = found;
    guix = name === 'environment-variables';
    break;
  }
  return { envFile, guix, structuredAttrs: isFile(child(directory, '.attrs.json')), problems };
}

function envFileAt(path: HostPath, problems: string[]): KeptBuild['envFile'] {
  const { stats } = lookAt(path);
  if (stats === null) return null;
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (!stats.isFile()) {
    problems.push(`${name} is ${kindOf(stats)}, not a regular file: it is not read`);
    return null;
  }
  if (stats.size === 0) problems.push(`${name} is empty: the build was stopped while it was being written`);
  const opened = openRegularFile(path);
  if (opened.ok) closeSync(opened.value.fd);
  const access = opened.ok ? 'readable' : opened.failure.errno === 'ENOENT' ? 'missing' : 'denied';
  return { path, access, sizeBytes: stats.size, modifiedAtMs: stats.mtimeMs };
}

function isFile(path: string): boolean {
  return lookAt(path).stats?.isFile() === true;
}

/** Whether the signs are enough to call a directory that of a build, whatever its name. */
export function strong(signs: Signs): boolean {
  return signs.envFile !== null || signs.structuredAttrs;
}

/** Names of `passAsFile` attributes: `.attr-` and a hash, in old Nix a number. */
const PASSED_FILE = /^\.attr-(?:[0-9abcdfghijklmnpqrsvwxyz]{52}|\d+)$/;

/** Whether the directory holds a file that only Nix writes there: costs a listing, so it is asked last. */
export function holdsPassedFile(directory: string): boolean {
  return (names(directory) ?? []).some(name => PASSED_FILE.test(name) || name === '.nix-socket');
}

/** The names in a directory, as bytes in strings (base/path.ts); null where it cannot be listed. */
export function names(directory: string): readonly string[] | null {
  try {
    return readdirSync(fsPath(directory), 'buffer').map(fromBytes);
  } catch {
    return null;
  }
}
