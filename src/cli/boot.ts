/**
 * All but the UI (start.ts): runs dist/run.cjs. What was compiled is kept at the end, when it is just the functions that runs need: those of
 * this one, and those that were kept before.
 */
import { loadKept } from './kept-code.ts';

const program = loadKept<{ readonly waysGone: () => number }>(import.meta.dirname, 'run');
process.once('exit', () => program.keep(program.exports.waysGone()));
