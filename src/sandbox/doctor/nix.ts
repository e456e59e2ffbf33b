/** What Nix and Guix have here: the program, the store, its database and its logs; and where failed builds are kept. */
import { accessSync, constants } from 'node:fs';
import { systemError } from '../../base/failure.ts';
import { fsPath } from '../../base/path.ts';
import { shellWord } from '../../base/printable.ts';
import { runCommand } from '../../nix/command.ts';
import { queryDatabase } from '../../nix/database.ts';
import { listKeptBuilds, type Places, placesOf } from '../../nix/locations.ts';
import { lookAt } from '../../nix/read-regular.ts';
import { type StoreLayout, storeLayout } from '../../nix/store-layout.ts';
import { type Answer, amiss, fine } from './answer.ts';
import { groupName, type Machine } from './machine.ts';
import { buildDirectory, confProblems, readConfs, settings } from './nix-settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** All questions about Nix, in the order in which their answers are shown. */
export async function gatherNixAnswers(machine: Machine, environment: Environment): Promise<readonly Answer[]> {
  const layout = storeLayout(machine.root === '' ? null : machine.root, 'nix', environment);
  const confs = readConfs(machine.root, environment);
  return [
    await program(machine),
    store(layout),
    database(layout),
    logs(layout),
    settings(confs),
    confProblems(confs),
    await keptBuilds(
      { environment, storeRoot: layout.root === '' ? null : layout.root, extra: [] },
      buildDirectory(confs),
    ),
  ].filter(answer => answer !== null);
}

/** Needed only where the store's database does not answer, so that its lack is no trouble by itself. */
async function program(machine: Machine): Promise<Answer> {
  const asked = { id: 'nix.version', title: 'the program nix-store', source: 'nix-store --version' } as const;
  const affects = 'what the database of a store does not tell is not known; failed builds come from elsewhere';
  const output = await runCommand(['nix-store', '--version'], { timeoutMs: 10_000, maxBytes: 65_536 });
  if (!output.ok) {
    const { errno, because } = output.failure;
    const found = errno === 'ENOENT' ? 'it is not in $PATH' : `it cannot be run: ${errno ?? because ?? 'no answer'}`;
    return amiss(asked, 'warning', found, affects, installedElsewhere());
  }
  const { status, stdout, stderr } = output.value;
  if (status === 0) return fine(asked, stdout.toString('latin1').split('\n')[0] ?? '');
  const words = stderr.trim().split('\n').at(-1);
  return amiss(asked, 'warning', `it ends with status ${status}: ${words}`, affects, daemonMend(machine));
}

function installedElsewhere(): string | null {
  const installed = '/nix/var/nix/profiles/default/bin';
  return errnoOf(`${installed}/nix-store`, constants.X_OK) === null ? `export PATH=${installed}:$PATH` : null;
}

/** kernel.overflowgid. */
const NOGROUP = 65_534;

/** Debian lets only the members of a group reach the daemon (nix-users). */
function daemonMend(machine: Machine): string | null {
  const directory = `${machine.root}/nix/var/nix/daemon-socket`;
  const { stats } = lookAt(directory);
  if (stats === null || (stats.mode & 0o010) === 0 || errnoOf(directory, constants.X_OK) !== 'EACCES') return null;
  const group = groupName(machine, stats.gid);
  // In a user namespace that does not map the group, it is shown as nogroup, which opens nothing.
  return group === null || stats.gid === NOGROUP
    ? null
    : `sudo usermod --append --groups ${shellWord(group)} "$USER"  # and log in again`;
}

/** Whether the store's directory can be listed. */
function store(layout: StoreLayout): Answer {
  const directory = `${layout.root}${layout.store}`;
  const asked = { id: 'nix.store', title: 'the store', source: `access(${JSON.stringify(directory)})` } as const;
  const errno = errnoOf(directory, constants.R_OK | constants.X_OK);
  if (errno === null) return fine(asked, directory);
  const affects = "only builds of another store can be entered: --store ROOT, or 'npm run demo'";
  return amiss(asked, 'warning', `${directory} cannot be listed (${errno})`, affects);
}

/** Whether the caller can ask the store's database; null where there is no store. */
function database(layout: StoreLayout): Answer | null {
  if (errnoOf(layout.state, constants.F_OK) !== null) return null;
  const path = `${layout.state}/db/db.sqlite`;
  const asked = { id: 'nix.database', title: "the store's database", source: path } as const;
  const rows = queryDatabase(layout, 'SELECT count(*) FROM ValidPaths WHERE path <> ?', '');
  if (rows.ok) return fine(asked, `it answers: ${String(rows.value[0]?.[0])} paths`);
  const affects = 'derivations and closures are asked of nix-store instead, which takes longer';
  return amiss(asked, 'warning', rows.failure.because ?? 'it does not answer', affects);
}

/** Whether build logs can be found; null where there is no store. */
function logs(layout: StoreLayout): Answer | null {
  if (errnoOf(layout.state, constants.F_OK) !== null) return null;
  const asked = { id: 'nix.logs', title: 'build logs', source: `access(${JSON.stringify(layout.logs)})` } as const;
  const errno = errnoOf(layout.logs, constants.R_OK | constants.X_OK);
  if (errno === null) return fine(asked, layout.logs);
  const affects = 'what failed is not told, and a derivation is not found by its log';
  return amiss(asked, 'warning', `${layout.logs} cannot be listed (${errno})`, affects);
}

/** Where failed builds are looked for, and how many are there. */
async function keptBuilds(places: Places, buildDir: string | null): Promise<Answer> {
  const asked = { id: 'nix.kept', title: 'kept builds', source: 'readdir of each place' } as const;
  const all = placesOf(places);
  const builds = await listKeptBuilds(places);
  const there = all.filter(place => errnoOf(place, constants.F_OK) === null);
  const closed = there.filter(place => errnoOf(place, constants.R_OK | constants.X_OK) !== null);
  const found = `${builds.length} in ${there.join(', ')}`;
  if (buildDir !== null && !all.includes(buildDir)) {
    const mend = `export NIX_BUILD_SHELL_PATH=${shellWord(buildDir)}`;
    return amiss(asked, 'warning', `${found}; Nix keeps them in ${buildDir}`, 'the list does not look there', mend);
  }
  if (closed.length === 0) return fine(asked, found);
  return amiss(
    asked,
    'warning',
    `${found}; you may not list ${closed.join(', ')}`,
    'the list does not have those there',
  );
}

function errnoOf(path: string, mode: number): string | null {
  try {
    accessSync(fsPath(path), mode);
    return null;
  } catch (error) {
    return systemError(error).errno;
  }
}
