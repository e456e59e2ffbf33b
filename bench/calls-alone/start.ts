/** What Node starts, as the program's own boot.ts: what V8 compiled is kept here as well. */
import { loadKept } from '../../src/cli/kept-code.ts';

const program = loadKept<object>(import.meta.dirname, 'calls-alone-program');
process.once('exit', () => program.keep(1));
