/** What is done in the recordings of real programs: fixtures/terminal. */
import { execFileSync } from 'node:child_process';
import { utimesSync, writeFileSync } from 'node:fs';

export interface CastSession {
  readonly name: string;
  readonly command: readonly string[];
  /** Says which version it was. */
  readonly version: readonly string[];
  /** Keys, each after the program went quiet; `[columns, rows]` is a resize. */
  readonly keys: readonly (string | readonly [number, number])[];
}

/** The files that the programs work with, in the current directory. */
export function makeCastFiles(): void {
  const lines = Array.from(
    { length: 400 },
    (_, at) => `int line_${at}(void) { return ${at}; } /* 日本語 e\u0301 🥲 ${'─'.repeat(at % 12)} */\n`,
  );
  writeFileSync('text.c', lines.join(''));
  writeFileSync('text.md', UNDERLINED);
  writeFileSync('sum.c', SUM);
  execFileSync('gcc', ['-g', '-O0', '-o', 'sum', 'sum.c']);
  for (const file of ['text.c', 'text.md', 'sum.c', 'sum']) utimesSync(file, 1_700_000_000, 1_700_000_000);
}

const UNDERLINED = `A wrod that is speled wrongly, café, 日本語.\n`;
const SUM = `#include <stdio.h>

static int sum(int to) {
  int all = 0;
  for (int at = 1; at <= to; at++)
    all += at;
  return all;
}

int main(void) {
  for (int to = 1; to <= 5; to++)
    printf("%d: %d\\n", to, sum(to));
  return 0;
}
`;

const [UP, DOWN, RIGHT, LEFT] = ['\u001b[A', '\u001b[B', '\u001b[C', '\u001b[D'];
const [APP_UP, APP_DOWN] = ['\u001bOA', '\u001bOB'];
const F10 = '\u001b[21~';
/** A press and a release of the left button, or a turn of the wheel, at a cell counted from 1. */
const click = (x: number, y: number): string => `\u001b[<0;${x};${y}M\u001b[<0;${x};${y}m`;
const wheelDown = (x: number, y: number): string => `\u001b[<65;${x};${y}M`;
const pasted = (text: string): string => `\u001b[200~${text}\u001b[201~`;

