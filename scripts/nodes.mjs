// Every supported Node (docs/decisions/0013-supported-versions.md), as npm packages below .nodes/: `node scripts/nodes.mjs` installs those
// that are missing, 45 MB each. For the tests of starts on each of them, and for the bench.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const VERSIONS = ['20.20.2', '22.23.3', '24.21.0', '26.10.0'];

/** The binary of a version, whether it is there or not. */
function binaryOf(version) {
  return join(root, '.nodes', version, 'node_modules', `node-linux-${process.arch}`, 'bin/node');
}

/** @returns whether it is there now */
function install(version) {
  if (existsSync(binaryOf(version))) return true;
  const directory = join(root, '.nodes', version);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{ "private": true }\n');
  console.error(`nodes: installing Node ${version}`);
  const words = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--no-save', '--prefix', directory];
  // A registry may be away for a moment.
  for (let tries = 0; tries < 3; tries += 1) {
    const { status } = spawnSync('npm', [...words, `node-linux-${process.arch}@${version}`], {
      cwd: directory,
      stdio: ['ignore', 2, 2],
    });
    if (status === 0 && existsSync(binaryOf(version))) return true;
  }
  return false;
}

const missing = VERSIONS.filter(version => !install(version));
if (missing.length > 0) {
  console.error(`nodes: could not be installed: ${missing.join(', ')}`);
  process.exit(1);
}
