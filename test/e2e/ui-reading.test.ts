/** What a shell in the pane has printed: searched, selected and copied, in a real terminal. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missing } from '../support/need.ts';
import { until } from '../support/patience.ts';
import { smallBuild } from '../support/small-build.ts';
import { inPty, select, uiCommand } from '../support/ui-pty.ts';

const need = { skip: missing('static-bash', 'static-busybox', 'user-namespaces') };
const INVERSE = '\u001b[0;7m';

/** A shell in the pane that has printed `row 1` to `row 200`, and the keyboard is the chrome's. */
async function afterOutput() {
  let bytes = '';
  const pty = inPty(uiCommand(smallBuild()), { onBytes: part => (bytes += Buffer.from(part).toString('utf8')) });
  await select(pty);
  pty.type('s');
  await pty.shows(/\] \/build \$$/m);
  pty.type('for ((at = 1; at <= 200; at++)); do echo "row $at of them"; done\r');
  await pty.shows(/^row 200 of them\n.*\] \/build \$$/m);
  pty.type('\u001d[');
  await pty.shows('into the shell');
  const written = (text: string): Promise<unknown> =>
    until(`${JSON.stringify(text)} is not written`, () => bytes.includes(text), pty.screen);
  return { pty, written, bytes: () => bytes };
}

test(
  'a search shows its hits on the screen and above it, marks them, and says where it begins again',
  need,
  async () => {
    const { pty, written } = await afterOutput();
    pty.type('/row 19\r');
    await written(`${INVERSE}row 19`);
    // The nine others on the screen.
    await written('\u001b[0;4mrow 19');
    assert.doesNotMatch(pty.screen(), /scrolled back/);
    pty.type('/row 42\r');
    await pty.shows(/^row 42 of them$/m);
    await written(`${INVERSE}row 42`);
    await pty.shows('scrolled back');
    pty.type('n');
    await pty.shows('nothing further up: from the end again');
    pty.type('N');
    await pty.shows('nothing further down: from the top again');
    pty.type('/not-there\r');
    await pty.shows("'not-there' is nowhere in what it printed");
    pty.type('\r');
    await pty.shows(/^row 200 of them\n.*\] \/build \$$/m);
    pty.type('echo back-$((40 + 2))\r');
    await pty.shows(/^back-42$/m);
    pty.type('\u001dxq');
    assert.equal((await pty.ended()).status, 0);
  },
);

test(
  'lines above the screen are selected and copied; Esc ends the selection, then the search, then goes to the list',
  need,
  async () => {
    const { pty, written, bytes } = await afterOutput();
    pty.type('/row 100\rv');
    await pty.shows('1 selected');
    pty.type('jj');
    await pty.shows('3 selected');
    pty.type('y');
    const lines = 'row 100 of them\nrow 101 of them\nrow 102 of them\n';
    await written(`\u001b]52;c;${Buffer.from(lines).toString('base64')}\u0007`);
    await pty.shows('copied');
    pty.type('vk');
    await pty.shows('2 selected');
    pty.type('\u001b');
    await pty.shows(/^(?!.*selected).*scrolled back/s);
    const before = bytes().length;
    pty.type('\u001b');
    await until('the hit stays marked', () => bytes().slice(before).includes('\u001b[0mrow 100'), pty.screen);
    pty.type('\u001b');
    await pty.shows(/▸1 Dirs/);
    pty.type('q');
    await pty.shows('A program still runs');
    pty.type('y');
    assert.equal((await pty.ended()).status, 0);
  },
);
