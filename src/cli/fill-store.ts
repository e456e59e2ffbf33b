/** What a run does about its part of the store before it starts: copies of unfinished outputs, the layer for what is written, and a word on what is missing. */
import { existsSync } from 'node:fs';
import { ok, type Result } from '../base/failure.ts';
import { fsPath } from '../base/path.ts';
import type { StoreView } from '../sandbox/store-view.ts';
import { type CopiedOutputs, copyOutputs } from '../session/outputs.ts';
import { makeStoreLayer } from '../session/store-layer.ts';
import { say } from './say.ts';

const SHOWN = 3;

let saidMissing = false;

/** Copies what Nix left of the outputs into the session, and says which inputs are missing; each once, should the run be tried again. */
export function fillStore(view: StoreView): Result<null> {
  if (view.kind === 'closure') sayMissing(view.missing);
  const copied = filled(view);
  if (!copied.ok) return copied;
  const { count, first } = copied.value;
  if (count > 0)
    say(
      `${count} of the files in what Nix left of the outputs could not be copied and ${count === 1 ? 'is' : 'are'} missing inside: ${some(
        first.map(({ path, errno }) => `${path} (${errno})`),
        count,
      )}`,
    );
  return ok(null);
}

function filled(view: StoreView): Result<CopiedOutputs> {
  const nothing = ok({ count: 0, first: [] });
  if (view.kind === 'whole') return typeof view.layer === 'string' ? nothing : makeStoreLayer(view.layer);
  if (view.directory === null || existsSync(fsPath(view.directory))) return nothing;
  return copyOutputs(view.from, view.unfinished, view.directory);
}

function sayMissing(missing: Extract<StoreView, { kind: 'closure' }>['missing']): void {
  if (missing.length === 0 || saidMissing) return;
  saidMissing = true;
  const paths = some(
    missing.map(({ path }) => path),
    missing.length,
  );
  const hints = [...new Set(missing.flatMap(({ hint }) => hint ?? []))];
  const back = hints.length === 0 ? '' : `; to get them back: ${some(hints, hints.length)}`;
  say(
    `${missing.length} of the build's inputs ${missing.length === 1 ? 'is' : 'are'} not in the store: ${paths}${back}`,
  );
}

function some(texts: readonly string[], count: number): string {
  return `${texts.slice(0, SHOWN).join(', ')}${count > SHOWN ? ', …' : ''}`;
}
