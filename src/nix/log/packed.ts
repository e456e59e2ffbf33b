/** What all readers of a log's bytes have in common. */

/** Where bytes can be read again: a place in the file at which reading can begin, and how much of what follows to leave out. */
export interface Address {
  /** bz2: the bit at which a block begins. Plain: a byte. gzip and zstd: 0, as they can only be read from their start. */
  readonly unit: number;
  /** How many unpacked bytes behind it. */
  readonly skip: number;
}

/** Bytes of a log, unpacked. Valid until the next piece is asked for: the room is used again. */
export interface Piece extends Address {
  readonly bytes: Uint8Array;
}

/** How many bytes a piece has at most: so few that a piece of nothing but line ends is no long work. */
export const PIECE_BYTES = 16_384;

/** The start of every log. */
export const START: Address = { unit: 0, skip: 0 };

export interface ReadingOptions {
  /** Is told what is wrong with the file, a sentence each. What is good of it is read all the same. */
  readonly problem: (sentence: string) => void;
  /** Ends the reading with `GivenUp`. */
  readonly signal?: AbortSignal | undefined;
}

/** The piece without what lies before `skip`, or null where nothing is left of it. */
export function behind(piece: Piece, skip: number): Piece | null {
  if (piece.skip >= skip) return piece;
  if (piece.skip + piece.bytes.length <= skip) return null;
  return { unit: piece.unit, skip, bytes: piece.bytes.subarray(skip - piece.skip) };
}
