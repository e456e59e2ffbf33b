/** `--bind HOST[:DEST]`: from the user's words to what is bound where. */
import { chmodSync, existsSync, lstatSync, mkdirSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { EXIT, fail, ok, type Result, systemError } from '../base/failure.ts';
import { fromBytes, fsPath, type HostPath, hostPath, type InnerPath, innerPath } from '../base/path.ts';
import { absolutePath } from '../nix/own-directory.ts';
import type { PlanOptions } from '../sandbox/plan-input.ts';

export type Bind = PlanOptions['binds'][number];

/**
 * HOST alone is shown at its own path. A colon in a path's name is written as `\:`; a HOST that exists as a whole is not split.
 * DEST must not be one of the places that the sandbox itself lays out.
 */
export function resolveBind(word: string): Result<Bind> {
  const { host, destination } = split(word);
  const wanted = `bind ${word}`;
  try {
    const from = hostPath(fromBytes(realpathSync.native(fsPath(host), 'buffer')));
    const to = destination === null ? absolutePath(host) : destination;
    const refused = refusal(to);
    if (refused !== null) return fail(wanted, { because: refused, status: EXIT.usage });
    return ok({ from, to: innerPath(normal(to)), type: statSync(fsPath(from)).isDirectory() ? 'directory' : 'file' });
  } catch (error) {
    const { call, errno } = systemError(error);
    return fail(wanted, { call, errno, hint: 'HOST must exist, and be open to you' });
  }
}

/** What was typed, with the home in the place of a `~` at its beginning: no shell has done that. */
export function fromHome(word: string, home: string | undefined): string {
  return home !== undefined && /^~(?:\/|:|$)/.test(word) ? home + word.slice(1) : word;
}

/** The word as it works from every directory: `~` is the home, and what is relative begins with `/`. @returns a Failure where it cannot be bound */
export function bindWord(word: string, home: string | undefined): Result<string> {
  const expanded = fromHome(word, home);
  const resolved = resolveBind(expanded);
  if (!resolved.ok) return resolved;
  const { host, destination } = split(expanded);
  const whole = existsSync(fsPath(expanded)) && destination === null;
  const from = whole ? absolutePath(host) : absolutePath(host).replaceAll(':', '\\:');
  return ok(destination === null ? from : `${from}:${destination.replaceAll(':', '\\:')}`);
}

function split(word: string): { readonly host: string; readonly destination: string | null } {
  if (existsSync(fsPath(word))) return { host: word, destination: null };
  for (let at = word.indexOf(':'); at >= 0; at = word.indexOf(':', at + 1)) {
    if (word[at - 1] !== '\\') return { host: unescape(word.slice(0, at)), destination: unescape(word.slice(at + 1)) };
  }
  return { host: unescape(word), destination: null };
}

function unescape(text: string): string {
  return text.replaceAll('\\:', ':');
}

function normal(path: string): string {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `/${names.join('/')}`;
}

function refusal(to: string): string | null {
  if (!to.startsWith('/')) return 'DEST must be an absolute path';
  const path = normal(to);
  const taken = ['/', '/nix', '/build', '/dev', '/proc', '/bin', '/bin/sh', '/etc', '/tmp', '/nix/store'].includes(
    path,
  );
  if (taken) return `${path} is the sandbox's own; give another place: HOST:DEST`;
  return path.startsWith('/proc/') || path.startsWith('/dev/') ? 'nothing can be shown below /proc and /dev' : null;
}

/**
 * Makes the place of a bind below `/build`, in the working copy. A link on the way is refused: it could lead out of the copy, and
 * the copy's content is a stranger's.
 * @param lower on an overlay, what lies under the copy: what is there need not be made, and what is above a new place is made alike
 * @param strangers whether `lower` is another user's, who may put a link there meanwhile: then all of the way is made in the layer above it
 */
export function makePlaceInCopy(bind: Bind, copy: HostPath, lower: HostPath | null, strangers = false): Result<null> {
  const names = bind.to.split('/').slice(2);
  let path = '';
  for (const [index, name] of names.entries()) {
    path += `/${name}`;
    const last = index === names.length - 1;
    const made = makePlace({ copy, lower, path, strangers }, last && bind.type === 'file', bind.to);
    if (!made.ok) return made;
  }
  return ok(null);
}

interface Place {
  readonly copy: HostPath;
  readonly lower: HostPath | null;
  readonly path: string;
  readonly strangers: boolean;
}

function makePlace({ copy, lower, path, strangers }: Place, isFile: boolean, shown: InnerPath): Result<null> {
  const wanted = `bind something at ${shown}`;
  const above = lstatSync(fsPath(copy + path), { throwIfNoEntry: false });
  const below = lower === null ? undefined : lstatSync(fsPath(lower + path), { throwIfNoEntry: false });
  const found = above ?? below;
  if (found === undefined && isFile)
    return fail(wanted, {
      because: 'there is no such file in the build to put it over',
      hint: 'bind its directory, or choose a DEST outside /build',
    });
  const fits = found === undefined || (isFile ? found.isFile() : found.isDirectory());
  if (!fits)
    return fail(wanted, {
      because: `the build has something else there (a link, or not a ${isFile ? 'file' : 'directory'})`,
    });
  if (found === undefined || (strangers && !isFile)) makeLike(copy, lower, path);
  else if (strangers && above === undefined) writeFileSync(fsPath(copy + path), '', { flag: 'wx' });
  return ok(null);
}

/** Makes a directory in the copy; those above it that are only in the lower layer stand for these, so they get their modes. */
function makeLike(copy: HostPath, lower: HostPath | null, path: string): void {
  if (path === '' || lstatSync(fsPath(copy + path), { throwIfNoEntry: false }) !== undefined) return;
  makeLike(copy, lower, path.slice(0, path.lastIndexOf('/')));
  mkdirSync(fsPath(copy + path));
  const below = lower === null ? undefined : lstatSync(fsPath(lower + path), { throwIfNoEntry: false });
  if (below !== undefined) chmodSync(fsPath(copy + path), below.mode & 0o1777);
}
