/**
 * The entry, behind boot.ts. `DIR CMD…` takes the quick path: it loads nothing that a run does not need. Everything else (subcommands, help,
 * no arguments) is commander's, in a bundle of its own (dist/full.cjs).
 */
import { EXIT } from '../base/failure.ts';
import { printable } from '../base/printable.ts';
import { enableTrace } from '../base/trace.ts';
import { rawArguments, scan, traceLayers } from './arguments.ts';
import { runDirectory, waysGone } from './commands/run.ts';
import { say } from './say.ts';

export { waysGone };

async function main(): Promise<number> {
  const words = rawArguments();
  if (isForUi(words)) {
    const front = require('./front.cjs') as {
      openFront: (words: readonly string[]) => Promise<number>;
    };
    return front.openFront(words.slice(1));
  }
  const scanned = scan(words);
  if (scanned === null) {
    const full = require('./full.cjs') as {
      runFull: (words: readonly string[]) => Promise<number>;
    };
    return full.runFull(words);
  }
  if ('problem' in scanned) {
    say(`${scanned.problem}; 'nix-build-shell --help' tells more`);
    return EXIT.usage;
  }
  enableTrace(traceLayers(scanned.options));
  return runDirectory(scanned);
}

/** No arguments on a terminal, or `--ui [DIR…]`. */
function isForUi(words: readonly string[]): boolean {
  if (words[0] === '--ui') return true;
  return words.length === 0 && process.stdin.isTTY && process.stdout.isTTY;
}

main().then(
  status => process.exit(status),
  (error: unknown) => {
    // A bug of ours: still one line, unless the user asked for more.
    const bug = error instanceof Error ? error : new Error(String(error));
    const trace = process.argv.some(word => word.startsWith('--trace'));
    say(`internal error: ${printable(bug.message)}${trace ? '' : '; --trace shows more'}`);
    if (trace) process.stderr.write(`${bug.stack ?? ''}\n`);
    process.exit(EXIT.failed);
  },
);
