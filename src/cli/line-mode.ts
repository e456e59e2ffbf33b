/**
 * The UI for screen readers and simple terminals: a numbered list, a prompt, and everything else on the terminal as it is. Nothing is drawn
 * over, nothing is drawn but words (dist/plain.cjs).
 */
import { resolve } from 'node:path';
import { createInterface, type Interface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { failureLine } from '../base/failure.ts';
import { printable } from '../base/printable.ts';
import type { KeptBuild } from '../nix/kept-build.ts';
import { listKeptBuilds } from '../nix/locations.ts';
import { runForeground } from '../nix/on-terminal.ts';
import { type TreeSize, treeSize } from '../nix/tree-size.ts';
import { age } from '../report/text.ts';
import { optionWords } from '../ui/command-line.ts';
import { contentsOf } from '../ui/contents.ts';
import { NO_CHOICES } from '../ui/state.ts';
import { buildLogs } from './build-log.ts';
import { HOW } from './commands/list.ts';
import { demoCommand } from './demo.ts';
import { identities, removeKept } from './kept-removal.ts';
import { lookInto } from './look-into.ts';
import { print, sayFailure } from './say.ts';
import type { UiArguments } from './ui-arguments.ts';

const HELP =
  'A number opens a shell. e, p, l or d and a number: environment, plan, log of the errors, delete. r: list again. q: leave.\n';

/** What each letter runs, before the directory. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  '': [],
  s: [],
  e: ['env'],
  p: ['plan'],
  l: ['log', '--errors'],
};

/** Asks what to do until the person leaves. @returns the exit status */
export async function lineMode({ store, directories }: UiArguments): Promise<number> {
  const seen = identities();
  const extra = directories.map(directory => resolve(directory));
  const list = async (): Promise<readonly KeptBuild[]> => {
    const found = await listKeptBuilds({ environment: process.env, storeRoot: store, extra });
    print(await numbered(seen.note(found), store));
    return found;
  };
  let builds = await list();
  for (const looked of extra.map(lookInto)) if (!looked.ok) sayFailure(looked.failure);
  // Without a person to ask, that is all.
  if (!process.stdin.isTTY) return 0;
  print(builds.length === 0 ? helpOnNothing() : HELP);
  for (;;) {
    const answer = await ask('What? ');
    if (answer === null || /^q(uit)?$/i.test(answer)) return 0;
    const [, letter = '', number = ''] = /^([a-z]?)\s*(\d*)$/i.exec(answer) ?? [];
    const build = builds[Number(number) - 1];
    const words = COMMANDS[letter];
    if (answer === 'r') builds = await list();
    else if (answer === 'demo') await runDemo();
    else if (build === undefined) print(`There is no such build or command. ${HELP}`);
    else if (letter === 'd') {
      await remove(build, seen);
      builds = await list();
    } else if (words !== undefined) await run(words, build, store);
    else print(HELP);
  }
}

/** What can be done on a machine without kept builds. */
function helpOnNothing(): string {
  const demo = demoCommand();
  const offer = demo.ok ? `demo: enters that build (${printable(demo.value.shown)}). ` : '';
  return `${offer}r: list again. q: leave.\n`;
}

async function runDemo(): Promise<void> {
  const demo = demoCommand();
  const ended = demo.ok ? await runForeground(demo.value.argv) : demo;
  if (!ended.ok) print(`${printable(failureLine(ended.failure))}\n`);
}

async function numbered(builds: readonly KeptBuild[], store: string | null): Promise<string> {
  if (builds.length === 0) return HOW;
  const logs = await buildLogs(builds, store);
  const now = Date.now();
  const lines = builds.map((build, at) => {
    const summary = logs[at]?.summary;
    const phase = summary?.failingPhase ?? null;
    const failed = phase === null ? '' : `, failed in ${phase}`;
    const said = summary?.lastError ?? summary?.lastLine ?? null;
    const closed = build.access === 'readable' ? '' : ', not readable for you';
    const owner = build.owner.user ?? String(build.owner.uid);
    const name = build.name?.value ?? build.outer;
    return printable(
      `${at + 1}. ${name}, ${age(build.keptAtMs, now)} ago, of ${owner}${closed}${failed}${said === null ? '' : `: ${said}`}`,
    );
  });
  return `${lines.join('\n')}\n`;
}

async function remove(build: KeptBuild, seen: ReturnType<typeof identities>): Promise<void> {
  const what = `Delete ${printable(build.outer)} (${await counted(build)})?`;
  const answer = await ask(`${what} This cannot be undone. Type yes to delete: `);
  if (answer?.toLowerCase() !== 'yes') return void print('It is kept.\n');
  const removed = await removeKept(build, seen);
  print(removed.ok ? 'Deleted.\n' : `${printable(failureLine(removed.failure))}\n`);
}

/** So long a tree is counted before the question is asked with what was counted until then. */
const COUNT_MS = 5000;

async function counted({ content }: KeptBuild): Promise<string> {
  let size: TreeSize | null = null;
  let whole = true;
  try {
    const onProgress = (soFar: TreeSize): void => void (size = soFar);
    size = await treeSize(content, { signal: AbortSignal.timeout(COUNT_MS), onProgress });
  } catch {
    whole = false;
  }
  return words(size, whole);
}

function words(size: TreeSize | null, whole: boolean): string {
  const closed = size === null || (size.closed > 0 && size.files + size.directories === 0);
  const partly = !whole || (size?.closed ?? 0) > 0;
  return contentsOf({ sizeBytes: closed ? null : size.diskBytes, files: size?.files ?? null, partly, done: true });
}

async function run(words: readonly string[], build: KeptBuild, store: string | null): Promise<void> {
  const main = fileURLToPath(new URL('./main.cjs', import.meta.url));
  const ended = await runForeground([process.execPath, main, ...words, ...optionWords(store, NO_CHOICES), build.outer]);
  if (!ended.ok) print(`${printable(failureLine(ended.failure))}\n`);
  else if (words.length === 0) print(`The shell ended with status ${ended.value}.\n`);
}

/** A line of the person's; null at the end of input. The terminal is the reader's only while it waits: a shell may come next. */
async function ask(question: string): Promise<string | null> {
  const terminal: Interface = createInterface({ input: process.stdin, output: process.stdout, terminal: false });
  try {
    const closed = new Promise<null>(resolve => terminal.once('close', () => resolve(null)));
    const answer = await Promise.race([terminal.question(question), closed]);
    return answer === null ? null : answer.trim();
  } finally {
    terminal.close();
  }
}
