/**
 * A bash with line editing for the prompt: the bash that builds run with is made without readline. Taken from the store, else from
 * the machine: then it is bound with its loader and libraries below `toolDirectory`, and nothing else inside sees it.
 */
import { closeSync, openSync, readSync, realpathSync } from 'node:fs';
import { type HostPath, hostPath, storePath } from '../base/path.ts';
import { runCommandSync } from '../nix/command.ts';
import { isProgram } from '../nix/read-regular.ts';
import { names } from '../nix/signs.ts';
import { type PromptShell, toolDirectory } from './host.ts';

const HOST_SHELLS = [
  '/bin/bash-static',
  '/usr/bin/bash',
  '/bin/bash',
  '/usr/local/bin/bash',
  '/run/current-system/sw/bin/bash',
];

/**
 * @param nixRoot the directory that holds `store`, on the host
 * @returns null where neither the store nor the machine has one
 */
export function findPromptShell(nixRoot: HostPath): PromptShell | null {
  return storeShell(nixRoot) ?? HOST_SHELLS.map(path => hostShell(path)).find(found => found !== null) ?? null;
}

/** The machine's, with all that it needs of files, for a sandbox that runs and may not show them. */
export function carriedShell(): PromptShell | null {
  return HOST_SHELLS.map(path => hostShell(path, true)).find(found => found !== null) ?? null;
}

/** nixpkgs' `bash-interactive`. Its name sorts by hash: any of them will do. */
function storeShell(nixRoot: HostPath): PromptShell | null {
  for (const name of names(`${nixRoot}/store`) ?? []) {
    if (!/^[0-9a-z]{32}-bash-interactive-[0-9][^/]*$/.test(name) || /-(?:man|info|doc|dev)$/.test(name)) continue;
    const from = hostPath(`${nixRoot}/store/${name}/bin/bash`);
    const top = nixRoot.slice(nixRoot.lastIndexOf('/'));
    if (isProgram(from)) return { from, binds: [], command: [`${top}/store/${name}/bin/bash`] };
  }
  return null;
}

function hostShell(path: string, carried = false): PromptShell | null {
  if (!isProgram(path)) return null;
  const from = hostPath(realpathSync(path));
  const inside = `${toolDirectory}/bash`;
  // A machine's bash that lies in the store (NixOS) is there inside, too.
  if (!carried && storePath(from) !== null) return { from, binds: [], command: [from] };
  const loader = interpreter(from);
  if (loader === null) return { from, binds: [{ from, to: inside }], command: [inside] };
  const libraries = librariesOf(loader, from);
  if (libraries === null) return null;
  const binds = [
    { from, to: inside },
    { from: hostPath(realpathSync(loader)), to: `${toolDirectory}/ld.so` },
    ...libraries,
  ];
  return { from, binds, command: [`${toolDirectory}/ld.so`, '--library-path', toolDirectory, inside] };
}

/** The loader that an ELF file names (PT_INTERP, elf(5)); null for a static one. */
function interpreter(path: string): string | null {
  const head = Buffer.alloc(4096);
  const fd = openSync(path, 'r');
  try {
    readSync(fd, head);
  } finally {
    closeSync(fd);
  }
  const found = /\/[\x21-\x7e]*\/ld[\x21-\x7e]*\.so[\x21-\x7e]*(?=\0)/.exec(head.toString('latin1'));
  return found === null ? null : found[0];
}

/** What the loader would load for the program: `libtinfo.so.6 => /lib/…/libtinfo.so.6 (0x…)`, by `ld.so --list` (ld.so(8)). */
function librariesOf(loader: string, program: string): PromptShell['binds'] | null {
  const listed = runCommandSync([loader, '--list', program], { timeoutMs: 2000, maxBytes: 65536 });
  if (!listed.ok || listed.value.status !== 0) return null;
  return [...listed.value.stdout.toString('latin1').matchAll(/^\s*(\S+) => (\/\S+) \(/gm)].map(
    ([, name = '', path = '']) => ({
      from: hostPath(realpathSync(path)),
      to: `${toolDirectory}/${name}`,
    }),
  );
}
