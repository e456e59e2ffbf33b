/** What is executed at the end: the build's shell, which loads the environment and becomes CMD (S5). */
import { type InnerPath, innerPath } from '../base/path.ts';
import { attribute, type Derivation } from '../nix/derivation.ts';
import { type EnvVars, envValue } from '../nix/env-vars.ts';
import type { PlanInput } from './plan-input.ts';
import type { Op } from './step.ts';

/** S5, to the letter. */
const sourceAndRun = (file: string): string => `source /build/${file}; exec "$@"`;

/**
 * That CMD is not there is said in one line; for an environment that is known before, `command-there.ts` does that. A builtin of the
 * shell's (`true`, `echo`) is nothing that `exec` could execute: bash is asked for files alone.
 */
const FIND_AND_RUN = `_nbsFind='command -v'
[ -z "\${BASH_VERSION-}" ] || _nbsFind='type -P'
$_nbsFind "$1" >/dev/null || {
  case $1 in
    */*) [ -e "$1" ] && set -- 126 'it may not be executed' || set -- 127 'there is no such file in the sandbox' ;;
    *) set -- 127 "no directory of the build's PATH has it; name it by its path (/nix/store/…/bin/NAME)" ;;
  esac
  printf 'nix-build-shell: cannot run the command: %s\\n' "$2" >&2
  exit "$1"
}
exec "$@"`;

/** Words that begin so are `exec`'s own. */
const OPTIONS_OF_EXEC = 'case ${1-} in --) shift ;; -*) exec "$@" ;; esac';

/**
 * The same for a re-constructed environment. Its shell may be no bash, which alone reads env-vars: the environment is its own already. Its
 * PATH may lead nowhere (without stdenv's setup it is `/path-not-set`): the shell itself can be called nevertheless.
 */
const SOURCE_AND_RUN = `if [ -n "\${BASH_VERSION-}" ]; then . /build/env-vars; fi
${OPTIONS_OF_EXEC}
case \${1-} in bash | sh) command -v "$1" >/dev/null || { shift; exec "\${BASH:-/bin/sh}" "$@"; } ;; esac
${FIND_AND_RUN}`;

/**
 * Lets the derivation's own setup run on the re-constructed environment, inside the sandbox and where a build begins, and writes what
 * it makes of it to `/build/env-vars`, in the form in which stdenv's `dumpVars` does. A setup that fails leaves the environment as
 * Nix gave it. Its status is asked for afterwards: behind `||`, bash would ignore the `set -e` of the setup.
 */
const RUN_SETUP = `(
  noDumpEnvVars=1
  _nbsHere=$PWD
  [ "$_nbsHere" = "$NIX_BUILD_TOP" ] || cd "$NIX_BUILD_TOP"
  if [ -n "\${NIX_ATTRS_SH_FILE-}" ] && [ -e "$NIX_ATTRS_SH_FILE" ]; then source "$NIX_ATTRS_SH_FILE"; fi
  source "$stdenv/setup"
  trap - EXIT
  set +eu
  [ "$_nbsHere" = "$PWD" ] || cd "$_nbsHere"
  unset noDumpEnvVars _nbsHere
  export >/build/env-vars || exit
  rm -f /tmp/setup.log || :
) </dev/null >/tmp/setup.log 2>&1 3>&-
[ $? = 0 ] || {
  _nbsLog=$(</tmp/setup.log)
  printf "nix-build-shell: the setup of stdenv failed, so the environment is what Nix gave the builder; its last words (all: /tmp/setup.log): %q\\n" "\${_nbsLog##*$'\\n'}" >&2
}
exec "$@"`;

/** @param words CMD and its arguments, or the prompt's shell with its own */
export function execute(input: PlanInput, words: readonly string[]): Op {
  const { program, before, environment } = loader(input);
  const run = [...before, ...words];
  return {
    kind: 'execute',
    program,
    argv: setsUp(input) ? [program, '-c', RUN_SETUP, 'nix-build-shell', ...run] : run,
    environment,
  };
}

/** Whether stdenv's setup has to run first. */
function setsUp({ env, derivation, options }: PlanInput): boolean {
  return options.shell !== null && env.source.kind === 're-constructed' && usesStdenv(derivation, env);
}

/** The shell that loads the environment and becomes a command. */
export interface Loader {
  readonly program: InnerPath;
  /** Its words before those of the command. */
  readonly before: readonly string[];
  readonly environment: readonly string[];
  /** The file that it loads, where nothing else sets the environment. */
  readonly file?: InnerPath;
}

/** What loads an environment that was made: what stdenv's setup adds to a re-constructed one stands in its file by then. */
export function loader({ build, env, options, facts }: PlanInput): Loader {
  const shell = options.shell;
  if (shell === null) return loaderWithoutShell(facts.promptShell?.command ?? [], env);
  if (env.source.kind === 're-constructed')
    return { program: shell, before: [shell, '-c', SOURCE_AND_RUN, '--'], environment: environmentOf(env) };
  const file = build.envFile?.path.endsWith('/environment-variables') === true ? 'environment-variables' : 'env-vars';
  const path = innerPath(`/build/${file}`);
  return { program: shell, before: [shell, '-c', sourceAndRun(file), '--'], environment: [], file: path };
}

/** @param bash the words that start a bash that is not the build's: it becomes the command, and leaves the environment as it is */
function loaderWithoutShell(bash: readonly string[], env: EnvVars): Loader {
  return {
    program: innerPath(bash[0] ?? ''),
    before: [...bash, '-c', `${OPTIONS_OF_EXEC}\n${FIND_AND_RUN}`, '--'],
    environment: environmentOf(env),
  };
}

function environmentOf(env: EnvVars): readonly string[] {
  return env.variables.flatMap(({ name, value }) => (value === null ? [] : [`${name}=${value}`]));
}

/** Whether stdenv's setup makes the environment. */
export function usesStdenv(derivation: Derivation | null, env: EnvVars): boolean {
  const stdenv = derivation === null ? envValue(env, 'stdenv') : attribute(derivation, 'stdenv');
  return stdenv !== undefined && stdenv !== null && stdenv !== '';
}
