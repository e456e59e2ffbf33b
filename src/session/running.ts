/**
 * The sandboxes that run: each launcher leaves a note in its session, which tells how it can be entered. A note counts while its launcher
 * holds the session's lock, and its process 1 is the one that was noted.
 */
import { closeSync, readdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { fsPath, type HostPath, hostPath } from '../base/path.ts';
import { trace } from '../base/trace.ts';
import { STAT, statFields } from '../ffi/process-stat.ts';
import { syscall } from '../ffi/syscalls.ts';
import type { Entrance } from '../sandbox/join.ts';
import { takeLock } from './lock.ts';
import { type PlaceEnvironment, sessionsDirectory } from './place.ts';
import type { Session } from './session.ts';

export interface RunningSandbox {
  readonly version: 1;
  /** The process that runs it: its number names the sandbox. */
  readonly launcher: number;
  readonly init: { readonly pid: number; readonly startTime: string };
  /** The kept directory, and the build's name. */
  readonly outer: HostPath;
  readonly name: string | null;
  readonly sinceMs: number;
  /** CMD and its arguments; none is an interactive shell. */
  readonly command: readonly string[];
  /** Where its root is mounted, on the host. */
  readonly root: HostPath;
  readonly entrance: Entrance;
}

const NOTE = 'running.json';
const LOCK = '.lock';

/** Leaves the note of a sandbox whose process 1 runs. Without it the sandbox runs as well, and cannot be entered. */
export function noteRunning(
  session: Session,
  initPid: number,
  about: Pick<RunningSandbox, 'outer' | 'name' | 'command' | 'entrance'>,
): void {
  const startTime = startTimeOf(initPid);
  if (startTime === null) return;
  const init = { pid: initPid, startTime };
  const { root, directory } = session;
  const note: RunningSandbox = { version: 1, launcher: process.pid, init, sinceMs: Date.now(), root, ...about };
  const path = fsPath(`${directory}/${NOTE}`);
  const unfinished = fsPath(`${directory}/${NOTE}.new`);
  try {
    writeFileSync(unfinished, JSON.stringify(note), { mode: 0o600 });
    renameSync(unfinished, path);
  } catch (error) {
    trace('child', `the sandbox cannot be entered by others: ${String(error)}`);
  }
}

/** Takes the note away: the sandbox has ended. */
export function forgetRunning(directory: HostPath): void {
  try {
    unlinkSync(fsPath(`${directory}/${NOTE}`));
  } catch {
    // It was never made.
  }
}

/** The caller's sandboxes that run, the oldest first. */
export function runningSandboxes(environment: PlaceEnvironment): readonly RunningSandbox[] {
  const found = heldSessions(environment).flatMap(directory => readNote(directory) ?? []);
  return found.filter(isRunning).toSorted((a, b) => a.sinceMs - b.sinceMs || a.launcher - b.launcher);
}

/** Whether the process runs the sandbox: its launcher, what started that (sudo, a script), or its process 1. */
export function isRunBy({ launcher, init }: RunningSandbox, pid: number): boolean {
  return launcher === pid || init.pid === pid || statFields(launcher)[STAT.parent] === String(pid);
}

/** Whether a process of the caller's is about to make a sandbox: its session is there, and no note yet. */
export function isBeingMade(environment: PlaceEnvironment, launcher: number): boolean {
  return heldSessions(environment).some(
    directory => /-(\d+)(?:-\d+)?$/.exec(directory.replace(/^.*\//, ''))?.[1] === String(launcher),
  );
}

/** A descriptor of process 1 for setns(2), closed by exec; null where it has ended. */
export function openRunning({ init }: RunningSandbox): number | null {
  const pidfd = syscall('pidfd_open', init.pid, 0);
  if (pidfd < 0) return null;
  // The number may have become another process's before it was opened.
  if (startTimeOf(init.pid) === init.startTime) return pidfd;
  syscall('close', pidfd);
  return null;
}

function isRunning({ init }: RunningSandbox): boolean {
  return startTimeOf(init.pid) === init.startTime;
}

/** The sessions whose launchers live. */
function heldSessions(environment: PlaceEnvironment): readonly HostPath[] {
  const place = sessionsDirectory(environment);
  if (!place.ok) return [];
  return readdirSync(fsPath(place.value))
    .filter(name => name.endsWith(LOCK))
    .map(name => hostPath(`${place.value}/${name.slice(0, -LOCK.length)}`))
    .filter(directory => {
      const lock = takeLock(directory + LOCK, false);
      if (lock.ok && lock.value !== null) closeSync(lock.value);
      return lock.ok && lock.value === null;
    });
}

function readNote(directory: HostPath): RunningSandbox | null {
  try {
    const note = JSON.parse(readFileSync(fsPath(`${directory}/${NOTE}`), 'utf8')) as { readonly version: number };
    return note.version === 1 ? (note as RunningSandbox) : null;
  } catch {
    return null; // Not there yet, or gone just now.
  }
}

/** When a process began, in ticks since the machine did (proc(5), stat: `starttime`); null where there is none. */
function startTimeOf(pid: number): string | null {
  return statFields(pid)[STAT.startTime] ?? null;
}

/** For how long a process has been there; null where there is none. */
export function ageMs(pid: number): number | null {
  const ticks = startTimeOf(pid);
  if (ticks === null) return null;
  const [uptime = ''] = readFileSync('/proc/uptime', 'latin1').split(' ');
  return 1000 * (Number(uptime) - Number(ticks) / TICKS_PER_SECOND);
}

/** USER_HZ, on both architectures (sysconf(3), _SC_CLK_TCK). */
const TICKS_PER_SECOND = 100;
