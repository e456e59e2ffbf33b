/** A frame around lines, with a title in its upper edge. */
import { printable } from '../../base/printable.ts';
import { fitLine, head, type Line, span, width } from '../line.ts';

/** `lines` in a box (whose title may be a stranger's name) of exactly `columns` × `rows`; focus is shown by a strong title with `▸`, never by colour alone. */
export function boxed(
  title: string,
  lines: readonly Line[],
  columns: number,
  rows: number,
  focused: boolean,
): readonly Line[] {
  const name = head(printable(`${focused ? '▸ ' : ' '}${title} `), columns - 4);
  const edge = focused ? 'plain' : 'dim';
  const top: Line = [
    span('┌', edge),
    span(name, focused ? 'title' : 'plain'),
    span(`${'─'.repeat(columns - 2 - width(name))}┐`, edge),
  ];
  const body = Array.from(
    { length: rows - 2 },
    (_, at): Line => [span('│', edge), ...fitLine(lines[at] ?? [], columns - 2), span('│', edge)],
  );
  return [top, ...body, [span(`└${'─'.repeat(columns - 2)}┘`, edge)]];
}
