/** A small kept build and its store, made of the machine's static bash and busybox: no Nix is needed. */
import { chmodSync, copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratchDirectory } from './scratch.ts';

/** The store paths of the small build. */
export const BASH = '/nix/store/00000000000000000000000000000000-bash-static';
export const BUSYBOX = '/nix/store/00000000000000000000000000000001-busybox';

const TOOLS = [
  'cat',
  'chmod',
  'cut',
  'env',
  'false',
  'find',
  'grep',
  'head',
  'hostname',
  'id',
  'ip',
  'kill',
  'ls',
  'mkdir',
  'mount',
  'ps',
  'readlink',
  'rm',
  'setsid',
  'sh',
  'sleep',
  'sort',
  'stat',
  'tail',
  'touch',
  'tr',
  'true',
  'tty',
  'uname',
  'wc',
];

export interface SmallBuild {
  /** For `--store`. */
  readonly store: string;
  /** The kept directory: `…/nix-build-small-1.0.drv-0`. */
  readonly directory: string;
}

/** The text of an env-vars file; values must need no quoting. */
export function envVarsText(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `declare -x ${name}="${value}"\n`)
    .sort()
    .join('');
}

/** The environment of the small build. */
export const SMALL_ENVIRONMENT = {
  HOME: '/homeless-shelter',
  NIX_BUILD_TOP: '/build',
  NIX_STORE: '/nix/store',
  PATH: `${BUSYBOX}/bin:${BASH}/bin`,
  PWD: '/build',
  SHELL: `${BASH}/bin/bash`,
  TERM: 'xterm-256color',
  TMPDIR: '/build',
  name: 'small-1.0',
  out: '/nix/store/00000000000000000000000000000002-small-1.0',
} as const;

/** The same of a build whose builder is no shell, and that has none: without env-vars, which only a shell writes. */
export function shelllessBuild(builder = `${BUSYBOX}/bin/env`): SmallBuild {
  const build = smallBuild();
  rmSync(join(build.directory, 'env-vars'));
  rmSync(join(build.store, BASH), { recursive: true });
  const variables = `("PATH","${BUSYBOX}/bin"),("name","small-1.0"),("out","${SMALL_ENVIRONMENT.out}"),("words","a b $c")`;
  const text = `Derive([("out","${SMALL_ENVIRONMENT.out}","","")],[],["${BUSYBOX}"],"x86_64-linux","${builder}",[],[${variables}])`;
  writeFileSync(join(build.store, 'nix/store/00000000000000000000000000000007-small-1.0.drv'), text, { mode: 0o644 });
  return build;
}

/** Makes the store and the kept directory in a scratch directory that everybody can read. */
export function smallBuild(environment: Readonly<Record<string, string>> = SMALL_ENVIRONMENT): SmallBuild {
  const top = scratchDirectory('small');
  const store = join(top, 'store');
  mkdirSync(join(store, BASH, 'bin'), { recursive: true });
  mkdirSync(join(store, BUSYBOX, 'bin'), { recursive: true });
  copyFileSync('/bin/bash-static', join(store, BASH, 'bin/bash'));
  copyFileSync('/bin/busybox', join(store, BUSYBOX, 'bin/busybox'));
  for (const tool of TOOLS) symlinkSync('busybox', join(store, BUSYBOX, 'bin', tool));
  const directory = join(top, 'nix-build-small-1.0.drv-0');
  mkdirSync(join(directory, 'source'), { recursive: true });
  writeFileSync(join(directory, 'source/hello.c'), 'int main(void) { return 0; }\n');
  writeFileSync(join(directory, 'env-vars'), envVarsText(environment));
  for (const path of [top, store, directory]) chmodSync(path, 0o755);
  return { store, directory };
}
