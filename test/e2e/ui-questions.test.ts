/** What a program in the pane asks its terminal for, and calls its window, in a real terminal that answers. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { missing } from '../support/need.ts';
import { until } from '../support/patience.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { smallBuild } from '../support/small-build.ts';
import { inPty, select, uiCommand } from '../support/ui-pty.ts';

const need = { skip: missing('static-bash', 'static-busybox', 'user-namespaces') };

/** A shell in the pane, with these settings, in a terminal whose background is the one given; null: it answers nothing. */
async function shellWith(settings: Readonly<Record<string, unknown>>, background: string | null) {
  const config = scratchDirectory('config');
  mkdirSync(join(config, 'nix-build-shell'));
  writeFileSync(join(config, 'nix-build-shell/settings.json'), JSON.stringify(settings));
  let bytes = '';
  let answered = 0;
  const onBytes = (part: Uint8Array): void => {
    bytes += Buffer.from(part).toString('utf8');
    if (background === null || answered > 0 || !bytes.includes('\u001b]11;?')) return;
    answered += 1;
    pty.type(`\u001b]11;${background}\u001b\\`);
  };
  const pty = inPty(uiCommand(smallBuild()), { env: { XDG_CONFIG_HOME: config }, onBytes });
  await select(pty);
  pty.type('s');
  await pty.shows(/\] \/build \$$/m);
  // The question, then one that every terminal answers: up to the end of that answer.
  pty.type(`ask() { printf '\\e]11;?\\a\\e[c'; IFS= read -rs -d c got; printf 'got %q\\n' "$got"; }; ask`);
  pty.type('\r');
  return { pty, bytes: () => bytes };
}

async function leave(pty: ReturnType<typeof inPty>): Promise<void> {
  pty.type('\u001dx');
  await pty.shows(/▸1 Dirs/);
  pty.type('q');
  assert.deepEqual(await pty.ended(), { status: 0, signal: 0 });
}

test(
  "it is told the terminal's own background, which was asked for once; what was answered is no key",
  need,
  async () => {
    const { pty, bytes } = await shellWith({}, 'rgb:12/34/56');
    await pty.shows("got $'\\E]11;rgb:1212/3434/5656\\E\\\\\\E[?1;2'");
    assert.equal(bytes().split('\u001b]11;?').length, 2);
    await leave(pty);
  },
);

test('where the terminal does not answer it is told what the theme makes likely', need, async () => {
  const { pty } = await shellWith({ theme: 'light' }, null);
  await pty.shows("got $'\\E]11;rgb:ffff/ffff/ffff\\E\\\\\\E[?1;2'");
  await leave(pty);
});

test('where the settings forbid it nobody is asked, and nothing is told', need, async () => {
  const { pty, bytes } = await shellWith({ tellColours: false }, 'rgb:12/34/56');
  await pty.shows("got $'\\E[?1;2'");
  assert.doesNotMatch(bytes(), /\u001b\]\d+;[^\u0007\u001b]*\?/);
  await leave(pty);
});

/** Two titles, the second one hostile; the last line still says how to get out. */
async function withTitles(pty: ReturnType<typeof inPty>): Promise<void> {
  await pty.shows('got ');
  pty.type("printf '\\e]2;first title\\a'\r");
  await pty.shows(/^ small-1\.0 first title .*Ctrl-\] menu$/m);
  pty.type(`printf '\\e]0;evil \\xe2\\x80\\xae %s\\a' "$(printf 'x%.0s' {1..500})"\r`);
  await pty.shows(/^ small-1\.0 evil \\u\{202e\} x+… .*Ctrl-\] menu$/m);
}

test("a window's title is seen in the pane's last line, and nowhere else", need, async () => {
  const { pty, bytes } = await shellWith({}, null);
  await withTitles(pty);
  await leave(pty);
  assert.doesNotMatch(bytes(), /\u001b\][012];|\u001b\[2[123];?\d*t/);
});

test('with the setting the terminal is called so as well, and as before in the end', need, async () => {
  const { pty, bytes } = await shellWith({ title: true }, null);
  await withTitles(pty);
  const called = (text: string): Promise<unknown> =>
    until(`it is not called ${text}`, () => bytes().includes(`\u001b]2;${text}`), pty.screen);
  await called('small-1.0: first title\u0007');
  await called('small-1.0: evil \\u{202e} xx');
  await leave(pty);
  assert.equal(bytes().match(/\u001b\[22;2t/g)?.length, 1);
  assert.ok(bytes().lastIndexOf('\u001b[23;2t') > bytes().lastIndexOf('\u001b]2;nix-build-shell\u0007'));
  for (const [, title = ''] of bytes().matchAll(/\u001b\]2;([^\u0007]*)\u0007/g))
    assert.doesNotMatch(title, /[\u0000-\u001f\u007f-\u009f]/);
});
