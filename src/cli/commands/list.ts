/** `list`: the kept builds of this machine, newest first. */
import { resolve } from 'node:path';
import { EXIT, ok } from '../../base/failure.ts';
import type { KeptBuild } from '../../nix/kept-build.ts';
import { listKeptBuilds } from '../../nix/locations.ts';
import type { BuildLog } from '../../nix/log/of-build.ts';
import { listText } from '../../report/builds.ts';
import { json } from '../../report/text.ts';
import { buildLogs, unreadLogs } from '../build-log.ts';
import { lookInto } from '../look-into.ts';
import { namedStore } from '../prepare.ts';
import { print, say, sayFailure } from '../say.ts';

/** What a machine without kept builds is told. */
export const HOW = `No kept build directories were found. One is made by a build that fails under
--keep-failed (-K):

  nix-build --keep-failed …        nix build --keep-failed …

and 'npm run demo' in this program's directory shows a bundled one.
`;

/** Prints the list. @returns the exit status */
export async function list({
  json: asJson,
  store,
  more,
}: {
  readonly json: boolean;
  readonly store: string | null;
  readonly more: readonly string[];
}): Promise<number> {
  const extra = more.map(place => resolve(place));
  // A root that has a store of Guix is as good.
  const root = namedStore('guix', store).ok ? ok(null) : namedStore('nix', store);
  const closed = [root, ...extra.map(lookInto)].filter(looked => !looked.ok);
  const builds = await listKeptBuilds({ environment: process.env, storeRoot: store, extra });
  const logs = await buildLogs(builds, store);
  const written = print(
    asJson ? json(withLogs(builds, logs)) : builds.length === 0 ? HOW : listText(builds, logs, Date.now(), columns()),
  );
  const unread = unreadLogs(logs);
  if (unread > 0 && !asJson)
    say(`the logs of ${unread} builds were not read, to be quick: 'show DIR' reads that of one`);
  for (const { failure } of closed) sayFailure(failure);
  return written === 0 && closed.length > 0 ? EXIT.failed : written;
}

function withLogs(builds: readonly KeptBuild[], logs: readonly BuildLog[]): readonly unknown[] {
  return builds.map((build, at) => ({ ...build, log: logs[at] ?? null }));
}

/** The width of the terminal; elsewhere that of the page. */
function columns(): number {
  return process.stdout.columns ?? 80;
}
