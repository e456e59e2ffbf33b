/** The functions of the command line, as the UI calls them (src/ui/core.ts). */
import { writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Failure, fail, failureLine, ok, type Result, systemError } from '../base/failure.ts';
import { runCommand } from '../nix/command.ts';
import { readEnvironment } from '../nix/environment.ts';
import type { KeptBuild } from '../nix/kept-build.ts';
import { listKeptBuilds, type Places, placesOf } from '../nix/locations.ts';
import { runForeground } from '../nix/on-terminal.ts';
import { makeDirectories } from '../session/make-directories.ts';
import { expectedPlace } from '../session/place.ts';
import { commandLine, optionWords } from '../ui/command-line.ts';
import type { Core, Details } from '../ui/core.ts';
import { type Choices, NO_CHOICES } from '../ui/state.ts';
import { NO_OPTIONS, type RunOptions } from './arguments.ts';
import { bindWord, fromHome } from './binds.ts';
import { identities, removeKept } from './kept-removal.ts';
import { lookInto } from './look-into.ts';
import { plannedRun, shownSession } from './planned.ts';
import { prepare } from './prepare.ts';
import type { UiArguments } from './ui-arguments.ts';
import { gatherFacts, logListings, missingPaths, openBuildLog } from './ui-facts.ts';
import { watchPlaces } from './watch-places.ts';

/** This program, as the pane starts it. */
const PROGRAM = [process.execPath, fileURLToPath(new URL('./main.cjs', import.meta.url))];

/** @param given the words behind `--ui` @param shown the builds that are on the screen already */
export function uiCore({ store, directories }: UiArguments, shown: readonly KeptBuild[] = []): Core {
  const extra = directories.map(directory => resolve(directory));
  const places = (): Places => ({ environment: process.env, storeRoot: store, extra });
  const optionsOf = ({ net, binds, without }: Choices): RunOptions => ({ ...NO_OPTIONS, store, net, binds, without });
  const seen = identities();
  seen.note(shown);
  const logs = logListings();
  let watchAgain = (): void => undefined;
  return {
    list: async () => seen.note(await listKeptBuilds(places())),
    addPlace: directory => {
      const place = resolve(fromHome(directory, process.env['HOME']));
      const looked = lookInto(place);
      if (!looked.ok) return looked;
      extra.push(place);
      watchAgain();
      return ok(place);
    },
    watch: changed => {
      let stop = watchPlaces(places(), changed);
      watchAgain = () => {
        stop();
        stop = watchPlaces(places(), changed);
      };
      return () => stop();
    },
    gather: (build, known, signal) => gatherFacts(build, { store, known, signal, logs }),
    load: build => load(build, optionsOf(NO_CHOICES)),
    places: () => placesOf(places()),
    plan: async (build, choices) => {
      const options = optionsOf(choices);
      const prepared = await prepare(build, options);
      if (!prepared.ok) return prepared;
      const session = shownSession(prepared.value.build, options);
      if (!session.ok) return session;
      const made = await plannedRun(prepared.value, session.value, prepared.value.build.content, [], options);
      return ok(made.plan);
    },
    bind: word => bindWord(word, process.env['HOME']),
    log: build => openBuildLog(build, optionsOf(NO_CHOICES)),
    remove: build => removeKept(build, seen),
    shell: (build, choices) => ({
      argv: [...PROGRAM, ...optionWords(store, choices), build.outer],
      shown: commandLine({ store }, [], build.outer, choices),
    }),
    enter: launcher => ({
      argv: [...PROGRAM, 'enter', String(launcher)],
      shown: `nix-build-shell enter ${launcher}`,
    }),
    runOnTerminal: async ({ argv }) => {
      const ended = await runForeground(argv);
      return ended.ok ? ended.value : ended.failure.status;
    },
    copyToTmux,
    saveCopy,
    environment: process.env,
  };
}

/** What the environment's panel says of such a build; a shell in it says the same. */
const NO_SHELL =
  'no shell: the builder is none, and none is among the inputs. So there are no phases to run; the prompt is a bash that the build did not have.';

async function load(build: KeptBuild, options: RunOptions): Promise<Result<Details>> {
  const prepared = await prepare(build, options, { wantDerivation: true });
  if (!prepared.ok) return asFarAsKnown(build, prepared.failure, options);
  const { env, derivation, derivationFoundBy, shell, notes } = prepared.value;
  return ok({
    build: prepared.value.build,
    env,
    derivation: derivation?.path ?? null,
    derivationFoundBy,
    builder: derivation?.builder ?? null,
    shell,
    notes: shell === null ? [...notes, NO_SHELL] : notes,
    missing: missingPaths(env, options.store),
  });
}

/** What is known of a build that cannot be entered: its environment can still be read, as `show` does. */
function asFarAsKnown(build: KeptBuild, failure: Failure, options: RunOptions): Result<Details> {
  const env = readEnvironment(build);
  if (!env.ok) return { ok: false, failure };
  return ok({
    build,
    env: env.value,
    derivation: null,
    derivationFoundBy: null,
    builder: null,
    shell: null,
    notes: [failureLine(failure)],
    missing: missingPaths(env.value, options.store),
  });
}

/** `-w` (tmux 3.2) hands it on to the terminal. */
async function copyToTmux(text: string): Promise<boolean> {
  if ((process.env['TMUX'] ?? '') === '') return false;
  const limits = { timeoutMs: 2000, maxBytes: 65_536, input: text };
  const loaded = await runCommand(['tmux', 'load-buffer', '-w', '-'], limits);
  return loaded.ok && loaded.value.status === 0;
}

/** For terminals that take no clipboard: beside the sessions, for the person alone. */
function saveCopy(text: string): Result<string> {
  const path = join(dirname(expectedPlace(process.env)), 'copied.txt');
  try {
    makeDirectories(dirname(path));
    writeFileSync(path, text, { mode: 0o600 });
    return ok(path);
  } catch (error) {
    return fail(`write ${path}`, systemError(error));
  }
}
