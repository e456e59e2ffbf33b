/** Bytes that are put together piece by piece: a frame is thousands of them, and strings of so many pieces are slow to write out. */

export interface Bytes {
  /** Where they are; more room than they need. */
  data: Buffer;
  length: number;
}

/** What a character takes at most. */
export const LONGEST_CHARACTER = 4;

/** None yet. The memory is used again and again. */
export function makeBytes(): Bytes {
  return { data: Buffer.alloc(16_384), length: 0 };
}

/** Makes room for that many more. */
export function makeRoom(bytes: Bytes, more: number): void {
  if (bytes.length + more > bytes.data.length) bytes.data = Buffer.concat([bytes.data], 2 * bytes.data.length + more);
}

/** Adds characters below 0x80. */
export function addAscii(bytes: Bytes, text: string): void {
  makeRoom(bytes, text.length);
  for (let at = 0; at < text.length; at += 1) bytes.data[bytes.length++] = text.charCodeAt(at);
}

/** Adds text, in UTF-8. */
export function addText(bytes: Bytes, text: string): void {
  makeRoom(bytes, text.length * LONGEST_CHARACTER);
  bytes.length += bytes.data.write(text, bytes.length, 'utf8');
}

/** Adds one character, in UTF-8 (RFC 3629, section 3). */
export function addCharacter(bytes: Bytes, code: number): void {
  makeRoom(bytes, LONGEST_CHARACTER);
  const add = (byte: number): void => void (bytes.data[bytes.length++] = byte);
  const rest = (shift: number): void => add(0x80 | ((code >> shift) & 0x3f));
  if (code < 0x80) return add(code);
  if (code < 0x800) add(0xc0 | (code >> 6));
  else if (code < 0x10000) add(0xe0 | (code >> 12));
  else {
    add(0xf0 | (code >> 18));
    rest(12);
  }
  if (code >= 0x800) rest(6);
  rest(0);
}

/** A copy of what was put together; the next one begins anew. */
export function takeBytes(bytes: Bytes): Buffer {
  const taken = Buffer.from(bytes.data.subarray(0, bytes.length));
  bytes.length = 0;
  return taken;
}
