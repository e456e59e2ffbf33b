/** The build's environment: read from its file, or re-constructed from its derivation where that cannot be read. */
import { type Failure, fail, ok, type Result } from '../base/failure.ts';
import type { InnerPath } from '../base/path.ts';
import { trace } from '../base/trace.ts';
import type { Derivation } from './derivation.ts';
import { derivationOf, type Sought } from './derivation-of.ts';
import type { EnvVars } from './env-vars.ts';
import type { KeptBuild } from './kept-build.ts';
import { parseEnvVars } from './parse-env-vars.ts';
import { kindOf, lookAt, readRegularFile } from './read-regular.ts';
import { reconstructed } from './reconstruct.ts';
import { hasNoShell, shellOf } from './shell.ts';
import { type StoreLayout, storeLayout } from './store-layout.ts';

export interface EnvironmentOptions {
  /** `--store ROOT`; null is the machine's own. */
  readonly storeRoot: string | null;
  /** `--derivation DRV`: which one, where it cannot be told; null: it is looked for where it is needed. */
  readonly derivation: string | null;
  /** Look for the derivation though the environment can be read: costs time that the plain path does not have. */
  readonly wantDerivation?: boolean;
  /** Where Nix' own variables are looked up: the caller's environment. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface LoadedEnvironment {
  readonly env: EnvVars;
  /** Null where it was not looked for, or not found. */
  readonly derivation: Derivation | null;
  /** How the derivation was found, or why it was not; null where it was not looked for. */
  readonly derivationFoundBy: string | null;
  /** The derivations between which it was left open. */
  readonly candidates: Sought['candidates'];
  /** S4: a file of the store that the caller may execute; null where the builder is no shell, and none is among its inputs. */
  readonly shell: InnerPath | null;
  /** Where the shell was learnt. */
  readonly shellFrom: string;
  /** What a person should know, each one sentence. */
  readonly notes: readonly string[];
}

/** Real ones have 10 to 200 kB; what is longer is no environment. */
const MAX_ENVIRONMENT = 64 * 1024 * 1024;

/**
 * The environment that the build's shell gets, its shell, and the derivation where it was needed or asked for. With a readable
 * `env-vars` nothing else is looked at.
 * @returns a Failure where neither the file nor a derivation gives an environment, or where the shell is not there
 */
export async function loadEnvironment(
  build: KeptBuild,
  options: EnvironmentOptions,
): Promise<Result<LoadedEnvironment>> {
  const layout = storeLayout(options.storeRoot, build.system, options.environment);
  const read = readEnvironment(build);
  if (read.ok && options.derivation === null && options.wantDerivation !== true)
    return withShell(read.value, NOT_SOUGHT, layout);
  const sought = await derivationOf(build, read.ok ? read.value : null, layout, options.derivation);
  if (!sought.ok) return sought;
  if (sought.value.foundBy !== null) trace('nix', `derivation: ${sought.value.foundBy}`);
  if (read.ok) return withShell(read.value, sought.value, layout);
  const { derivation } = sought.value;
  if (derivation === null) return withoutFile(build, read.failure, sought.value);
  return withShell(reconstructed(build, derivation, sought.value.foundBy ?? '', layout), sought.value, layout);
}

const NOT_SOUGHT: Sought = { derivation: null, foundBy: null, candidates: [] };

function withShell(env: EnvVars, sought: Sought, layout: StoreLayout): Result<LoadedEnvironment> {
  const { derivation, foundBy, candidates } = sought;
  const found = { env, derivation, derivationFoundBy: foundBy, candidates, notes: [] };
  if (derivation !== null && hasNoShell(env, derivation, layout))
    return ok({ ...found, shell: null, shellFrom: `the builder is no shell (${derivation.builder}), and has none` });
  const shell = shellOf(env, derivation, layout);
  return shell.ok ? ok({ ...found, shell: shell.value.path, shellFrom: shell.value.from }) : shell;
}

/** The environment as its file has it; a Failure where there is none, where it cannot be read or holds no variable. */
export function readEnvironment(build: KeptBuild): Result<EnvVars> {
  const wanted = `read the build's environment`;
  if (build.envFile === null) return fail(wanted, { because: noFile(build) });
  const { path } = build.envFile;
  const bytes = readRegularFile(path, { maxBytes: MAX_ENVIRONMENT });
  if (!bytes.ok) return bytes;
  const env = parseEnvVars(bytes.value, { kind: 'file', path });
  return env.variables.length === 0 ? fail(wanted, { because: `${path} sets no variable` }) : ok(env);
}

/** Something else of that name is said to be it: whoever lists the directory sees it. */
function noFile({ content }: KeptBuild): string {
  const { stats } = lookAt(`${content}/env-vars`);
  return stats === null || stats.isFile()
    ? `${content} has no env-vars`
    : `env-vars in ${content} is ${kindOf(stats)}, not a regular file`;
}

/** Neither the file nor a derivation: why each. */
function withoutFile(build: KeptBuild, failure: Failure, { foundBy, candidates }: Sought): ReturnType<typeof fail> {
  const closed = build.access === 'denied';
  const file = closed
    ? `${build.content} is closed to you (EACCES)`
    : build.envFile === null
      ? noFile(build)
      : failure.errno === null
        ? `env-vars is of no use (${failure.because ?? 'it sets no variable'})`
        : `env-vars cannot be read (${failure.errno})`;
  const open = candidates.map(({ path, why }) => `${path} (${why})`).join(', ');
  const hints = [
    '--derivation DRV names its derivation',
    ...(closed || build.envFile?.access === 'denied'
      ? ["'nix-build-shell --sudo DIR CMD' reads it with one privileged step"]
      : []),
  ];
  return fail("get the build's environment", {
    because: `${file}, and its derivation is not known: ${foundBy}${open === '' ? '' : `: ${open}`}`,
    hint: hints.join('; '),
  });
}
