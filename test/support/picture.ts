/** A grid of cells as an SVG picture: what a terminal with a dark ground shows. The same cells give the same bytes. */
import { BG, COLOUR, cellAt, FG, type Grid } from '../../src/terminal/grid.ts';
import { width } from '../../src/ui/line.ts';

const CELL = { width: 8, height: 17 } as const;
const MARGIN = 8;
const GROUND = '#1b1d23';
const TEXT = '#d6d8de';

/** The sixteen colours of a terminal; people have their own. */
const PALETTE = [
  '#1b1d23', '#e06c75', '#98c379', '#e5c07b', '#61afef', '#c678dd', '#56b6c2', '#d6d8de',
  '#6b7280', '#f08080', '#b5e890', '#ffd98a', '#8cc8ff', '#dda0f0', '#7fdbe5', '#ffffff',
]; // biome-ignore format: eight and eight

/** Cells side by side that look alike. */
interface Run {
  readonly x: number;
  readonly cells: number;
  readonly text: string;
  readonly foreground: number;
  readonly background: number;
}

/** The picture, with a title for those who hear it. */
export function pictureOf(grid: Grid, title: string): string {
  const across = grid.columns * CELL.width + 2 * MARGIN;
  const height = grid.rows * CELL.height + 2 * MARGIN;
  const rows = Array.from({ length: grid.rows }, (_, y) => runsOf(grid, y).map(run => drawn(run, y)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${across}" height="${height}" viewBox="0 0 ${across} ${height}" role="img" xml:space="preserve">`,
    `<title>${escaped(title)}</title>`,
    '<style>text{font:13.3px "DejaVu Sans Mono",Menlo,Consolas,monospace;white-space:pre}</style>',
    `<rect width="100%" height="100%" rx="6" fill="${GROUND}"/>`,
    ...rows.flat().filter(text => text !== ''),
    '</svg>',
    '',
  ].join('\n');
}

function runsOf(grid: Grid, y: number): readonly Run[] {
  const runs: Run[] = [];
  for (let x = 0; x < grid.columns; x += 1) {
    const { text, foreground, background } = cellAt(grid, y * grid.columns + x);
    const last = runs.at(-1);
    const joined = last !== undefined && last.foreground === foreground && last.background === background;
    if (joined) runs[runs.length - 1] = { ...last, cells: last.cells + 1, text: last.text + text };
    else runs.push({ x, cells: 1, text, foreground, background });
  }
  return runs;
}

function drawn({ x, cells, text, foreground, background }: Run, y: number): string {
  const inverse = (foreground & FG.inverse) !== 0;
  const [ink, ground] = [colour(foreground, TEXT), colour(background, GROUND)];
  const [left, top] = [MARGIN + x * CELL.width, MARGIN + y * CELL.height];
  const filled = inverse ? ink : ground;
  const box =
    filled === GROUND
      ? ''
      : `<rect x="${left}" y="${top}" width="${cells * CELL.width}" height="${CELL.height}" fill="${filled}"/>`;
  const style = [
    `fill="${inverse ? ground : ink}"`,
    ...((foreground & FG.bold) === 0 ? [] : ['font-weight="bold"']),
    ...((background & BG.dim) === 0 ? [] : ['opacity=".6"']),
    ...((foreground & FG.underline) === 0 ? [] : ['text-decoration="underline"']),
  ];
  // Each word or two begin at their own cell, so that no font moves a column; textLength keeps those with wide characters in place.
  const pieces = [...text.matchAll(/\S+(?: \S+)*/g)].map(match => {
    const at = left + width(text.slice(0, match.index)) * CELL.width;
    const length = width(match[0]) * CELL.width;
    return `<text x="${at}" y="${top + 13}" textLength="${length}" ${style.join(' ')}>${escaped(match[0])}</text>`;
  });
  return box + pieces.join('');
}

function colour(packed: number, instead: string): string {
  const value = packed & COLOUR.value;
  switch (packed & COLOUR.mode) {
    case COLOUR.palette16:
    case COLOUR.palette256:
      return PALETTE[value & 0xff] ?? instead;
    case COLOUR.rgb:
      return `#${value.toString(16).padStart(6, '0')}`;
    default:
      return instead;
  }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
