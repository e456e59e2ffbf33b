/** Where working copies go, and what may help to read what the caller may not. */
import { constants, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fsPath } from '../../base/path.ts';
import { isProgram, mayAccess } from '../../nix/read-regular.ts';
import { type Answer, amiss, fine } from './answer.ts';
import { type Machine, statusLine, textOf } from './machine.ts';
import { mountOf, mountsOf } from './mounts.ts';

const LITTLE_BYTES = 1024 ** 3;
const FEW_FILES = 50_000;
const IN_MEMORY = new Set([0x01021994, 0x858458f6]); // tmpfs, ramfs (statfs(2))

/**
 * The space where working copies are put: bytes, inodes, memory, and whether programs may be executed there.
 * @param places the first of these that can be had is taken
 */
export function sessionSpace(machine: Machine, places: readonly string[]): Answer {
  const [first = '/'] = places;
  const directory = places.find(place => isUsable(machine, place)) ?? first;
  const asked = {
    id: 'files.sessions',
    title: 'room for working copies',
    source: `statfs(${JSON.stringify(directory)})`,
  } as const;
  const there = nearest(machine.root, directory);
  const elsewhere = 'export NIX_BUILD_SHELL_SESSIONS=DIR  # another place';
  if (!isUsable(machine, directory))
    return amiss(asked, 'broken', `you may not write to ${there}`, 'no working copy can be made', elsewhere);
  const { bavail, bsize, files, ffree, type } = statfsSync(fsPath(machine.root + there));
  const bytes = bavail * bsize;
  const inMemory = IN_MEMORY.has(type);
  const found = `${directory}: ${sayBytes(bytes)}${files > 0 ? ` and ${ffree} files` : ''} free${inMemory ? ', in memory' : ''}`;
  if (mountOf(mountsOf(machine), there)?.options.includes('noexec') === true)
    return amiss(
      asked,
      'warning',
      `${found}; mounted noexec`,
      'what a build makes cannot be executed in the sandbox',
      elsewhere,
    );
  const little = bytes < LITTLE_BYTES || (files > 0 && ffree < FEW_FILES);
  if (!little && !inMemory) return fine(asked, found);
  return amiss(
    asked,
    'warning',
    found,
    little ? 'the copy of a large build may not fit' : 'working copies take memory',
    elsewhere,
  );
}

/** The deepest directory above the path (or itself) that can be seen. */
function nearest(root: string, path: string): string {
  for (let at = path; at !== '/'; at = dirname(at)) if (isDirectory(root + at)) return at;
  return '/';
}

/** As the sessions themselves decide: what is there must be the caller's own, what is not there must be possible to make. */
function isUsable({ root, uid }: Machine, place: string): boolean {
  const there = nearest(root, place);
  return (
    mayAccess(root + there, constants.W_OK | constants.X_OK) &&
    (there !== place || statSync(fsPath(root + there)).uid === uid)
  );
}

function isDirectory(path: string): boolean {
  try {
    return statSync(fsPath(path)).isDirectory();
  } catch {
    return false;
  }
}

function sayBytes(bytes: number): string {
  const gigabytes = bytes / 1024 ** 3;
  return gigabytes >= 1 ? `${gigabytes.toFixed(1)} GiB` : `${Math.round(bytes / 1024 ** 2)} MiB`;
}

/** Programs that can do the one privileged copy of what the caller may not read. */
export function privilegedTools(machine: Machine): Answer {
  const asked = {
    id: 'files.privileges',
    title: 'a privileged copy (--sudo)',
    source: '$PATH, /proc/self/status',
  } as const;
  if (machine.uid === 0) return fine(asked, 'not needed: you are root');
  const tools = ['sudo', 'doas', 'run0'].filter(name =>
    machine.path.some(dir => isProgram(`${machine.root}${dir}/${name}`)),
  );
  const affects =
    "what belongs to the build user alone (such as env-vars of today's Nix) cannot be copied; it is re-constructed";
  if (tools.length === 0) return amiss(asked, 'warning', 'there is no sudo, doas or run0', affects);
  const locked = statusLine(machine, 'NoNewPrivs') === '1';
  // run0 asks a service for a process of its own; the other two are set-id programs.
  if (locked && !tools.includes('run0'))
    return amiss(asked, 'warning', `${tools.join(', ')}, but no_new_privs is set here: they gain nothing`, affects);
  return fine(asked, tools.join(', '));
}

/** Subordinate ids (subuid(5)): not used by this program; other tools that make user namespaces want them. */
export function subordinateIds(machine: Machine): Answer {
  const asked = {
    id: 'files.subids',
    title: 'subordinate ids (not needed)',
    source: '/etc/subuid, /etc/subgid',
  } as const;
  const count = (file: string): number =>
    (textOf(machine, file) ?? '')
      .split('\n')
      .map(line => line.split(':'))
      .filter(([who]) => who === machine.user || who === String(machine.uid))
      .reduce((sum, [, , size]) => sum + (Number(size) || 0), 0);
  const helper = machine.path.some(dir => isProgram(`${machine.root}${dir}/newuidmap`));
  return fine(
    asked,
    `${count('/etc/subuid')} users and ${count('/etc/subgid')} groups are yours, ${helper ? 'with' : 'without'} newuidmap`,
  );
}
