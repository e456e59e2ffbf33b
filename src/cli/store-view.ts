/** Which part of the store a run shows (S13): the build's input closure and what the user's own command names, or all of it. */
import { type HostPath, hostPath } from '../base/path.ts';
import { trace } from '../base/trace.ts';
import { closureOf } from '../nix/ask-store.ts';
import { lookAt } from '../nix/read-regular.ts';
import { type StoreEntry, storeBaseName, storeEntries } from '../nix/store-entries.ts';
import { type StoreLayout, storeLayout } from '../nix/store-layout.ts';
import type { HostFacts } from '../sandbox/host.ts';
import type { MorePaths, StoreView } from '../sandbox/store-view.ts';
import { recall, remember } from '../session/closure-cache.ts';
import type { RunOptions } from './arguments.ts';
import { entriesOf, type KnownInputs, knownInputs } from './known-inputs.ts';
import type { Prepared } from './prepare.ts';
import { isUnfinished, storeLayer } from './store-layer.ts';

export interface ViewRequest {
  readonly prepared: Prepared;
  readonly command: readonly string[];
  readonly options: RunOptions;
  readonly facts: HostFacts;
  /** Where the session's own store directory is, should one be needed. */
  readonly directory: HostPath;
}

/** Asks as little as possible: a closure that is remembered is only looked up on the disk. */
export async function storeView(request: ViewRequest): Promise<StoreView> {
  const { prepared, options } = request;
  const layout = storeLayout(options.store, prepared.build.system, process.env);
  const whole = (why: string): StoreView => ({ kind: 'whole', why, layer: storeLayer(layout, request) });
  if (options.wholeStore) return whole('you asked for it: --whole-store');
  if (prepared.build.sandboxed === false) return whole('this build ran without a sandbox, and saw all of it');
  if (lookAt(`${layout.state}/db/db.sqlite`).errno === 'ENOENT')
    return whole('the store has no database that tells what belongs to the build');
  const known = await knownInputs(layout, prepared);
  if (typeof known === 'string') return whole(known);
  const unfinished = known.outputs.filter(name => isUnfinished(layout, name));
  const more = await morePaths(layout, known, request, new Set(unfinished));
  trace('time', 'store view known');
  return {
    kind: 'closure',
    derivation: known.derivation,
    from: hostPath(`${layout.root}${layout.store}`),
    inputs: known.inputs,
    more,
    missing: known.missing,
    outputs: known.outputs,
    unfinished,
    directory: unfinished.length === 0 ? null : request.directory,
  };
}

/** What the run itself needs of the store, beyond the build's inputs. */
async function morePaths(
  layout: StoreLayout,
  known: KnownInputs,
  { prepared, command, options, facts }: ViewRequest,
  unfinished: ReadonlySet<string>,
): Promise<readonly MorePaths[]> {
  const ofSettings = options.without.includes('sandbox-paths') ? [] : facts.machinePaths;
  const wanted: readonly (readonly [why: string, texts: readonly string[]])[] = [
    ['the shell of the build is not among its inputs, but it runs', prepared.shell === null ? [] : [prepared.shell]],
    ['you asked for it: CMD names it', command],
    ['you asked for it: --bind', prepared.binds.map(({ from }) => from)],
    ["the machine's Nix settings show it to every build (sandbox-paths)", ofSettings.map(({ from }) => from)],
    [
      'the bash of the prompt',
      facts.promptShell === null ? [] : [facts.promptShell.from, ...facts.promptShell.command],
    ],
  ];
  const shown = new Set([...known.inputs.map(({ name }) => name), ...unfinished]);
  const more: MorePaths[] = [];
  for (const [why, texts] of wanted) {
    const names = texts.flatMap(text => namesIn(layout, text)).filter(name => !shown.has(name));
    const entries: StoreEntry[] = [];
    for (const name of new Set(names))
      for (const entry of await closureEntries(layout, name)) {
        if (shown.has(entry.name)) continue;
        shown.add(entry.name);
        entries.push(entry);
      }
    if (entries.length > 0) more.push({ why, entries });
  }
  return more;
}

/** The base names of the store paths that stand anywhere in a text: also in `PATH=/nix/store/…/bin:$PATH`. */
function namesIn(layout: StoreLayout, text: string): readonly string[] {
  const found = text.matchAll(/\/(?:nix|gnu)\/store\/[0-9a-z]{32}-[A-Za-z0-9+._?=-]+/g);
  return [...found].flatMap(([path]) => storeBaseName(layout, path) ?? []);
}

/** A path with all that it refers to; alone where the store does not know it. */
async function closureEntries(layout: StoreLayout, name: string): Promise<readonly StoreEntry[]> {
  const found = recall(process.env, layout.root, name);
  if (found !== null && found.derivation === null) return found.entries;
  const closure = await closureOf(layout, [`${layout.store}/${name}`]);
  if (!closure.ok || closure.value.value.missing.length > 0) return storeEntries(layout, [name]);
  const entries = entriesOf(layout, closure.value.value.paths);
  remember(process.env, name, { version: 2, root: layout.root, derivation: null, entries, outputs: [] });
  return entries;
}
