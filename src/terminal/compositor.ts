/** From the frame that the terminal shows to the frame that it should show: the fewest bytes, in one synchronized update. */
import { addAscii, addCharacter, addText, LONGEST_CHARACTER, makeBytes, makeRoom, takeBytes } from './bytes.ts';
import { BG, CHARACTER, type Grid, WORDS } from './grid.ts';
import { sgrOf, underlineOf } from './sgr.ts';

/** Where the cursor is to stand at the end; null hides it. */
export type Cursor = { readonly x: number; readonly y: number } | null;

const BEGIN = '\u001b[?2026h\u001b[?25l';
const END = '\u001b[?2026l';
const NOTHING = Buffer.alloc(0);
/** A frame at a time is put together here. */
const out = makeBytes();

/**
 * @param shown what the terminal shows now; null: nothing is known, everything is drawn
 * @returns the bytes, none where nothing differs and the cursor need not move
 */
export function difference(shown: Grid | null, wanted: Grid, before: Cursor, after: Cursor): Buffer {
  const known = shown !== null && shown.columns === wanted.columns && shown.rows === wanted.rows ? shown : null;
  addAscii(out, BEGIN);
  if (known === null) everything(wanted);
  else changes(known, wanted);
  const moves = before?.x !== after?.x || before?.y !== after?.y;
  const isEmpty = out.length === BEGIN.length && !moves;
  if (after !== null) {
    moveTo(after.x, after.y);
    addAscii(out, '\u001b[?25h');
  }
  addAscii(out, END);
  const bytes = takeBytes(out);
  return isEmpty ? NOTHING : bytes;
}

function moveTo(x: number, y: number): void {
  addAscii(out, `\u001b[${y + 1};${x + 1}H`);
}

function everything(wanted: Grid): void {
  addAscii(out, '\u001b[0m\u001b[2J');
  const pen = makePen(wanted);
  for (let row = 0; row < wanted.rows; row += 1) pen.draw(row * wanted.columns, (row + 1) * wanted.columns);
  pen.done();
}

/** A gap of equal cells that is shorter is drawn again: moving over it costs as much. */
const SHORT_GAP = 4;

function changes(shown: Grid, wanted: Grid): void {
  const pen = makePen(wanted);
  const { columns, cells } = wanted;
  const { cells: old } = shown;
  const size = columns * wanted.rows;
  for (let start = 0; start < size; start += columns) {
    // What is to be drawn: from here to there, not included. Every cell of every frame comes by here.
    let [from, to] = [start, start];
    for (let at = start, word = start * WORDS; at < start + columns; at += 1, word += WORDS) {
      const character = cells[word];
      const background = cells[word + 2] ?? 0;
      const alike = character === old[word] && cells[word + 1] === old[word + 1] && background === old[word + 2];
      if (alike && character !== CHARACTER.several && (background & BG.extended) === 0) continue;
      if (alike && sameExtras(shown, wanted, at)) continue;
      // A wide character is drawn from its first half; what it stood over before changes with it.
      const first = character === CHARACTER.half && at > start ? at - 1 : at;
      if (first - to >= SHORT_GAP) {
        pen.draw(from, to);
        from = first;
      } else if (from === to) from = first;
      to = at + 1;
    }
    pen.draw(from, to);
  }
  pen.done();
}

/** Of cells whose words are the same. */
function sameExtras(shown: Grid, wanted: Grid, at: number): boolean {
  const word = at * WORDS;
  if (wanted.cells[word] === CHARACTER.several && shown.texts.get(at) !== wanted.texts.get(at)) return false;
  const isExtended = ((wanted.cells[word + 2] ?? 0) & BG.extended) !== 0;
  return !isExtended || shown.underlines.get(at) === wanted.underlines.get(at);
}

/** Draws cells of one row, from one to another (not included), knowing where the cursor stands and which attributes are set. */
function makePen({ columns, cells, texts, underlines }: Grid): { draw(from: number, to: number): void; done(): void } {
  let cursor = -1;
  let set = false;
  let fore = 0;
  let back = 0;
  let under = 0;
  const attributes = (foreground: number, background: number, underline: number): void => {
    [set, fore, back, under] = [true, foreground, background, underline];
    addAscii(out, sgrOf(foreground, background & ~BG.extended));
    if (underline !== 0) addAscii(out, underlineOf(underline));
  };
  /** As many plain characters that look alike as there are. @returns where they end */
  const plain = (from: number, to: number): number => {
    makeRoom(out, (to - from) * LONGEST_CHARACTER);
    const { data } = out;
    let { length } = out;
    let at = from;
    for (let word = from * WORDS; at < to; at += 1, word += WORDS) {
      const character = cells[word] ?? 0;
      if (character < CHARACTER.blank || character >= 0x7f || cells[word + 1] !== fore || cells[word + 2] !== back)
        break;
      data[length++] = character;
    }
    out.length = length;
    return at;
  };
  const draw = (from: number, to: number): void => {
    for (let at = from; at < to; ) {
      const word = at * WORDS;
      const character = cells[word] ?? CHARACTER.blank;
      if (character === CHARACTER.half) {
        at += 1; // drawn with its first half
        continue;
      }
      if (cursor !== at) moveTo(at % columns, Math.floor(at / columns));
      const foreground = cells[word + 1] ?? 0;
      const background = cells[word + 2] ?? 0;
      const isExtended = (background & BG.extended) !== 0;
      const underline = isExtended ? (underlines.get(at) ?? 0) : 0;
      if (!set || foreground !== fore || background !== back || underline !== under)
        attributes(foreground, background, underline);
      const end = isExtended ? at : plain(at, to);
      if (end === at) {
        if (character === CHARACTER.several) addText(out, texts.get(at) ?? ' ');
        else addCharacter(out, character);
      }
      at = Math.max(end, at + 1);
      // Terminals differ in the width of what is no single plain character: the next cell is moved to, absolutely. At the right edge
      // the cursor waits on the last column, or has gone on: unknown, too.
      cursor = (end === at || character < 0x300) && at % columns !== 0 ? at : -1;
    }
  };
  return { draw, done: () => (set ? addAscii(out, '\u001b[0m') : undefined) };
}
