/** A failure as a panel: what did not work, why, and what to do. */
import { type Failure, failureLine } from '../../base/failure.ts';
import { printable } from '../../base/printable.ts';
import { type Line, span, wordChunks } from '../line.ts';

/** The lines of a failure, wrapped. */
export function failureView({ hint, ...rest }: Failure, cells: number): readonly Line[] {
  const what = printable(failureLine({ ...rest, hint: null }));
  const todo = hint === null ? [] : wordChunks(printable(hint), cells - 2);
  return [
    [],
    ...wordChunks(what, cells - 2).map((text): Line => [span(` ${text}`, 'warning')]),
    [],
    ...todo.map((text): Line => [span(` ${text}`, 'accent')]),
  ];
}
