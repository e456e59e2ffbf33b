/** The environment of a build whose env-vars cannot be read, made of its derivation (nix-sandbox.md, sections 1.5 and 4.4). */
import type * as System from 'node:os';
import { attribute, type Derivation } from './derivation.ts';
import type { EnvVars } from './env-vars.ts';
import { initialEnvironment } from './initial-environment.ts';
import type { KeptBuild } from './kept-build.ts';
import { attrsOutputs } from './output-clues.ts';
import { sandboxByLayout } from './refine.ts';
import { names } from './signs.ts';
import { sourceRoot } from './source-root.ts';
import type { StoreLayout } from './store-layout.ts';

/**
 * What Nix gave the builder, but for the working directory, which is where the phases most likely worked. stdenv's setup makes the
 * rest of it, inside the sandbox (sandbox/execute.ts). Nothing of it is run here.
 * @param foundBy how the derivation was found: it stands beside the environment wherever that is shown
 */
export function reconstructed(build: KeptBuild, derivation: Derivation, foundBy: string, layout: StoreLayout): EnvVars {
  const sandboxed = sandboxByLayout(build);
  const buildTop = sandboxed === false ? build.outer : '/build';
  const root = sourceRoot(derivation, build.content);
  const workingDirectory = root === null ? buildTop : `${buildTop}/${root}`;
  const { variables, lost } = initialEnvironment(derivation, {
    buildTop,
    workingDirectory,
    store: layout.store,
    cores: (require('node:os') as typeof System).availableParallelism(),
    files: new Set(names(build.content) ?? []),
    outputs: attrsOutputs(build),
  });
  const ofPhases =
    (attribute(derivation, 'stdenv') ?? '') === ''
      ? ['what the builder changed in its environment']
      : [
          'what the phases before the failure set or changed',
          `the directory in which the failing phase began (taken: ${workingDirectory})`,
        ];
  const ofTop = sandboxed === null ? [`NIX_BUILD_TOP, where the build ran without a sandbox (taken: ${buildTop})`] : [];
  const source = {
    kind: 're-constructed',
    derivation: derivation.path,
    foundBy,
    lost: [...ofPhases, ...ofTop, ...lost],
  } as const;
  return { version: 1, source, variables, arrays: [], functions: [], problems: [] };
}
