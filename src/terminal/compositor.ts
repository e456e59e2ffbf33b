/** From the frame that the terminal shows to the frame that it should show: the fewest bytes, in one synchronized update. Pure. */
import type { Grid } from './grid.ts';
import { sgrOf } from './sgr.ts';

/** Where the cursor is to stand at the end; null hides it. */
export type Cursor = { readonly x: number; readonly y: number } | null;

const BEGIN = '\u001b[?2026h\u001b[?25l';
const END = '\u001b[?2026l';

/**
 * @param shown what the terminal shows now; null: nothing is known, everything is drawn
 * @returns the bytes, `''` where nothing differs and the cursor need not move
 */
export function difference(shown: Grid | null, wanted: Grid, before: Cursor, after: Cursor): string {
  const known = shown !== null && shown.columns === wanted.columns && shown.rows === wanted.rows ? shown : null;
  const drawn = known === null ? everything(wanted) : changes(known, wanted);
  const moves = before?.x !== after?.x || before?.y !== after?.y;
  if (drawn === '' && !moves && known !== null) return '';
  return `${BEGIN}${drawn}${after === null ? '' : `${moveTo(after.x, after.y)}\u001b[?25h`}${END}`;
}

function moveTo(x: number, y: number): string {
  return `\u001b[${y + 1};${x + 1}H`;
}

function everything(wanted: Grid): string {
  const pen = makePen(wanted);
  for (let at = 0; at < wanted.text.length; at += 1) pen.draw(at);
  return `\u001b[0m\u001b[2J${pen.done()}`;
}

/** A gap of equal cells that is shorter is drawn again: moving over it costs as much. */
const SHORT_GAP = 4;

function changes(shown: Grid, wanted: Grid): string {
  const pen = makePen(wanted);
  const { columns, text, foreground, background } = wanted;
  // Every cell of every frame comes by here: the arrays are looked up once.
  const { text: oldText, foreground: oldForeground, background: oldBackground } = shown;
  for (let start = 0; start < text.length; start += columns) {
    let last = -1;
    for (let at = start; at < start + columns; at += 1) {
      if (text[at] === oldText[at] && foreground[at] === oldForeground[at] && background[at] === oldBackground[at])
        continue;
      // A wide character is drawn from its first half; what it stood over before changes with it.
      const from = text[at] === '' && at > start ? at - 1 : at;
      if (last >= 0 && from - last <= SHORT_GAP) for (let gap = last + 1; gap < from; gap += 1) pen.draw(gap);
      for (let draw = Math.max(from, last + 1); draw <= at; draw += 1) pen.draw(draw);
      last = Math.max(last, at);
    }
  }
  return pen.done();
}

/** Draws cells, knowing where the cursor stands and which attributes are set. */
function makePen(wanted: Grid): { draw(at: number): void; done(): string } {
  const { columns, text, foreground, background } = wanted;
  const runs: string[] = [];
  let bytes = '';
  let cursor = -1;
  let set = false;
  let fore = 0;
  let back = 0;
  const draw = (at: number): void => {
    const cell = text[at] ?? ' ';
    if (cell === '') return; // drawn with its first half
    if (cursor !== at) {
      // Strings that are put together from thousands of pieces are slow to write out: one for each run.
      runs.push(bytes);
      bytes = moveTo(at % columns, Math.floor(at / columns));
    }
    if (!set || foreground[at] !== fore || background[at] !== back) {
      set = true;
      fore = foreground[at] ?? 0;
      back = background[at] ?? 0;
      bytes += sgrOf(fore, back);
    }
    bytes += cell;
    // Terminals differ in the width of what is no single plain character: the next cell is moved to, absolutely. At the right edge
    // the cursor waits on the last column, or has gone on: unknown, too.
    const plain = cell.length === 1 && cell.charCodeAt(0) < 0x300;
    cursor = plain && (at + 1) % columns !== 0 ? at + 1 : -1;
  };
  return { draw, done: () => (bytes === '' ? '' : `${runs.join('')}${bytes}\u001b[0m`) };
}
