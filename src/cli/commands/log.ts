/** `log DIR`: the build's log, or what of it tells the failure. */
import { type Failure, fail } from '../../base/failure.ts';
import { shellWord } from '../../base/printable.ts';
import type { FoundLog } from '../../nix/build-log.ts';
import type { KeptBuild } from '../../nix/kept-build.ts';
import { type LogBytes, openLog } from '../../nix/log/bytes.ts';
import { openLogIndex } from '../../nix/log/log-index.ts';
import { chooseLog } from '../../nix/log/of-build.ts';
import { type Colours, excerptsText, phasesText } from '../../report/log.ts';
import { json } from '../../report/text.ts';
import type { RunOptions } from '../arguments.ts';
import { findLogOf } from '../build-log.ts';
import { errorExcerpts, lastLines, printLines } from '../log-lines.ts';
import { recognise } from '../prepare.ts';
import { print, say, sayFailure } from '../say.ts';
import { actForCaller } from '../sudo.ts';

/** What of the log is wanted. */
export interface LogForm {
  readonly part: 'all' | 'errors' | 'phases';
  /** The last lines only; null for all. */
  readonly tail: number | null;
  readonly json: boolean;
}

/** Prints a build's log. Which log that is, and what is wrong with it, is said on stderr. @returns the exit status */
export async function log(directory: string, options: RunOptions, form: LogForm): Promise<number> {
  actForCaller(directory);
  const build = recognise(directory);
  if (!build.ok) return sayFailure(build.failure);
  const found = await findLogOf(build.value, options);
  if (found.log === null) return sayFailure(notFound(build.value, found));
  const opened = openLog(found.log);
  if (!opened.ok) return sayFailure(opened.failure);
  if (form.json) return printJson(build.value, found, opened.value, form);
  say(`${found.log.path}: ${found.foundBy}`);
  const colours = wantsColours() ? 'kept' : 'none';
  return form.part === 'all' ? printText(opened.value, form.tail, colours) : printFacts(opened.value, form, colours);
}

function notFound(build: KeptBuild, found: FoundLog): Failure {
  return fail(`show the log of ${build.outer}`, {
    because: found.foundBy,
    hint:
      chooseLog(found, build) ??
      `where the store keeps logs of other machines, 'nix log' may have it; 'nix-build-shell show ${shellWord(build.outer)}' tells what else is known`,
  }).failure;
}

/** https://no-color.org: set, and not empty. */
function wantsColours(): boolean {
  return process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb';
}

async function printText(log: LogBytes, tail: number | null, colours: Colours): Promise<number> {
  const problems: string[] = [];
  const problem = (sentence: string): void => void problems.push(sentence);
  const status =
    tail === null ? await printLines(log, colours, problem) : print(await lastLines(log, tail, colours, problem));
  log.close();
  for (const sentence of problems) say(sentence);
  return status;
}

async function printFacts(log: LogBytes, form: LogForm, colours: Colours): Promise<number> {
  const index = openLogIndex(log);
  await index.ready;
  const { facts, problems } = index.state();
  const text = form.part === 'phases' ? phasesText(facts) : excerptsText(await errorExcerpts(index), facts, colours);
  await index.close();
  for (const sentence of problems) say(sentence);
  return print(text);
}

async function printJson(build: KeptBuild, found: FoundLog, log: LogBytes, form: LogForm): Promise<number> {
  const index = openLogIndex(log);
  await index.ready;
  const { facts, problems } = index.state();
  const { log: file, foundBy } = found;
  const first = form.tail === null ? facts.lineCount + 1 : Math.max(1, facts.lineCount + 1 - form.tail);
  const lines = form.tail === null ? {} : { lines: await index.lines(first, form.tail) };
  const excerpts = form.part === 'errors' ? { excerpts: await errorExcerpts(index) } : {};
  await index.close();
  return print(json({ version: 1, build: build.outer, log: file, foundBy, problems, ...facts, ...lines, ...excerpts }));
}
