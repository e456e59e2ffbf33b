/** A terminal whose panes run nothing: they end when the test says so. */
import type { Pane, PaneSpec, PaneState, TerminalApp } from '../../src/terminal/terminal-app.ts';

export interface FakePane extends Pane {
  readonly words: readonly string[];
  /** Its program has ended. */
  ends(status: number): void;
}

export interface FakeTerminal extends Pick<TerminalApp, 'openPane' | 'size'> {
  /** All that were opened. */
  readonly opened: readonly FakePane[];
}

/** The first pane has the number and the process 101. */
export function fakeTerminal(): FakeTerminal {
  const opened: FakePane[] = [];
  const openPane = ({ command }: PaneSpec): FakePane => {
    const pane = fakePane(101 + opened.length, command);
    opened.push(pane);
    return pane;
  };
  return { opened, openPane, size: () => ({ columns: 80, rows: 24 }) };
}

function fakePane(id: number, words: readonly string[]): FakePane {
  let state: PaneState = { kind: 'running' };
  const listeners: (() => void)[] = [];
  const ends = (status: number): void => {
    if (state.kind === 'ended') return;
    state = { kind: 'ended', status, signal: null };
    for (const listener of listeners) listener();
  };
  return {
    id,
    pid: id,
    words,
    ends,
    state: () => state,
    title: () => '',
    resize: () => undefined,
    write: () => undefined,
    paste: () => undefined,
    close: async () => ends(129),
    onChange: listener => {
      listeners.push(listener);
      return () => undefined;
    },
    scroll: () => undefined,
    scrolledBack: () => 0,
    search: () => 'nowhere',
    select: () => undefined,
    selected: () => 0,
    unmark: () => null,
    end: () => undefined,
    text: () => '',
  };
}
