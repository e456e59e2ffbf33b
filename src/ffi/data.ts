/**
 * What the words of a table point at: structures and vectors, then all strings in one piece, encoded together. Gathered in flat lists: a
 * plan of some thousand mounts would keep the garbage collector busy with objects.
 */
import { fromHex } from '../base/call.ts';
import { toBytes } from '../base/path.ts';
import { ENTRY_SIZE, type Entry, type Value, WORD } from './entry.ts';

/** Offsets are of the table's first byte. */
export interface Data {
  /** The first byte behind the structures: there the strings begin. */
  end: number;
  /** Pairs: the offset of a word, and the offset of what it points at. */
  readonly pointers: number[];
  readonly structures: { readonly offset: number; readonly bytes: Uint8Array }[];
  readonly texts: string[];
  /** Pairs: the offset of a word, and the index of the text that it points at. */
  readonly textPointers: number[];
}

/** All that the entries' arguments point at; `start` is the first byte behind what is already laid out. */
export function gatherData(entries: readonly Entry[], start: number): Data {
  const data: Data = { end: start, pointers: [], structures: [], texts: [], textPointers: [] };
  const known = new Map<string, number>();
  for (let index = 0; index < entries.length; index += 1) {
    const args = entries[index]?.args ?? [];
    for (let position = 0; position < args.length; position += 1) {
      const value = args[position];
      if (typeof value === 'object') place(data, known, index * ENTRY_SIZE + (WORD.a0 + position) * 8, value);
    }
  }
  return data;
}

function place(data: Data, known: Map<string, number>, word: number, value: Exclude<Value, number>): void {
  switch (value.kind) {
    case 'text':
      return pointToText(data, word, value.value);
    case 'bytes':
      data.pointers.push(word, structureOf(data, known, value.hex));
      return;
    case 'memory':
      data.pointers.push(word, putStructure(data, value.bytes));
      return;
    case 'counted':
      return placeCounted(data, word, value.count, structureOf(data, known, value.hex));
    case 'vector':
      return placeVector(data, word, value.values);
    // A number, or what has an address without being laid out here.
    case 'number':
    case 'result':
    case 'entry':
    case 'cell':
  }
}

/** The same text again is the same bytes: a mount's place stands in two or three calls, one after the other. */
function pointToText({ texts, textPointers }: Data, word: number, text: string): void {
  if (texts.length === 0 || texts[texts.length - 1] !== text) texts.push(text);
  textPointers.push(word, texts.length - 1);
}

/**
 * Structures of the same bytes are one. The kernel reads them, and writes to one of them only: ppoll(2) puts back what is left of its
 * timeout, which is zero as it was.
 */
function structureOf(data: Data, known: Map<string, number>, hex: string): number {
  const at = known.get(hex) ?? putStructure(data, fromHex(hex));
  known.set(hex, at);
  return at;
}

function putStructure(data: Data, bytes: Uint8Array): number {
  const offset = data.end;
  data.structures.push({ offset, bytes });
  data.end = aligned(offset + bytes.length);
  return offset;
}

/** `struct sock_fprog` (linux/filter.h): a 16-bit count, and a pointer. */
function placeCounted(data: Data, word: number, count: number, target: number): void {
  const head = putStructure(data, Uint8Array.of(count & 0xff, count >> 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  data.pointers.push(word, head, head + 8, target);
}

function placeVector(data: Data, word: number, texts: readonly string[]): void {
  const vector = data.end;
  // The last pointer is null.
  data.end += (texts.length + 1) * 8;
  data.pointers.push(word, vector);
  texts.forEach((text, index) => {
    pointToText(data, vector + index * 8, text);
  });
}

/** The next multiple of 8. */
export function aligned(offset: number): number {
  return Math.ceil(offset / 8) * 8;
}

/** The strings, each with its NUL, and where each of them begins. */
export interface Strings {
  readonly bytes: Uint8Array;
  readonly offsets: readonly number[];
}

/** @throws Error on a NUL byte inside: whoever made the call should have refused it */
export function encodeStrings(texts: readonly string[]): Strings {
  if (texts.length === 0) return { bytes: new Uint8Array(0), offsets: [] };
  const bytes = toBytes(`${texts.join('\0')}\0`);
  const offsets: number[] = [];
  let at = 0;
  while (offsets.length < texts.length) {
    offsets.push(at);
    at = bytes.indexOf(0, at) + 1;
  }
  if (at !== bytes.length) throw new Error(`a NUL byte in ${JSON.stringify(texts.find(text => text.includes('\0')))}`);
  return { bytes, offsets };
}
