/**
 * Lays a list of entries out as the table that the stub walks (executor.md, section 2): 12 words of 8 bytes an entry,
 * then the strings, vectors and structures that the entries point at. Pure: the base address is an argument.
 */
import type { SyscallName } from './syscalls.ts';

/** Words of an entry, by index. */
export const WORD = { number: 0, a0: 1, result: 7, store: 8, onError: 9, match: 10, onMatch: 11 } as const;
const WORDS = 12;
/** The size of an entry in bytes. */
export const ENTRY_SIZE = WORDS * 8;

/** An argument word: a number, or a pointer to something laid out behind the entries, or to an entry by its label. */
export type Value =
  | number
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

interface Pending {
  readonly entry: number;
  readonly word: number;
  readonly offset: number;
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
  const data: { offset: number; bytes: Uint8Array }[] = [];
  const pointers: Pending[] = [];
  const vectors: { offset: number; targets: readonly number[] }[] = [];
  const put = (bytes: Uint8Array): number => {
    const offset = end;
    data.push({ offset, bytes });
    end = align(end + bytes.length);
    return offset;
  };
  entries.forEach((entry, index) =>
    entry.args.forEach((value, position) => {
      if (typeof value === 'number' || 'cell' in value || 'entry' in value) return;
      if ('pointTo' in value) {
        pointers.push({ entry: index, word: WORD.a0 + position, offset: put(value.pointTo) });
        return;
      }
      if ('of' in value) {
        const target = put(value.of);
        const head = Buffer.alloc(8);
        head.writeUInt16LE(value.count, 0);
        pointers.push({ entry: index, word: WORD.a0 + position, offset: put(head) });
        vectors.push({ offset: end, targets: [target] });
        end += 8;
        return;
      }
      const targets = value.vector.map(put);
      vectors.push({ offset: end, targets });
      pointers.push({ entry: index, word: WORD.a0 + position, offset: end });
      end += (targets.length + 1) * 8;
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
    const set = (offset: number, value: number): void => {
      into.writeUInt32LE(value >>> 0, offset);
      into.writeInt32LE(Math.floor(value / 0x1_0000_0000), offset + 4);
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
      word(WORD.match, entry.match ?? 0);
      if (entry.onMatch !== undefined) word(WORD.onMatch, base + labelled(entry.onMatch));
    });
    for (const { entry, word, offset } of pointers) set(entry * ENTRY_SIZE + word * 8, base + offset);
    for (const { offset, targets } of vectors) targets.forEach((target, i) => set(offset + i * 8, base + target));
    for (const { offset, bytes } of data) into.set(bytes, offset);
  };
  return { size: align(end), cells: cellOffsets, write };
}

/** The results of `count` entries from the `first` on, after a run: 0 for those that were not made. */
export function resultsIn(table: Buffer, first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) =>
    Number(table.readBigInt64LE((first + index) * ENTRY_SIZE + WORD.result * 8)),
  );
}
