/** From what a person typed to the facts about a kept build directory (nix-sandbox.md, sections 1.1 to 1.3). */
import { constants, realpathSync, type Stats } from 'node:fs';
import { fail, ok, type Result, systemError } from '../base/failure.ts';
import { fromBytes, fsPath, type HostPath, hostPath } from '../base/path.ts';
import { openHint } from './closed.ts';
import { splitDrvName } from './drv-name.ts';
import type { EnvVars } from './env-vars.ts';
import type { KeptBuild, Layout } from './kept-build.ts';
import { baseName, child, INNER, parentOf, type Shape, shapeOf, systemOf } from './layout.ts';
import { liveProblems } from './live.ts';
import { kindOf, lookAt, mayAccess } from './read-regular.ts';
import { withAttrs, withEnvironment } from './refine.ts';
import { holdsPassedFile, names, type Signs, signsIn, strong } from './signs.ts';
import { isBuildUser, userName } from './users.ts';

export interface RecogniseOptions {
  /** What a relative path is relative to; the working directory where it is not given. */
  readonly cwd?: string;
  /** The build's environment, where it was read already: it can tell the name and the build's own view of its path. */
  readonly env?: EnvVars;
}

/**
 * The kept build that `given` names: the directory that Nix printed or the one in it that was `/build`, through links,
 * relative, with or without a trailing `/`. A directory that the caller may not enter is still recognised where its name
 * tells what it is: `access` says so. Reads nothing but names and `.attrs.json`.
 * @returns a Failure where there is nothing, no directory, nothing reachable, or no kept build
 */
export function recogniseKeptBuild(given: string, options: RecogniseOptions = {}): Result<KeptBuild> {
  const path = canonical(given, options.cwd);
  if (!path.ok) return path;
  const build = inspectDirectory(path.value, given);
  return build.ok && options.env !== undefined ? ok(withEnvironment(build.value, options.env)) : build;
}

const ENTER = constants.R_OK | constants.X_OK;
const GONE = 'kept directories go away with a reboot (/tmp) or after 7 days (/nix/var/nix/builds)';

function canonical(given: string, cwd: string | undefined): Result<HostPath> {
  const wanted = `use ${given === '' ? 'the empty path' : given} as a kept build directory`;
  if (given === '' || given.includes('\0')) return fail(wanted, { because: 'no file can have this name', hint: LIST });
  const path = given.startsWith('/') || cwd === undefined ? given : child(cwd, given);
  try {
    // The native variant: the other one, written in JavaScript, loses bytes that are not UTF-8.
    return ok(hostPath(fromBytes(realpathSync.native(fsPath(path), 'buffer'))));
  } catch (error) {
    const { errno } = systemError(error);
    const around = errno === 'EACCES' ? closedAround(path) : null;
    if (around !== null) return ok(around);
    return fail(wanted, { call: `realpath("${path}")`, errno, hint: pathHint(errno) });
  }
}

/** Old versions of Nix print the inner directory, and keep the one around it closed (nix PR 11473): that one, then. */
function closedAround(path: string): HostPath | null {
  const inner = path.replace(/\/+$/, '');
  try {
    const outer = hostPath(fromBytes(realpathSync.native(fsPath(parentOf(inner)), 'buffer')));
    return shapeOf(outer)?.inner.some(name => name === baseName(inner)) === true ? outer : null;
  } catch (error) {
    systemError(error);
    return null;
  }
}

function pathHint(errno: string): string {
  if (errno === 'ENOENT') return `${GONE}; ${LIST}`;
  if (errno === 'EACCES') return 'a directory on the way is closed to you';
  if (errno === 'ELOOP') return `links on the way lead in a circle; ${LIST}`;
  return LIST;
}

const LIST = "'nix-build-shell list' shows the kept builds of this machine";

/** As {@link recogniseKeptBuild}, for a path that is canonical already: no link is followed. */
export function inspectDirectory(path: HostPath, given: string): Result<KeptBuild> {
  const wanted = `use ${given} as a kept build directory`;
  const looked = lookAt(path);
  if (looked.stats === null) return fail(wanted, { call: `lstat("${path}")`, errno: looked.errno, hint: LIST });
  if (!looked.stats.isDirectory()) return notADirectory(wanted, path, looked.stats);
  const place = locate(path);
  const shape = shapeOf(place.outer);
  const known = strong(place.signs) || shape !== null;
  if (!known && !mayAccess(path, ENTER))
    return fail(wanted, { call: `opendir("${path}")`, errno: 'EACCES', hint: openHint(path, looked.stats.uid) });
  if (!known && !holdsPassedFile(path)) return noKeptBuild(wanted, path, place.signs);
  return ok(describe(given, place, shape));
}

