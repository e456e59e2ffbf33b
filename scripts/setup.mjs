// What a fresh clone lacks: the pinned dependencies, and dist/. Every command of package.json calls it; it does nothing twice.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 11)) {
  console.error(
    `setup: this is Node ${process.versions.node}, and 20.11 or newer is needed; the first node in PATH is taken`,
  );
  process.exit(1);
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (error !== undefined || status !== 0) {
    console.error(
      `setup: '${command} ${args.join(' ')}' failed${error === undefined ? ` with status ${status}` : `: ${error.message}`}`,
    );
    process.exit(1);
  }
}

/** Whether node_modules holds what package-lock.json asks for: npm writes its own copy of the lock file there. */
function installed() {
  const record = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const want = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const have = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(want).every(
    ([path, { version, optional }]) => path === '' || optional === true || have[path]?.version === version,
  );
}

function newest(directory) {
  let time = 0;
  for (const entry of readdirSync(join(root, directory), { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) time = Math.max(time, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs);
  }
  return time;
}

function built() {
  const programs = ['main.cjs', 'ui.cjs'].map(name => join(root, 'dist', name));
  if (!programs.every(program => existsSync(program))) return false;
  return (
    Math.min(...programs.map(program => statSync(program).mtimeMs)) >=
    Math.max(newest('src'), statSync(join(root, 'package-lock.json')).mtimeMs)
  );
}

/** Installs and builds where that was not done yet. `tests`: the tests and benchmarks too. */
export async function setup({ tests = false } = {}) {
  // A packed copy (npm pack) comes without sources: npm has installed it, and it is built.
  if (!existsSync(join(root, 'src'))) return;
  if (!installed()) {
    console.error('setup: installing the pinned dependencies (npm ci)');
    run(process.env.npm_execpath ? process.execPath : 'npm', [
      ...(process.env.npm_execpath ? [process.env.npm_execpath] : []),
      'ci',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      '--loglevel=error',
      '--no-update-notifier',
    ]);
  }
  const { buildProgram, buildTests, buildUi } = await import('./build.mjs');
  if (!built()) {
    console.error('setup: building');
    await Promise.all([buildProgram(), buildUi()]);
  }
  if (tests) await buildTests();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await setup({ tests: process.argv.includes('--tests') });
