/** The paths of the machine that its Nix settings show to every build: `sandbox-paths` (nix-sandbox.md, section 10). */
import { realpathSync, statSync } from 'node:fs';
import { fromBytes, type HostPath, hostPath, type InnerPath, innerPath } from '../base/path.ts';
import type { SandboxPath } from '../nix/nix-conf.ts';

export interface MachinePath {
  readonly from: HostPath;
  readonly to: InnerPath;
  readonly type: 'directory' | 'file';
}

/** What the sandbox lays out itself; `/bin/sh` is the build's own shell (S16). */
const OWN = /^\/(?:(?:nix|gnu|build|bin|etc|dev|tmp)|(?:nix|gnu)\/store|bin\/sh|(?:proc|build)(?:\/.*)?)$/;

/** Those that are there, by their real places. Nix refuses to build where one is not there and not optional: here it is left out. */
export function machinePaths(settings: readonly SandboxPath[]): readonly MachinePath[] {
  return settings.flatMap(({ target, source }) => {
    const to = target.replace(/\/$/, '');
    if (OWN.test(to)) return [];
    try {
      const from = hostPath(fromBytes(realpathSync.native(source, 'buffer')));
      return [{ from, to: innerPath(to), type: statSync(from).isDirectory() ? 'directory' : 'file' } as const];
    } catch {
      return [];
    }
  });
}
