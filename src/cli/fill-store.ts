/** What a run does about its part of the store before it starts: copies of unfinished outputs, the layer for what is written, and a word on what is missing. */
import { existsSync } from 'node:fs';
import { ok, type Result } from '../base/failure.ts';
import { fsPath } from '../base/path.ts';
import { shellWord } from '../base/printable.ts';
import type { StoreView } from '../sandbox/store-view.ts';
import { type CopiedOutputs, copyOutputs } from '../session/outputs.ts';
import { makeStoreLayer } from '../session/store-layer.ts';
import { say } from './say.ts';

const SHOWN = 3;

let saidMissing = false;

/** Copies what Nix left of the outputs into the session, and says which inputs are missing; each once, should the run be tried again. */
export function fillStore(view: StoreView): Result<null> {
  if (view.kind === 'closure') sayMissing(view);
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

function sayMissing({ missing, derivation }: Extract<StoreView, { kind: 'closure' }>): void {
  if (missing.length === 0 || saidMissing) return;
  saidMissing = true;
  const paths = some(
    missing.map(({ path }) => path),
    missing.length,
  );
  const commands = joined([...new Set(missing.flatMap(({ hint }) => hint ?? []))], derivation);
  const back = commands.length === 0 ? '' : `; to get them back: ${commands.join(', ')}`;
  say(
    `${missing.length} of the build's inputs ${missing.length === 1 ? 'is' : 'are'} not in the store: ${paths}${back}`,
  );
}

const REALISE = / -r$/;

/** Commands that differ in their last word are one. Where it would be long, all that the derivation names is got back. */
function joined(commands: readonly string[], derivation: string): readonly string[] {
  const words = new Map<string, string[]>();
  for (const command of commands) {
    const at = command.lastIndexOf(' ');
    const known = words.get(command.slice(0, at));
    if (known === undefined) words.set(command.slice(0, at), [command.slice(at + 1)]);
    else known.push(command.slice(at + 1));
  }
  return [...words].map(([command, last]) =>
    last.length > SHOWN && REALISE.test(command)
      ? `${command} $(${command.replace(REALISE, '')} -q --references ${shellWord(derivation)})`
      : `${command} ${last.join(' ')}`,
  );
}

function some(texts: readonly string[], count: number): string {
  return `${texts.slice(0, SHOWN).join(', ')}${count > SHOWN ? ', …' : ''}`;
}
