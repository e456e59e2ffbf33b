/** Build logs for tests: written, packed with the machine's own programs, and measured from outside. */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { hostPath } from '../../src/base/path.ts';
import type { LogCompression } from '../../src/nix/find-log.ts';
import { type LogBytes, openLog } from '../../src/nix/log/bytes.ts';
import type { Address } from '../../src/nix/log/packed.ts';

/** Text that packs like a build log: compiler lines of words, the same for the same seed. */
export function compilerText(bytes: number, seed = 1): string {
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  const words = Array.from({ length: 2000 }, () => random(0x1000000).toString(36));
  const word = (): string => words[random(words.length)] ?? '';
  const lines: string[] = [];
  for (let size = 0, at = 0; size < bytes; at += 1) {
    const line = `[${at}] gcc -DHAVE_${word()}=${random(100)} -I/nix/store/${word()}${word()}-${word()}/include -O2 -c src/${word()}/${word()}.c\n`;
    lines.push(line);
    size += line.length;
  }
  return lines.join('');
}

/** The bytes as bzip2(1) packs them; small blocks where there shall be many. */
export function bzip2(bytes: Uint8Array, level = 9): Buffer {
  return execFileSync('bzip2', [`-${level}`, '-c'], { input: bytes, maxBuffer: 1 << 30 });
}

/** Writes a log and opens it. */
export function logOf(
  directory: string,
  name: string,
  bytes: Uint8Array,
  compression: LogCompression = 'none',
): LogBytes {
  const path = join(directory, name);
  writeFileSync(path, bytes);
  const log = openLog({ path: hostPath(path), compression });
  if (!log.ok) throw new Error(JSON.stringify(log.failure));
  return log.value;
}

export interface ReadBack {
  readonly bytes: Buffer;
  readonly problems: readonly string[];
}

/** Everything from an address on. */
export async function readBack(log: LogBytes, from: Address = { unit: 0, skip: 0 }): Promise<ReadBack> {
  const parts: Buffer[] = [];
  const problems: string[] = [];
  for await (const { bytes } of log.pieces(from, { problem: sentence => problems.push(sentence) }))
    parts.push(Buffer.from(bytes));
  return { bytes: Buffer.concat(parts), problems };
}

/** A file of `times` copies of the text; written in pieces, as the test's own memory may be what is measured. */
export function repeated(path: string, text: string, times: number): void {
  const fd = openSync(path, 'w');
  for (let i = 0; i < times; i += 1) writeSync(fd, text);
  closeSync(fd);
}

/**
 * For how many milliseconds the event loop did not turn while `work` ran: the sixth-longest time of all, as collecting garbage
 * and a busy machine hold it, too; and at most what our own threads computed meanwhile.
 */
export async function longestHold(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  let last = process.cpuUsage();
  let lastMs = performance.now();
  let handle: NodeJS.Immediate;
  const turn = (): void => {
    const { user, system } = process.cpuUsage(last);
    times.push(Math.min((user + system) / 1000, performance.now() - lastMs));
    last = process.cpuUsage();
    lastMs = performance.now();
    handle = setImmediate(turn);
  };
  handle = setImmediate(turn);
  await work();
  clearImmediate(handle);
  return times.sort((a, b) => b - a)[5] ?? 0;
}

/** The recorded logs of real Nix, with what bzip2(1) makes of them. */
export function unpackedByBzip2(path: string): Buffer {
  return execFileSync('bzip2', ['-dc'], { input: readFileSync(path), maxBuffer: 1 << 30 });
}
