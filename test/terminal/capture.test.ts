/** Programs in a pane, in tmux, and the same ones in tmux alone: what tmux has on its screen is the same, after each key, click and resize. */
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { missing } from '../support/need.ts';
import { PROJECT } from '../support/program.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { onBoth, resizeBoth, type Sides, same } from '../support/side-by-side.ts';
import { smallBuild } from '../support/small-build.ts';
import { Terminal } from '../support/tmux.ts';
import { uiCommand } from '../support/ui-pty.ts';

const need = { skip: missing('tmux', 'static-busybox') };
const DRAW = join(PROJECT, 'test/support/draw.sh');
const PANE = [process.execPath, join(PROJECT, '.build/test/support/pane-program.mjs')];

/** Starts the command in both, in a home of its own, and closes them at the end. */
async function inBoth(command: readonly string[], use: (sides: Sides) => Promise<void>): Promise<void> {
  const words = (side: string): readonly string[] => {
    const home = scratchDirectory(`capture-${side}`);
    writeFileSync(join(home, 'text'), TEXT);
    writeFileSync(join(home, 'tmux.conf'), TMUX);
    const without = ['TMUX', 'TMUX_PANE', 'PROMPT_COMMAND'].flatMap(name => ['-u', name]);
    const environment = [`HOME=${home}`, `TMUX_TMPDIR=${home}`, 'PS1=$ ', 'TERM=xterm-256color'];
    return ['env', `--chdir=${home}`, ...without, ...environment, ...command];
  };
  const size = { columns: 80, rows: 24 };
  const sides: Sides = {
    bare: new Terminal(words('bare'), size),
    pane: new Terminal([...PANE, ...words('pane')], { ...size, rows: 25 }),
    ...size,
  };
  try {
    await use(sides);
  } finally {
    onBoth(sides, terminal => terminal.close());
  }
}

const TEXT = Array.from({ length: 200 }, (_, at) => `line ${at} 日本語 ${'─'.repeat(at % 30)}\n`).join('');
/** One within the other: with the mouse, and nothing that changes by itself. It ends when its terminal does. */
const TMUX = [
  'set -g destroy-unattached on',
  'set -g mouse on',
  'set -g status-right ""',
  'set -g window-status-current-format "window #I#F"',
  'set -g default-command "exec bash --norc"',
  'set -g default-terminal screen-256color',
  // What it can else only ask its terminal for, which tmux and the pane answer each as what they are.
  'set -as terminal-features "xterm*:RGB:usstyle"',
  '',
].join('\n');

test(
  'all that a terminal can show looks the same in the pane, and what is typed, clicked and pasted comes through',
  need,
  async () => {
    await inBoth(['bash', DRAW], async sides => {
      for (const screen of ['attributes', 'colours', 'text', 'moves', 'other', 'back']) {
        await same(sides, `screen ${screen} `);
        onBoth(sides, terminal => terminal.send(' '));
      }
      await keys(sides);
      await mouse(sides);
      for (const [columns, rows] of [
        [100, 30],
        [40, 10],
        [80, 24],
      ] as const) {
        resizeBoth(sides, columns, rows);
        await same(sides, `screen size ${rows} ${columns} `);
      }
    });
  },
);

async function drawings(sides: Sides): Promise<void> {
  for (const screen of ['attributes', 'colours', 'text', 'moves', 'other', 'back']) {
    await same(sides, `screen ${screen} `);
    onBoth(sides, terminal => terminal.send(' '));
  }
}

/** By the names that tmux has for them, in the modes that the program has asked for; and reports, as a terminal sends them. */
async function keys(sides: Sides): Promise<void> {
  let typed = 0;
  const pressed = async (bytes: number, press: (terminal: Terminal) => void): Promise<void> => {
    typed += bytes;
    onBoth(sides, press);
    await same(sides, `screen keys ${typed} `);
  };
  await same(sides, 'screen keys ');
  for (const [name, bytes] of [
    ['Up', 3],
    ['C-Left', 6],
    ['S-F5', 7],
    ['F1', 3],
    ['PgUp', 4],
    ['M-x', 2],
    ['C-M-a', 2],
    ['KP5', 3],
    ['BTab', 3],
    ['Escape', 1],
  ] as const)
    await pressed(bytes, terminal => terminal.press(name));
  await pressed(11, terminal => terminal.send('\u001b[<35;10;5M'));
  await pressed(9, terminal => terminal.send('\u001b[<0;1;1m'));
  await pressed(3, terminal => terminal.send('\u001b[I'));
  await pressed(3, terminal => terminal.send('\u001b[O'));
  // Marked: the program has asked for that. What looks like keys in it are none.
  await pressed(17, terminal => terminal.paste('日 \u001d\nd'));
  onBoth(sides, terminal => terminal.send('q'));
}

