/**
 * What Node starts (dist/main.cjs): the UI where that is asked for (front.ts), else everything else (boot.ts). Neither loads what the other
 * needs.
 */
import { EXIT } from '../base/failure.ts';
import { loadKept } from './kept-code.ts';
import { tooOld } from './old-node.ts';
import { rawArguments } from './raw-arguments.ts';

/** The words for the UI: none on a terminal, or those around `--ui`, before which a `--store` may stand. Null where it is not asked for. */
function uiWords(words: readonly string[]): readonly string[] | null {
  if (words.length === 0) return process.stdin.isTTY && process.stdout.isTTY ? words : null;
  const at = words[0] === '--store' ? 2 : words[0]?.startsWith('--store=') === true ? 1 : 0;
  return words[at] === '--ui' ? [...words.slice(0, at), ...words.slice(at + 1)] : null;
}

const old = tooOld(process.versions.node);
if (old !== null) {
  process.stderr.write(`nix-build-shell: ${old}\n`);
  process.exit(EXIT.failed);
}
const words = uiWords(rawArguments());
if (words === null) {
  // Within the same bundle; it runs when it is asked for.
  require('./boot.ts');
} else {
  const front = loadKept<{ readonly startFront: (words: readonly string[], keep: (ways: number) => void) => void }>(
    import.meta.dirname,
    'front',
  );
  front.exports.startFront(words, front.keep);
}
