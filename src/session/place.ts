/** Where sessions lie on the host. */
import { accessSync, constants, lstatSync, realpathSync, statSync } from 'node:fs';
import { fail, ok, type Result, systemError } from '../base/failure.ts';
import { fromBytes, fsPath, type HostPath, hostPath } from '../base/path.ts';
import { makeDirectories } from './make-directories.ts';

/** The part of the environment that says where. */
export type PlaceEnvironment = Readonly<Record<string, string | undefined>>;

/** What can be done where no session can be made. */
export const PLACE_HINT = 'NIX_BUILD_SHELL_SESSIONS names another directory';

/**
 * The directory of all sessions: `$NIX_BUILD_SHELL_SESSIONS`, else `nix-build-shell/sessions` below `$XDG_CACHE_HOME` or
 * `~/.cache`, else (no home, or none that can be written) `$TMPDIR/nix-build-shell-<uid>`, or that in /tmp. Pure: nothing is made.
 */
export function sessionsPlaces(environment: PlaceEnvironment, uid: number): readonly HostPath[] {
  const chosen = environment['NIX_BUILD_SHELL_SESSIONS'];
  if (chosen?.startsWith('/') === true) return [hostPath(chosen)];
  const cache = cacheDirectory(environment, 'sessions');
  const { TMPDIR: temporary = '' } = environment;
  const shared = hostPath(`${temporary.startsWith('/') ? temporary : '/tmp'}/nix-build-shell-${uid}`);
  return cache === null ? [shared] : [cache, shared];
}

/** `nix-build-shell/<name>` below `$XDG_CACHE_HOME` or `~/.cache`; null where neither is there. Pure. */
export function cacheDirectory(environment: PlaceEnvironment, name: string): HostPath | null {
  const { XDG_CACHE_HOME: cache = '', HOME: home = '' } = environment;
  // What is empty or relative counts as not set (XDG Base Directory Specification).
  const base = cache.startsWith('/') ? cache : home.startsWith('/') ? `${home}/.cache` : null;
  return base === null ? null : hostPath(`${base}/nix-build-shell/${name}`);
}

/** The first place that can be had, made where it is missing: the caller's own directory, mode 0700. */
export function sessionsDirectory(environment: PlaceEnvironment): Result<HostPath> {
  const uid = process.geteuid?.() ?? 0;
  const chosen = environment['NIX_BUILD_SHELL_SESSIONS'] ?? '';
  if (chosen !== '' && !chosen.startsWith('/'))
    return fail(`keep sessions in ${chosen}`, { because: 'NIX_BUILD_SHELL_SESSIONS must be an absolute path' });
  let last: Result<HostPath> = fail('find a place for sessions', { hint: PLACE_HINT });
  for (const place of sessionsPlaces(environment, uid)) {
    last = usable(place, uid);
    if (last.ok) return last;
  }
  return last;
}

/** The place that {@link sessionsDirectory} gives as things stand. Nothing is made: a plan names it. */
export function expectedPlace(environment: PlaceEnvironment): HostPath {
  const places = sessionsPlaces(environment, process.geteuid?.() ?? 0);
  return places.find(mayWrite) ?? places.at(-1) ?? hostPath('/tmp');
}

/** Where the program's own files would lie in `directory`, which must not change: that place; else null. Nothing is made. */
export function placeWithin(environment: PlaceEnvironment, directory: HostPath): HostPath | null {
  const places = [expectedPlace(environment), cacheDirectory(environment, 'closures')];
  return places.find(place => place !== null && isWithin(place, directory)) ?? null;
}

function isWithin(place: HostPath, directory: HostPath): boolean {
  try {
    const real = fromBytes(realpathSync.native(fsPath(nearestDirectory(place)), 'buffer'));
    return `${real}/`.startsWith(`${directory}/`);
  } catch {
    return false; // Closed to us: nothing is written there.
  }
}

/** Why something of a session could not be written, and what can be done. @param place where it was to be */
export function notWritten(wanted: string, error: unknown, place: string): ReturnType<typeof fail> {
  const { call, errno } = systemError(error);
  const room = errno === 'ENOSPC' || errno === 'EDQUOT' ? `make room in ${place}, or ` : '';
  const hint = `${room}choose another place with NIX_BUILD_SHELL_SESSIONS=DIR (or XDG_CACHE_HOME)`;
  return fail(wanted, { call, errno, hint });
}

/** The directory to ask where the sessions' own is not made yet: the next one above. */
export function nearestDirectory(path: HostPath): HostPath {
  for (let at: string = path; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    if (statSync(fsPath(at), { throwIfNoEntry: false })?.isDirectory() === true) return hostPath(at);
  }
  return hostPath('/');
}

function mayWrite(place: HostPath): boolean {
  try {
    accessSync(fsPath(nearestDirectory(place)), constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Others may be able to write to the directory above (`/tmp`): what they planted there is refused. */
function usable(place: HostPath, uid: number): Result<HostPath> {
  const wanted = `keep sessions in ${place}`;
  try {
    makeDirectories(place);
    const stats = lstatSync(fsPath(place));
    if (!stats.isDirectory()) return fail(wanted, { because: 'it is no directory', hint: PLACE_HINT });
    if (stats.uid !== uid) return fail(wanted, { because: `it belongs to user ${stats.uid}`, hint: PLACE_HINT });
    if ((stats.mode & 0o022) !== 0)
      return fail(wanted, { because: 'others may write to it', hint: `chmod 700 it, or ${PLACE_HINT}` });
    accessSync(fsPath(place), constants.W_OK | constants.X_OK);
    return ok(place);
  } catch (error) {
    return fail(wanted, { ...systemError(error), hint: PLACE_HINT });
  }
}