function notADirectory(wanted: string, path: HostPath, stats: Stats): Result<KeptBuild> {
  const inside = shapeOf(parentOf(path)) !== null || strong(signsIn(hostPath(parentOf(path))));
  const hint = inside ? `give the directory that holds it: ${parentOf(path)}` : LIST;
  return fail(wanted, { errno: 'ENOTDIR', because: `it is ${kindOf(stats)}`, hint });
}

function noKeptBuild(wanted: string, path: HostPath, signs: Signs): Result<KeptBuild> {
  const odd = signs.problems[0];
  const because = odd ?? 'it has no env-vars and no .attrs.json, and its name is not one that Nix gives';
  const around = enclosing(path);
  return fail(wanted, { because, hint: around === null ? LIST : `the kept build around it is ${around}` });
}

/** The kept build in which `path` lies, for a hint. */
function enclosing(path: HostPath): string | null {
  for (let up = parentOf(path); up !== '/'; up = parentOf(up)) if (shapeOf(up) !== null) return up;
  return null;
}

interface Place {
  readonly outer: HostPath;
  readonly content: HostPath;
  readonly layout: Layout;
  readonly signs: Signs;
}

/** Which of `path`, its parent and its sub-directories is the outer and which the content directory. */
function locate(path: HostPath): Place {
  const signs = signsIn(path);
  const base = baseName(path);
  const layout = INNER.find(name => name === base);
  const parent = hostPath(parentOf(path));
  if (layout !== undefined && shapeOf(parent)?.inner.includes(layout) === true && !strong(signsIn(parent)))
    return { outer: parent, content: path, layout, signs };
  if (strong(signs)) return { outer: path, content: path, layout: 'flat', signs };
  for (const name of INNER) {
    const content = hostPath(child(path, name));
    if (lookAt(content).stats?.isDirectory() !== true) continue;
    const inner = signsIn(content);
    if (strong(inner) || alone(path, name)) return { outer: path, content, layout: name, signs: inner };
  }
  return { outer: path, content: path, layout: 'flat', signs };
}

/** Two calls of Nix, on a machine that is very busy. */
const AT_ONCE_MS = 5000;

/** A build without stdenv leaves no sign: its shape and a lone sub-directory of the right name have to do. */
function alone(path: HostPath, name: Exclude<Layout, 'flat'>): boolean {
  if (shapeOf(path)?.inner.includes(name) !== true) return false;
  const all = names(path);
  return all === null || (all.length === 1 && !madeByBuilder(path, child(path, name)));
}

/**
 * Whether a lone sub-directory is the builder's own and the layout flat: Nix makes its own as root, where it has build users, and else right
 * after the directory around it.
 */
function madeByBuilder(path: HostPath, sub: string): boolean {
  const [outer, inner] = [lookAt(path).stats, lookAt(hostPath(sub)).stats];
  if (outer === null || inner === null || outer.uid !== inner.uid) return false;
  const later = outer.birthtimeMs > 0 && outer.mtimeMs - outer.birthtimeMs > AT_ONCE_MS;
  return isBuildUser(outer.uid) || later;
}

function describe(given: string, place: Place, shape: Shape | null): KeptBuild {
  const { outer, content, layout, signs } = place;
  const stats = lookAt(content).stats ?? lookAt(outer).stats;
  const outerStats = lookAt(outer).stats;
  const name = shape?.name ?? null;
  const uid = stats?.uid ?? 0;
  const build: KeptBuild = {
    version: 1,
    given,
    outer,
    content,
    layout,
    system: systemOf(shape, layout, signs.guix),
    name: name === null ? null : { value: name, source: 'path' },
    packageVersion: name === null ? null : splitDrvName(name).version,
    owner: { uid, gid: stats?.gid ?? 0, user: userName(uid) },
    keptAtMs: stats?.ctimeMs ?? 0,
    envFile: signs.envFile,
    structuredAttrs: signs.structuredAttrs,
    buildTop: null,
    sandboxed: null,
    access: mayAccess(content, ENTER) ? 'readable' : 'denied',
    problems: [...signs.problems, ...(outerStats === null ? [] : liveProblems(outerStats, shape))],
  };
  return build.name === null && build.structuredAttrs ? withAttrs(build) : build;
}
