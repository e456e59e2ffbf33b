/** From a kept build to what its log tells: found and read, in one step. */
import { failureLine } from '../../base/failure.ts';
import { type FoundLog, findBuildLog, type LogSearch } from '../build-log.ts';
import type { KeptBuild } from '../kept-build.ts';
import type { StoreLayout } from '../store-layout.ts';
import { type LogSummary, readLogSummary, type SummaryOptions } from './summary.ts';

export interface BuildLog {
  /** Null where no log was found, several fit, or it cannot be read. */
  readonly summary: LogSummary | null;
  /** The base name of the derivation whose log was found, `<hash>-hello-2.12.1.drv`; null where none was. */
  readonly drv: string | null;
  /** How the log was found, or why there is none: one sentence without a full stop. */
  readonly foundBy: string;
  /** The logs that fit, where several do. */
  readonly candidates: readonly string[];
}

/** What the log of a build tells of its failure, from as little of it as is needed. */
export async function buildLog(
  build: KeptBuild,
  layout: StoreLayout,
  options: LogSearch & SummaryOptions = {},
): Promise<BuildLog> {
  const found = await findBuildLog(build, layout, options);
  const candidates = found.candidates.map(({ path }) => path);
  if (found.log === null) return { summary: null, drv: null, foundBy: found.foundBy, candidates };
  const { drv } = found.log;
  const read = await readLogSummary(found.log, options);
  return read.ok
    ? { summary: read.value, drv, foundBy: found.foundBy, candidates }
    : { summary: null, drv, foundBy: failureLine(read.failure), candidates };
}

/** Several logs fit: how one is chosen. */
export function chooseLog(found: FoundLog, { system }: KeptBuild): string | null {
  const first = found.candidates[0];
  return first === undefined
    ? null
    : `--derivation ${system === 'guix' ? '/gnu' : '/nix'}/store/${first.drv} chooses one`;
}
