/** The words of the command line as they were given, byte for byte. */
import { readFileSync } from 'node:fs';
import { fromBytes } from '../base/path.ts';

/**
 * The arguments as bytes in strings. Node decodes its own as UTF-8 and loses what is not: the kernel still has them, in
 * /proc/self/cmdline (proc(5)).
 */
export function rawArguments(): readonly string[] {
  const count = process.argv.length - 2;
  if (count === 0 || process.argv.every(word => !word.includes('\ufffd'))) return process.argv.slice(2);
  const words = fromBytes(readFileSync('/proc/self/cmdline')).split('\0');
  return words.slice(-1 - count, -1);
}
