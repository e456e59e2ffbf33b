/**
 * The entry of all but the UI, behind boot.ts. `DIR CMD…` takes the quick path: it loads nothing that a run does not need. Everything else
 * (subcommands, help, no arguments) is commander's, in a bundle of its own (dist/full.cjs).
 */
import { EXIT } from '../base/failure.ts';
import { enableTrace } from '../base/trace.ts';
import { scan, traceLayers } from './arguments.ts';
import { runDirectory, usedNoStreams, waysGone } from './commands/run.ts';
import { endAtOnce } from './end-at-once.ts';
import { finishWith } from './finish.ts';
import { rawArguments } from './raw-arguments.ts';
import { say } from './say.ts';

export { waysGone };

async function main(): Promise<number> {
  const words = rawArguments();
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

finishWith(main(), status => (usedNoStreams() ? endAtOnce(status) : process.exit(status)));
