/**
 * Lays a list of entries out as the table that the stub walks (executor.md, section 2): the entries, then the cells, the structures and
 * the strings that they point at. Pure: the base address is an argument.
 */
import { fromBytes } from '../base/path.ts';
import { aligned, type Data, encodeStrings, gatherData, type Strings } from './data.ts';
import { type Cell, ENTRY_SIZE, type Entry, type Store, WORD } from './entry.ts';
import type { SyscallName } from './syscalls.ts';

export interface Layout {
  readonly size: number;
  /** The offset of each cell. */
  readonly cells: ReadonlyMap<string, number>;
  /** Writes everything into `into`, which is zeroed, aligned to 8 bytes, and will have its first byte at `base`. */
  write(into: Uint8Array, base: number): void;
}

/** No system call has this number: the kernel answers ENOSYS. */
const NO_SUCH_CALL = 0x7fff;

/** Where everything is that has a name. */
interface Places {
  readonly labels: ReadonlyMap<string, number>;
  readonly cells: ReadonlyMap<string, number>;
}

/**
 * @param cells zeroed memory by name, in bytes: structures that the kernel fills
 * @param numberOf the number of a call on the architecture that will run the table
 */
export function layOut(
  entries: readonly Entry[],
  cells: Readonly<Record<string, number>>,
  numberOf: (name: SyscallName) => number,
): Layout {
  const offsets = new Map<string, number>();
  let end = entries.length * ENTRY_SIZE;
  for (const name in cells) {
    offsets.set(name, end);
    end = aligned(end + (cells[name] ?? 0));
  }
  const data = gatherData(entries, end);
  const strings = encodeStrings(data.texts);
  const write = (into: Uint8Array, base: number): void => {
    const words = new Uint32Array(into.buffer, into.byteOffset, Math.floor(into.length / 4));
    writeEntries(words, entries, { labels: labelsOf(entries), cells: offsets }, base, numberOf);
    writeData(into, words, data, strings, base);
  };
  return { size: aligned(data.end + strings.bytes.length), cells: offsets, write };
}

function labelsOf(entries: readonly Entry[]): ReadonlyMap<string, number> {
  const labels = new Map<string, number>();
  entries.forEach(({ label }, index) => {
    if (label !== undefined) labels.set(label, index * ENTRY_SIZE);
  });
  return labels;
}

/** Both architectures are little-endian, and every word is aligned: several times as fast as Buffer's methods. */
function setWord(words: Uint32Array, offset: number, value: number): void {
  const at = offset / 4;
  words[at] = value >>> 0;
  // What is zero already is left.
  if (value > 0xffff_ffff || value < 0) words[at + 1] = Math.floor(value / 0x1_0000_0000);
}

function writeEntries(
  words: Uint32Array,
  entries: readonly Entry[],
  { labels, cells }: Places,
  base: number,
  numberOf: (name: SyscallName) => number,
): void {
  const entryAt = (label: string): number => base + known(labels, label, 'entry is labelled');
  const cellAt = ({ name, at }: Cell): number => base + known(cells, name, 'cell is named') + at;
  const storeAt = (store: Store): number =>
    store.kind === 'cell' ? cellAt(store) : entryAt(store.label) + store.word * 8;
  for (let index = 0; index < entries.length; index += 1) {
    const entry = entries[index];
    if (entry === undefined) return;
    const start = index * ENTRY_SIZE;
    const { call, args, store, onError, match, onMatch } = entry;
    setWord(words, start, call === 'end' ? -1 : call === 'jump' ? NO_SUCH_CALL : numberOf(call));
    for (let position = 0; position < args.length; position += 1) {
      const value = args[position] ?? 0;
      const word = start + (WORD.a0 + position) * 8;
      if (typeof value === 'number') setWord(words, word, value);
      else if (value.kind === 'number') setWord(words, word, value.value);
      else if (value.kind === 'cell') setWord(words, word, cellAt(value));
      else if (value.kind === 'entry') setWord(words, word, entryAt(value.label));
    }
    if (store !== undefined) setWord(words, start + WORD.store * 8, storeAt(store));
    if (onError !== undefined) setWord(words, start + WORD.onError * 8, entryAt(onError));
    if (match !== undefined) setWord(words, start + WORD.match * 8, match);
    if (onMatch !== undefined) setWord(words, start + WORD.onMatch * 8, entryAt(onMatch));
  }
}

/** @throws Error where the name is unknown: a bug of whoever made the entries */
function known(places: ReadonlyMap<string, number>, name: string, what: string): number {
  const offset = places.get(name);
  if (offset === undefined) throw new Error(`no ${what} ${name}`);
  return offset;
}

function writeData(into: Uint8Array, words: Uint32Array, data: Data, strings: Strings, base: number): void {
  const { pointers, structures, textPointers, end } = data;
  // First, as some of them hold pointers.
  for (const { offset, bytes } of structures) into.set(bytes, offset);
  for (let at = 0; at < pointers.length; at += 2) setWord(words, pointers[at] ?? 0, base + (pointers[at + 1] ?? 0));
  for (let at = 0; at < textPointers.length; at += 2)
    setWord(words, textPointers[at] ?? 0, base + end + (strings.offsets[textPointers[at + 1] ?? 0] ?? 0));
  into.set(strings.bytes, end);
}

/** The results of `count` entries from the `first` on, after a run: 0 for those that were not made. */
export function resultsIn(table: Uint8Array, first: number, count: number): readonly number[] {
  const view = new DataView(table.buffer, table.byteOffset);
  return Array.from({ length: count }, (_, index) =>
    Number(view.getBigInt64((first + index) * ENTRY_SIZE + WORD.result * 8, true)),
  );
}

/** The text at an offset, up to its NUL. */
export function textAt(table: Uint8Array, offset: number): string {
  return fromBytes(table.subarray(offset, table.indexOf(0, offset)));
}
