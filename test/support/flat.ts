/**
 * A sandbox without Nix and without a copy: a made-up store with a static bash and busybox, and a build directory, all flat files.
 * For tests of the executor itself.
 */
import { chownSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestUser } from './need.ts';
import { BASH } from './plan-input.ts';
import { scratchDirectory } from './scratch.ts';

const BUSYBOX = '/nix/store/00000000000000000000000000000001-busybox-static/bin';
const APPLETS = [
  'cat',
  'env',
  'grep',
  'id',
  'kill',
  'ls',
  'mount',
  'ps',
  'readlink',
  'setsid',
  'sh',
  'sleep',
  'stat',
  'tail',
  'true',
];

/** Makes one; `user` owns it. The path is its base: `store/`, `build/`, `root/`. */
export function flatSandbox(user: TestUser | null = null): string {
  const base = scratchDirectory('flat');
  for (const directory of ['build', 'root']) mkdirSync(join(base, directory));
  const bash = join(base, 'store', BASH);
  const tools = join(base, 'store', BUSYBOX);
  mkdirSync(join(bash, '..'), { recursive: true });
  mkdirSync(tools, { recursive: true });
  copyFileSync('/bin/bash-static', bash);
  copyFileSync('/bin/busybox', join(tools, 'busybox'));
  symlinkSync(BASH, join(tools, 'bash'));
  for (const applet of APPLETS) symlinkSync('busybox', join(tools, applet));
  writeFileSync(join(base, 'build/env-vars'), `declare -x SHELL="${BASH}"\ndeclare -x PATH="${BUSYBOX}"\n`);
  if (user !== null)
    for (const path of ['.', 'build', 'root', 'build/env-vars']) chownSync(join(base, path), user.uid, user.gid);
  return base;
}
