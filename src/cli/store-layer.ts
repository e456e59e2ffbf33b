/** The layer above the whole store that a run has, and what a failed build left of its outputs. */
import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Failure } from '../base/failure.ts';
import { type HostPath, hostPath } from '../base/path.ts';
import { certainClues } from '../nix/output-clues.ts';
import { lookAt } from '../nix/read-regular.ts';
import { storeBaseName } from '../nix/store-entries.ts';
import type { StoreLayout } from '../nix/store-layout.ts';
import type { LayerPlace, StoreLayer } from '../sandbox/store-view.ts';
import { nearestDirectory } from '../session/place.ts';
import { isPassing, rememberRefusal } from '../session/refusals.ts';
import { layerRefused, noLayer } from '../session/store-layer.ts';
import type { RunOptions } from './arguments.ts';
import type { Prepared } from './prepare.ts';
import { say } from './say.ts';

export interface LayerQuestions {
  readonly prepared: Prepared;
  readonly command: readonly string[];
  readonly options: RunOptions;
  /** Where the layer is, or would be: in the session's directory. */
  readonly directory: HostPath;
}

/** What the kernel refused to this very run: by the place of the layer, the reason. */
const refusedNow = new Map<LayerPlace, string>();

/** A string says why there is none. */
export function storeLayer(layout: StoreLayout, questions: LayerQuestions): StoreLayer | string {
  const { prepared, options, directory } = questions;
  if (options.without.includes('store-layer')) return 'you asked for it: --without store-layer';
  const from = hostPath(`${layout.root}${layout.store}`);
  const session = hostPath(dirname(directory));
  const sessions = nearestDirectory(hostPath(dirname(session)));
  const against = (place: LayerPlace): string | null => refusedNow.get(place) ?? layerRefused(from, sessions, place);
  const none = noLayer(from, sessions);
  if (none !== null) return none;
  const why = against('session');
  const neither = why === null ? null : against('memory');
  if (neither !== null) return neither;
  const outputs = outputNames(layout, prepared);
  const unfinished = outputs.filter(name => isUnfinished(layout, name));
  const hidden = outputs.filter(
    name => !unfinished.includes(name) && lookAt(`${from}/${name}`).stats !== null && !isNamed(name, questions),
  );
  return {
    place: why === null ? 'session' : 'memory',
    why,
    session,
    from,
    outputs: outputs.length,
    unfinished,
    hidden,
  };
}

/** The outputs that are known, by their base names: of the derivation, else of the build's own words. */
function outputNames(layout: StoreLayout, { derivation, build, env }: Prepared): readonly string[] {
  const known = derivation?.outputs ?? certainClues(build, env);
  return [...new Set(known.flatMap(({ path }) => storeBaseName(layout, path) ?? []))];
}

/** What the run itself needs stays, whatever a stranger's env-vars calls an output. */
function isNamed(name: string, { prepared, command }: LayerQuestions): boolean {
  return [...command, prepared.shell ?? '', ...prepared.binds.map(({ from }) => from)].some(word =>
    word.includes(name),
  );
}

/**
 * Whether a failed build left it: it is there, and not in the form that Nix gives to what it keeps (canonicalisePathMetaData: times of 1,
 * no write permission, the store's owner).
 */
export function isUnfinished(layout: StoreLayout, name: string): boolean {
  const { stats } = lookAt(`${layout.root}${layout.store}/${name}`);
  if (stats === null) return false;
  const store = lstatSync(`${layout.root}${layout.store}`);
  const writable = !stats.isSymbolicLink() && (stats.mode & 0o222) !== 0;
  return writable || stats.uid !== store.uid || Math.floor(stats.mtimeMs / 1000) !== 1;
}

/** What no other place for the layer would mend: there is no overlayfs, or it is not for users (mount(2)). */
const HOPELESS: ReadonlySet<string> = new Set(['ENODEV', 'EPERM', 'EACCES', 'ENOSYS']);

/** After the kernel refused the layer: what is tried instead is said, and once only where it is to be so from now on. The next try may be refused, too. */
export function noteRefusedLayer({ place, session, from }: StoreLayer, refused: Failure): void {
  const errno = refused.errno ?? 'EIO';
  const places: readonly LayerPlace[] = HOPELESS.has(errno) ? ['session', 'memory'] : [place];
  for (const each of places) {
    refusedNow.set(each, `the kernel refused it with ${errno}`);
    if (!isPassing(errno)) rememberRefusal(hostPath(dirname(session)), from, `store-${each}`, errno);
  }
  const instead = places.includes('memory') ? 'the outputs cannot be written' : 'one that lies in memory is tried';
  say(
    `a layer above the store is refused here (${refused.call ?? ''} = ${errno}): ${instead}${isPassing(errno) ? '' : ', from now on'}`,
  );
}
