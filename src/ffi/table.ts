/**
 * Lays a list of entries out as the table that the stub walks (executor.md, section 2): 12 words of 8 bytes an entry,
 * then the strings, vectors and structures that the entries point at. Pure: the base address is an argument.
 */
import { toBytes } from '../base/path.ts';
import type { SyscallName } from './syscalls.ts';

/** Words of an entry, by index. */
export const WORD = { number: 0, a0: 1, result: 7, store: 8, onError: 9, match: 10, onMatch: 11 } as const;
const WORDS = 12;
/** The size of an entry in bytes. */
export const ENTRY_SIZE = WORDS * 8;

/** An argument word: a number, or a pointer to something (`text`: its bytes and a NUL) laid out behind the entries, or to an entry by its label. */
export type Value =
  | number
  | { readonly text: string }
  | { readonly pointTo: Uint8Array }
  | { readonly vector: readonly Uint8Array[] }
  | { readonly count: number; readonly of: Uint8Array }
  | { readonly entry: string }
  | { readonly cell: string; readonly at?: number };

/** Where a result is also written: a word of another entry (by label), or a cell. */
export type Store = { readonly label: string; readonly word: number } | { readonly cell: string; readonly at?: number };

export interface Entry {
  /** `end`: the stub returns a0. `jump`: a call that does not exist, so that onError is taken. */
  readonly call: SyscallName | 'end' | 'jump';
  readonly args: readonly Value[];
  readonly label?: string;
  readonly store?: Store;
  /** Labels; undefined goes on with the next entry. */
  readonly onError?: string;
  readonly match?: number;
  readonly onMatch?: string;
}

export interface Layout {
  readonly size: number;
  /** The offset of each cell. */
  readonly cells: ReadonlyMap<string, number>;
  /** Writes everything into `into`, whose first byte will be at `base`. */
  write(into: Buffer, base: number): void;
}

/** No system call has this number: the kernel answers ENOSYS. */
const NO_SUCH_CALL = 0x7fff;

function align(offset: number, to = 8): number {
  return Math.ceil(offset / to) * to;
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
  const labels = new Map<string, number>();
  entries.forEach((entry, index) => entry.label !== undefined && labels.set(entry.label, index));
  const cellOffsets = new Map<string, number>();
  let end = entries.length * ENTRY_SIZE;
  for (const [name, size] of Object.entries(cells)) {
    cellOffsets.set(name, end);
    end = align(end + size);
  }
  // Numbers in flat lists: a plan of some thousand mounts would keep the garbage collector busy with objects.
  const data: (Uint8Array | string)[] = [];
  const dataOffsets: number[] = [];
  const pointers: number[] = [];
  const vectors: { offset: number; targets: readonly number[] }[] = [];
  const put = (content: Uint8Array | string): number => {
    const offset = end;
    data.push(content);
    dataOffsets.push(offset);
    end = align(end + (typeof content === 'string' ? textSize(content) + 1 : content.length));
    return offset;
  };
  const place = (value: Exclude<Value, number>): number | null => {
    if ('cell' in value || 'entry' in value) return null;
    if ('text' in value) return put(value.text);
    if ('pointTo' in value) return put(value.pointTo);
    if ('of' in value) {
      const target = put(value.of);
      const head = Buffer.alloc(8);
      head.writeUInt16LE(value.count, 0);
      const offset = put(head);
      vectors.push({ offset: end, targets: [target] });
      end += 8;
      return offset;
    }
    const targets = value.vector.map(put);
    const offset = end;
    vectors.push({ offset, targets });
    end += (targets.length + 1) * 8;
    return offset;
  };
  entries.forEach((entry, index) =>
    entry.args.forEach((value, position) => {
      const offset = typeof value === 'number' ? null : place(value);
      if (offset !== null) pointers.push(index * ENTRY_SIZE + (WORD.a0 + position) * 8, offset);
    }),
  );
  const labelled = (label: string): number => {
    const index = labels.get(label);
    if (index === undefined) throw new Error(`no entry is labelled ${label}`);
    return index * ENTRY_SIZE;
  };
  const cellAt = ({ cell, at = 0 }: { readonly cell: string; readonly at?: number }): number => {
    const offset = cellOffsets.get(cell);
    if (offset === undefined) throw new Error(`no cell is named ${cell}`);
    return offset + at;
  };
  const write = (into: Buffer, base: number): void => {
    // Both architectures are little-endian, and every word is aligned: several times as fast as Buffer's methods.
    const words = new Uint32Array(into.buffer, into.byteOffset, Math.floor(into.length / 4));
    const set = (offset: number, value: number): void => {
      words[offset / 4] = value >>> 0;
      words[offset / 4 + 1] = Math.floor(value / 0x1_0000_0000);
    };
    entries.forEach((entry, index) => {
      const word = (at: number, value: number): void => set(index * ENTRY_SIZE + at * 8, value);
      word(WORD.number, entry.call === 'end' ? -1 : entry.call === 'jump' ? NO_SUCH_CALL : numberOf(entry.call));
      entry.args.forEach((value, position) => {
        if (typeof value === 'number') word(WORD.a0 + position, value);
        else if ('cell' in value) word(WORD.a0 + position, base + cellAt(value));
        else if ('entry' in value) word(WORD.a0 + position, base + labelled(value.entry));
      });
      if (entry.store !== undefined) {
        const at = 'label' in entry.store ? labelled(entry.store.label) + entry.store.word * 8 : cellAt(entry.store);
        word(WORD.store, base + at);
      }
      if (entry.onError !== undefined) word(WORD.onError, base + labelled(entry.onError));
      if (entry.match !== undefined) word(WORD.match, entry.match);
      if (entry.onMatch !== undefined) word(WORD.onMatch, base + labelled(entry.onMatch));
    });
    for (let at = 0; at < pointers.length; at += 2) set(pointers[at] ?? 0, base + (pointers[at + 1] ?? 0));
    for (const { offset, targets } of vectors) targets.forEach((target, i) => set(offset + i * 8, base + target));
    data.forEach((content, index) => {
      const offset = dataOffsets[index] ?? 0;
      if (typeof content === 'string') writeText(into, content, offset);
      else into.set(content, offset);
    });
  };
  return { size: align(end), cells: cellOffsets, write };
}

/** The size of the bytes that the text stands for (base/path.ts). */
function textSize(text: string): number {
  return text.isWellFormed() ? Buffer.byteLength(text) : toBytes(text).length;
}

/** Without the NUL: `into` is zeroed. */
function writeText(into: Buffer, text: string, offset: number): void {
  if (text.isWellFormed()) into.write(text, offset);
  else into.set(toBytes(text), offset);
}

/** The results of `count` entries from the `first` on, after a run: 0 for those that were not made. */
export function resultsIn(table: Buffer, first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) =>
    Number(table.readBigInt64LE((first + index) * ENTRY_SIZE + WORD.result * 8)),
  );
}
