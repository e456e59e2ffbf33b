/** The store directory of a session: what Nix left of the outputs of a failed build, as copies that the command may change. */
import {
  chmodSync,
  constants,
  copyFileSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs';
import { ok, type Result } from '../base/failure.ts';
import { fsPath, type HostPath, hostPath } from '../base/path.ts';
import { copyTree } from './copy.ts';
import { notWritten } from './place.ts';
import type { Skipped } from './session.ts';

/** What could not be copied, with paths that begin with the output's name: how much, and the first of it. */
export interface CopiedOutputs {
  readonly count: number;
  readonly first: readonly Skipped[];
}

/**
 * Makes the directory `store`, mode 1775 as in a build, with a copy of each output in it.
 * @param outputs base names in the directory `from`
 */
export function copyOutputs(from: HostPath, outputs: readonly string[], store: HostPath): Result<CopiedOutputs> {
  let count = 0;
  const first: Skipped[] = [];
  try {
    mkdirSync(fsPath(store));
    chmodSync(fsPath(store), 0o1775);
    for (const name of outputs) {
      const source = hostPath(`${from}/${name}`);
      const copy = hostPath(`${store}/${name}`);
      if (!lstatSync(fsPath(source)).isDirectory()) {
        copyOne(source, copy);
        continue;
      }
      const report = copyTree(source, copy);
      if (!report.ok) return report;
      count += report.value.skippedCount;
      first.push(...report.value.skipped.map(skipped => ({ ...skipped, path: `${name}/${skipped.path}` })));
    }
    return ok({ count, first });
  } catch (error) {
    return notWritten('copy what Nix left of the outputs', error, store);
  }
}

function seconds(nanoseconds: bigint): number {
  return Number(nanoseconds) / 1e9;
}

/** An output that is a file or a link. Anything else is no output that Nix would take. */
function copyOne(from: HostPath, to: HostPath): void {
  const stats = lstatSync(fsPath(from), { bigint: true });
  if (stats.isSymbolicLink()) symlinkSync(readlinkSync(fsPath(from), 'buffer'), fsPath(to));
  else if (stats.isFile()) {
    copyFileSync(fsPath(from), fsPath(to), constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    chmodSync(fsPath(to), Number(stats.mode) & 0o777);
  } else return;
  lutimesSync(fsPath(to), seconds(stats.atimeNs), seconds(stats.mtimeNs));
}