/** In the first encoding, which the pane makes of what its terminal reports. */
async function mouse(sides: Sides): Promise<void> {
  await same(sides, 'screen mouse ');
  sides.bare.send('\u001b[M +%');
  sides.pane.send('\u001b[<0;11;5M');
  await same(sides, 'screen mouse 6 ');
  sides.bare.send('\u001b[M#+%');
  sides.pane.send('\u001b[<0;11;5m');
  await same(sides, 'screen mouse 12 ');
  // Not asked for: no marks around a paste, no focus.
  sides.pane.send('\u001b[I');
  onBoth(sides, terminal => terminal.paste('four'));
  await same(sides, 'screen mouse 16 ');
  onBoth(sides, terminal => terminal.send('q'));
}

/** What is typed, or a change of the size, and what is then on the screen. */
type Step = readonly [string | readonly [number, number], string];
interface Session {
  readonly name: string;
  readonly command: readonly string[];
  readonly steps: readonly Step[];
}

const CTRL_B = '\u0002';

const SESSIONS: readonly Session[] = [
  {
    name: 'bash',
    command: ['bash', '--norc', '--noprofile', '-i'],
    steps: [
      ['', '$'],
      ['for c in 1 2 3 4; do printf "\\e[3${c}mcolour $c\\e[0m\\n"; done\r', 'colour 4'],
      ['echo one two\u0001\u001b[C\u001b[C\u000b', '$ ec'],
      ['\u0015echo "日本 $((40 + 2))"\u001b[D\u001b[D\u001b[D\u007f3\r', '日本 43'],
      // Not narrower: terminals differ in how they break lines.
      [[90, 20], '日本 43'],
      ['seq 100\r', '100\n$'],
      [[100, 30], '100\n$'],
      ['slee', '$ slee'],
      ['\u0003', '$ slee^C\n$'],
      ['\u0012seq', "`seq': seq 100"],
    ],
  },
  {
    name: 'busybox vi',
    command: ['busybox', 'vi', 'text'],
    steps: [
      ['', 'line 22'],
      ['\u0006\u0006', 'line 60'],
      ['jjjix日 added ', 'x日 added'],
      ['\u001b', '- text [Modified]'],
      ['dd\u0002', 'line 30'],
      [[100, 30], 'line 49'],
      ['/line 150\r', 'line 150'],
      ['G', 'line 199'],
      [[60, 15], 'line 199'],
    ],
  },
  {
    name: 'busybox less',
    command: ['busybox', 'less', 'text'],
    steps: [
      ['', 'line 21'],
      [' ', 'line 36'],
      ['/line 77\r', 'line 77'],
      ['G', 'line 199'],
      ['g', 'line 0'],
      ['\u001b[B\u001b[B', 'line 22'],
    ],
  },
  {
    name: 'tmux',
    command: ['tmux', '-f', 'tmux.conf', 'new-session'],
    steps: [
      ['', 'window 0*'],
      ["printf '\\e[4:3;38;2;9;99;199mcurly\\e[0m 日本 %s\\n' $((40 + 2))\r", '日本 42'],
      [`${CTRL_B}%`, '│'],
      ['seq 50\r', '50\n'],
      [`${CTRL_B}"`, '├'],
      ['cat text\r', 'line 199'],
      [`${CTRL_B}[`, '[0/'],
      ['\u001b[A\u001b[5~', '[9/'],
      ['q', 'line 199'],
      ['\u001b[<0;5;5M\u001b[<0;5;5m', '├'],
      ['echo there $((6 * 7))\r', 'there 42'],
      [[100, 30], 'there 42'],
      [`${CTRL_B}z`, 'window 0*Z'],
      [`${CTRL_B}c`, 'window 1*'],
    ],
  },
];

for (const { name, command, steps } of SESSIONS)
  test(`${name}: every screen is the same in the pane`, need, async () => {
    await inBoth(command, async sides => {
      for (const [step, holds] of steps) {
        if (typeof step !== 'string') resizeBoth(sides, ...step);
        else if (step !== '') onBoth(sides, terminal => terminal.send(step));
        await same(sides, holds);
      }
    });
  });

test("in the sandbox's shell, over the whole terminal, all looks the same as well", {
  skip: missing('tmux', 'user-namespaces', 'static-bash', 'static-busybox'),
}, async () => {
  const build = smallBuild();
  copyFileSync(DRAW, join(build.directory, 'draw.sh'));
  const size = { columns: 80, rows: 24 };
  const pane = new Terminal(uiCommand(build), { ...size, rows: 25, env: { TMPDIR: '/nowhere' } });
  const bare = new Terminal(['bash', DRAW], size);
  try {
    await pane.until(/\d+ kept$/m);
    await pane.type('/small-1.0', /▸ {2}small /);
    await pane.type('', /\] \/build \$/m);
    pane.send('\u001d');
    await pane.until(/Ctrl-\] itself/);
    pane.send('z');
    await pane.until(/^(?!.*1 Dirs)/s);
    pane.send('source ./draw.sh\r');
    await drawings({ bare, pane, ...size });
  } finally {
    pane.close();
    bare.close();
  }
});
