/** Every supported Node that `node scripts/nodes.mjs` has put below .nodes/, and the one that runs the tests. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from './program.ts';

/** The major versions that are supported (docs/decisions/0013-supported-versions.md). */
export const SUPPORTED = [20, 22, 24, 26] as const;
export type SupportedNode = (typeof SUPPORTED)[number];

/** The binary of a major version; null where it is not installed. */
export function nodeOf(major: SupportedNode): string | null {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const nodes = join(PROJECT, '.nodes');
  const version = existsSync(nodes) ? readdirSync(nodes).find(name => name.startsWith(`${major}.`)) : undefined;
  if (version === undefined) return null;
  const binary = join(nodes, version, 'node_modules', `node-linux-${process.arch}`, 'bin/node');
  return existsSync(binary) ? binary : null;
}