export const CAST_SESSIONS: readonly CastSession[] = [
  {
    name: 'bash',
    command: ['bash', '--norc', '-i'],
    version: ['bash', '--version'],
    keys: [
      'ls -la --color=always\r',
      'printf "\\e[1;38;5;200mcolour\\e[0m 日本 \\e[4:3;58:2::255:0:0mcurly\\e[0m \\e[21mtwice\\e[0m\\n"\r',
      'echo one two\u0001\u001b[C\u000b',
      'x\u0003',
      pasted('echo a paste\necho of two lines'),
      '\r',
      [70, 20],
      'seq 200 | paste - - - - -\r',
      'exit\r',
    ],
  },
  {
    name: 'vim',
    command: ['vim', '-n', '-u', 'NONE', '-N', '+syntax on', 'text.c'],
    version: ['vim', '--version'],
    keys: [
      'jjj',
      APP_DOWN + APP_DOWN + APP_UP,
      '\u0006',
      ':set number mouse=a\r',
      click(20, 10),
      wheelDown(20, 10),
      '/line_200\r',
      'dd',
      'ihello 日本 \u001b',
      'o' + pasted('pasted\ttext') + '\u001b',
      ':split\r',
      [80, 24],
      ':vsplit\r',
      [120, 40],
      ':set termguicolors | colorscheme desert\r',
      'G',
      ':!echo outside\r',
      '\r',
      ':qa!\r',
    ],
  },
  {
    name: 'vim-spell',
    command: [
      'vim',
      '-n',
      '-u',
      'NONE',
      '-N',
      '--cmd',
      'let &t_Cs = "\\e[4:3m" | let &t_Ce = "\\e[4:0m" | let &t_AU = "\\e[58:5:%dm" | let &t_8u = "\\e[58:2:%lu:%lu:%lum"',
      '+set spell termguicolors',
      '+hi SpellBad cterm=undercurl ctermul=1 guisp=#ff8800 gui=undercurl guibg=NONE ctermbg=NONE',
      'text.md',
    ],
    version: ['vim', '--version'],
    keys: [']s', 'xx', [60, 12], ':q!\r'],
  },
  {
    name: 'less',
    command: ['less', '--mouse', 'text.c'],
    version: ['less', '--version'],
    keys: ['  ', '/line_77\r', 'G', 'g', APP_DOWN, wheelDown(5, 5), [60, 15], '-S', '\r', `${RIGHT}${RIGHT}`, 'q'],
  },
  {
    name: 'htop',
    command: ['htop', '-d', '100'],
    version: ['htop', '--version'],
    keys: [DOWN, 'h', 'q', '\u001b[15~', click(10, 12), [70, 20], 'q'],
  },
  {
    name: 'mc',
    command: ['mc', '-b', '.', '/mnt'],
    version: ['mc', '--version'],
    keys: ['\t', DOWN + DOWN, '\u001b[13~', F10, click(60, 5), [80, 24], '\u001b[20~', F10, F10, '\r'],
  },
  {
    name: 'mc-colour',
    command: ['mc', '.', '/mnt'],
    version: ['mc', '--version'],
    keys: [DOWN, '\u001b[20~', RIGHT, DOWN, '\u001b\u001b', [70, 20], click(10, 4), F10, '\r'],
  },
  {
    name: 'tmux',
    command: ['tmux', '-f', '/dev/null', 'new-session', 'bash --norc'],
    version: ['tmux', '-V'],
    keys: [
      'printf "\\e[4:3mcurly\\e[0m \\e[38;2;200;100;0mtrue\\e[0m 日本 e\\u0301\\n"\r',
      '\u0002%',
      'seq 100\r',
      '\u0002"',
      'ls -la --color=always\r',
      '\u0002o',
      '\u0002z',
      '\u0002z',
      '\u0002:',
      'set mouse on\r',
      click(10, 5),
      wheelDown(70, 5),
      '\u0002[',
      `${UP}${UP} ${UP}${LEFT}\r`,
      '\u0002t',
      'q',
      [80, 24],
      [120, 36],
      '\u0002c',
      '\u0002w',
      `${DOWN}${DOWN}\r`,
      '\u0002?',
      'q',
      '\u0002:',
      'kill-server\r',
    ],
  },
  {
    name: 'fzf',
    command: ['sh', '-c', 'cat text.c text.md sum.c | fzf --multi --border --preview "echo {} | fold -w 20"'],
    version: ['fzf', '--version'],
    keys: [
      'line',
      '1',
      UP + UP,
      '\t\t',
      click(8, 20),
      wheelDown(8, 20),
      `${LEFT}\u001b[1~x\u007f`,
      [80, 24],
      '\u0015日',
      '\u007f',
      [110, 30],
      '\r',
    ],
  },
  {
    name: 'fzf-inline',
    command: ['sh', '-c', 'seq 1000 | fzf --height 40% --reverse --color=16'],
    version: ['fzf', '--version'],
    keys: ['7', DOWN, DOWN, '\u007f', '99', '\u001b'],
  },
  {
    name: 'gdb',
    command: ['gdb', '-q', '-nx', './sum'],
    version: ['gdb', '--version'],
    keys: [
      'set debuginfod enabled off\r',
      'break sum\r',
      'run\r',
      'backtrace\r',
      'p al\t\r',
      'tui enable\r',
      'next\r',
      'next\r',
      'layout split\r',
      [80, 24],
      'layout regs\r',
      '\u0018o',
      `${DOWN}${DOWN}${UP}`,
      '\u001b[6~',
      [110, 36],
      'focus cmd\r',
      'finish\r',
      '\u0018a',
      UP,
      '\u0003',
      'info locals\r',
      'quit\r',
      'y\r',
    ],
  },
];
