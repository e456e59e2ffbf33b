/** The paths of the machine that its Nix settings show to every build: `sandbox-paths` (nix-sandbox.md, section 10). */
import { realpathSync, statSync } from 'node:fs';
import { systemError } from '../base/failure.ts';
import { fromBytes, type HostPath, hostPath, type InnerPath, innerPath } from '../base/path.ts';
import type { SandboxPath } from '../nix/nix-settings.ts';

export interface MachinePath {
  readonly from: HostPath;
  readonly to: InnerPath;
  readonly type: 'directory' | 'file';
}

/** What the sandbox lays out itself; `/bin/sh` is the build's own shell (S16). */
const OWN = /^\/(?:(?:nix|gnu|build|bin|etc|dev|tmp)|(?:nix|gnu)\/store|bin\/sh|(?:proc|build)(?:\/.*)?)$/;

export interface MachinePaths {
  readonly shown: readonly MachinePath[];
  /** What of the settings cannot be shown: each one clause. */
  readonly lost: readonly string[];
}

/** Those that are there, by their real places. Nix refuses to build where one is not there and not optional: here it is left out. */
export function machinePaths(settings: readonly SandboxPath[]): MachinePaths {
  const shown: MachinePath[] = [];
  const lost: string[] = [];
  for (const { target, source, optional } of settings) {
    const to = target.replace(/\/$/, '');
    if (OWN.test(to)) {
      if (to !== '/bin/sh') lost.push(`sandbox-paths has ${to}, which the sandbox lays out itself`);
      continue;
    }
    try {
      const from = hostPath(fromBytes(realpathSync.native(source, 'buffer')));
      shown.push({ from, to: innerPath(to), type: statSync(from).isDirectory() ? 'directory' : 'file' });
    } catch (error) {
      if (!optional) lost.push(`sandbox-paths has ${source}, which cannot be reached (${systemError(error).errno})`);
    }
  }
  return { shown, lost };
}
