/** Builds by the Nix of another root (scripts/debian-root.mjs), in namespaces of their own: see in-root.sh. */
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { copyExpressions, type Kept, type Kind, keptAsPrinted } from '../support/kept.ts';
import { PATIENCE_MS } from '../support/patience.ts';
import { PROJECT, runCommand } from '../support/program.ts';
import { runDirectory } from '../support/run-directory.ts';
import { compileCalls } from './calls.ts';

const NAMESPACES = '--mount --pid --ipc --uts --fork --kill-child --propagation private'.split(' ');

export interface OfRoot {
  /** `2.34.8` */
  readonly version: string;
  readonly builds: readonly Kept[];
}

/**
 * Builds the kinds anew with the Nix of `root`, of this machine's bash and busybox: so the derivations are those that the
 * installed Nix has, too, and only what Nix does is different. What it leaves stays below `root`.
 * @throws Error where the root's Nix cannot build
 */
export function buildInRoot(root: string, kinds: readonly Kind[]): OfRoot {
  for (const old of ['nix', 'tmp']) rmSync(join(root, old), { recursive: true, force: true });
  mkdirSync(join(root, 'tmp'));
  chmodSync(join(root, 'tmp'), 0o1777);
  const shared = join(runDirectory(), 'shared');
  copyExpressions(shared);
  for (const program of ['/bin/bash-static', '/bin/busybox', join(PROJECT, 'test/oracle/in-root.sh')])
    copyFileSync(program, join(shared, program.slice(program.lastIndexOf('/') + 1)));
  compileCalls(join(shared, 'fixtures/nix/calls'));
  const script = ['sh', join(shared, 'in-root.sh'), 'enter', root, shared, ...kinds];
  const { status, stderr } = runCommand(['unshare', ...NAMESPACES, ...script], { timeoutMs: 10 * PATIENCE_MS });
  if (status !== 0) throw new Error(`the Nix in ${root} cannot build:\n${stderr.toString()}`);
  const version = readFileSync(join(shared, 'version'), 'utf8').trim().split(' ').at(-1) ?? 'unknown';
  return { version, builds: kinds.map(kind => keptAsPrinted(readFileSync(join(shared, `${kind}.log`), 'utf8'), root)) };
}
