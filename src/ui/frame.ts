/** A whole screen as rectangles of lines: what Ink renders, and what is written before Ink is there. */

import type { Binding } from './app.ts';
import { fits, inside, type Placed, panels, type Rect, SMALLEST } from './layout.ts';
import { fitLine, type Line, span } from './line.ts';
import { ansi, type Look } from './look.ts';
import { nameOf, type State, selectedBuild, type Tab } from './state.ts';
import { boxed } from './views/box.ts';
import { hintLine, titleLine } from './views/chrome.ts';
import { envLines } from './views/env.ts';
import { logLines } from './views/log.ts';
import { overlayBox } from './views/overlays.ts';
import { pickerLines } from './views/picker.ts';
import { planLines } from './views/plan.ts';
import { shellLines } from './views/shell.ts';

export interface Area {
  readonly id: string;
  readonly rect: Rect;
  /** One for each row, exactly as wide as the rectangle. */
  readonly lines: readonly Line[];
}

/** The areas of the screen, from the lowest to the uppermost. Together they cover it, but for the shell's pane. */
export function areas(state: State, bindings: readonly Binding[]): readonly Area[] {
  const { columns, rows } = state.size;
  if (!fits(state.size)) return [tooSmall(state)];
  const top = { x: 0, y: 0, columns, rows: 1 };
  const bottom = { ...top, y: rows - 1 };
  const overlay = overlayBox(state, bindings);
  return [
    { id: 'title', rect: top, lines: [fitLine(titleLine(state), columns)] },
    ...panels(state).map(placed => panelArea(state, placed)),
    { id: 'hints', rect: bottom, lines: [hintLine(state, bindings)] },
    ...(overlay === null ? [] : [{ id: 'overlay', ...overlay }]),
  ];
}

function tooSmall({ size }: State): Area {
  const { columns, rows } = size;
  const words = `needs ${SMALLEST.columns}x${SMALLEST.rows}, have ${columns}x${rows}`;
  const lines = [fitLine([span(words)], columns), ...Array.from({ length: rows - 1 }, () => fitLine([], columns))];
  return { id: 'title', rect: { x: 0, y: 0, columns, rows }, lines };
}

function panelArea(state: State, placed: Placed): Area {
  const { rect, panel, framed } = placed;
  const { columns, rows } = inside(placed);
  const given = view(state, panel, columns, rows);
  const lines = Array.from({ length: rows }, (_, at) => fitLine(given[at] ?? [], columns));
  const shown = framed ? boxed(titleOf(state, panel), lines, rect.columns, rect.rows, panel === state.tab) : lines;
  return { id: panel, rect, lines: shown };
}

function view(state: State, panel: Tab, columns: number, rows: number): readonly Line[] {
  switch (panel) {
    case 'dirs':
      return pickerLines(state, columns, rows);
    case 'env':
      return envLines(state, columns, rows);
    case 'plan':
      return planLines(state, columns, rows);
    case 'log':
      return logLines(state, columns, rows);
    case 'shell':
      return shellLines(state, columns);
  }
}

function titleOf(state: State, panel: Tab): string {
  const build = selectedBuild(state);
  const name = build === null ? '' : `: ${nameOf(state, build)}`;
  const titles = { dirs: 'Dirs', env: `Env${name}`, plan: `Plan${name}`, log: `Log${name}`, shell: 'Shell' };
  return titles[panel];
}

/** The areas as text that puts each line at its place: the frame without Ink. Lines end in the default style. */
export function written(shown: readonly Area[], look: Look): string {
  return shown
    .flatMap(({ rect, lines }) =>
      lines.map((line, at) => `\u001b[${rect.y + at + 1};${rect.x + 1}H${ansi(line, look)}`),
    )
    .join('');
}
