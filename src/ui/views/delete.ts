/** The question before kept directories are deleted: all that goes, how big each is, and the command that does the same. */
import { printable, shellWord } from '../../base/printable.ts';
import { counted, size } from '../../report/text.ts';
import { contentsOf } from '../contents.ts';
import { type Facts } from '../facts.ts';
import { chunks, fitLine, foreign, head, type Line, span, width } from '../line.ts';
import { type Overlay } from '../overlay.ts';
import { factsOf, type State } from '../state.ts';

type Delete = Extract<Overlay, { kind: 'delete' }>;

/** What `c` copies. */
export function deleteCommand({ targets }: Delete): string {
  return ['rm -rf', ...targets.map(({ outer }) => shellWord(outer))].join(' ');
}

/** The box's title and lines; `rows` is for all of them. */
export function deleteContent(
  state: State,
  overlay: Delete,
  cells: number,
  rows: number,
): { readonly title: string; readonly lines: readonly Line[] } {
  const { targets, cursor } = overlay;
  const listed = listedLines(state, overlay, cells);
  const room = roomFor(state, overlay, rows);
  const below: readonly Line[] = [
    // On an overlay the shell works on the directory itself, under a layer of changes.
    ...(isOpen(state, overlay) ? [[span('A shell is open in it, whose /build may go with it.')]] : []),
    ...(rows < SMALL_ROWS ? [] : [[], [span('$ ', 'dim'), foreign(deleteCommand(overlay), 'accent')]]),
    [
      span('y', 'strong'),
      span(' delete   '),
      span('n', 'strong'),
      span(' keep   '),
      span('This cannot be undone.', 'warning'),
      span(listed.length > room ? '   ↓ ↑ all of them' : '', 'dim'),
    ],
  ];
  return {
    title: `Delete ${counted(targets.length, 'kept build directory', 'kept build directories')}? ${total(state, overlay)}`,
    lines: [...listed.slice(cursor, cursor + room), ...below.map(line => fitLine(line, cells))],
  };
}

/** The last line that can be the uppermost one: what the cursor moves to. */
export function deleteScroll(state: State, overlay: Delete, cells: number, rows: number): number {
  return Math.max(0, listedLines(state, overlay, cells).length - roomFor(state, overlay, rows));
}

/** With fewer rows the command is left out. */
const SMALL_ROWS = 7;

function roomFor(state: State, overlay: Delete, rows: number): number {
  return Math.max(1, rows - (rows < SMALL_ROWS ? 1 : 3) - (isOpen(state, overlay) ? 1 : 0));
}

function isOpen({ panes }: State, { targets }: Delete): boolean {
  return targets.some(build => panes.some(pane => pane.build === build.outer && pane.ended === null));
}

function listedLines(state: State, { targets }: Delete, cells: number): readonly Line[] {
  return targets.flatMap(build => targetLines(printable(shellWord(build.outer)), holds(state, build), cells));
}

function holds(state: State, build: Delete['targets'][number]): string {
  return `${contentsOf(factsOf(state, build))}, of ${build.owner.user ?? build.owner.uid}`;
}

/** The path in full, and at the right what it holds: on a line of its own where the path leaves no room. */
function targetLines(path: string, holding: string, cells: number): readonly Line[] {
  const held = head(printable(holding), cells);
  const pieces = chunks(path, cells);
  const last = pieces.at(-1) ?? '';
  const room = cells - width(last) - width(held);
  const before = pieces.slice(0, -1).map((text): Line => [span(text)]);
  if (room >= 2) return [...before, [span(last), span(' '.repeat(room)), span(held, 'dim')]];
  return [...before, [span(last)], [span(' '.repeat(Math.max(0, cells - width(held)))), span(held, 'dim')]];
}

function total(state: State, { targets }: Delete): string {
  const facts = targets.map((build): Facts => factsOf(state, build));
  const sum = facts.reduce((bytes, { sizeBytes }) => bytes + (sizeBytes ?? 0), 0);
  const exact = facts.every(({ sizeBytes, partly }) => sizeBytes !== null && !partly);
  return `${exact ? '' : 'at least '}${size(sum)}`;
}
