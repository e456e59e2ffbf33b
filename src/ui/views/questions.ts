/** The questions before shells are ended. */
import { counted } from '../../report/text.ts';
import { type Line, span, wordChunks } from '../line.ts';
import { othersToEnd, type State } from '../state.ts';

function answers(yes: string, no: string): Line {
  return [span('y', 'strong'), span(` ${yes}   `), span('n', 'strong'), span(` ${no}`)];
}

/** Before leaving, while programs run in panes. */
export function quitLines({ panes }: State, cells: number): readonly Line[] {
  const running = panes.filter(({ ended }) => ended === null).length;
  const words =
    running > 1
      ? `Programs still run in ${running} shells; leaving ends them.`
      : 'A program still runs in a shell; leaving ends it.';
  return [...sentences(words, cells), answers('leave', 'stay')];
}

/** Before the first shell of a sandbox, in which others run, is closed or started again: the box's title and lines. */
export function endOthersContent(
  state: State,
  by: 'close' | 'restart',
  cells: number,
): { readonly title: string; readonly lines: readonly Line[] } {
  const name = state.panes.find(({ id }) => id === state.pane)?.name ?? '';
  const others = othersToEnd(state);
  const end = others === 1 ? 'runs in its sandbox, and ends' : 'run in its sandbox, and end';
  const words = `${counted(others, 'other shell')} ${end} with it. What was changed in its /build goes, too.`;
  return {
    title: by === 'close' ? `Close the first shell of ${name}?` : `Start the first shell of ${name} again?`,
    lines: [...sentences(words, cells), answers(by === 'close' ? 'close' : 'start again', 'leave all as it is')],
  };
}

function sentences(words: string, cells: number): readonly Line[] {
  return wordChunks(words, cells).map(text => [span(text)]);
}
