/** `enter [WHICH [CMD…]]`: a second command in a sandbox that runs; without WHICH, those that run. */
import { statSync } from 'node:fs';
import { EXIT, fail, ok, type Result } from '../../base/failure.ts';
import { hasEnded } from '../../ffi/pidfd.ts';
import { absolutePath } from '../../nix/own-directory.ts';
import { userName } from '../../nix/users.ts';
import { runningText } from '../../report/running.ts';
import { json } from '../../report/text.ts';
import { hasTerminal } from '../../sandbox/has-terminal.ts';
import { entrancePlan } from '../../sandbox/join.ts';
import type { RunOutcome } from '../../sandbox/run.ts';
import {
  ageMs,
  isBeingMade,
  isRunBy,
  openRunning,
  type RunningSandbox,
  runningSandboxes,
} from '../../session/running.ts';
import { missingInside, promptInside } from '../enter-inside.ts';
import { recognise } from '../prepare.ts';
import { runHere } from '../run-here.ts';
import { print, say, sayFailure } from '../say.ts';
import { actForCaller, actForOwner } from '../sudo.ts';

const HINT = "'nix-build-shell enter' names those that run";
/** How often it is looked for while it is being made. */
const AGAIN_MS = 50;
/** As long as a start may take on a busy machine, until it has a session. */
const START_MS = 10_000;
/** The kernel kills what was entered first, and process 1 has ended a moment later. */
const END_SECONDS = 1;
const SIGKILL = 9;

/** Prints the sandboxes that run. @returns the exit status */
export function listRunning(asJson: boolean): number {
  const running = runningSandboxes(process.env);
  if (asJson) return print(json(running.map(told)));
  if (running.length > 0) return print(runningText(running, Date.now()));
  return print("No sandbox of yours runs; 'nix-build-shell DIR' starts one.\n");
}

/** Without the steps: `plan` tells those. */
function told({ version, launcher, init, outer, name, sinceMs, command, root }: RunningSandbox): unknown {
  return { version, launcher, init: init.pid, outer, name, sinceMs, command, root };
}

/** Runs CMD, or an interactive shell, in a sandbox that runs. @returns the exit status */
export async function enter(which: string, command: readonly string[]): Promise<number> {
  if (command.length === 0 && !process.stdin.isTTY) {
    say('CMD is missing, and without a terminal there is no interactive shell');
    return EXIT.usage;
  }
  if (/^[0-9]+$/.test(which)) actForOwner(Number(which));
  else actForCaller(which);
  const found = await find(which);
  if (!found.ok) return sayFailure(found.failure);
  const sandbox = found.value;
  const pidfd = openRunning(sandbox);
  if (pidfd === null) return sayFailure(gone(which).failure);
  const missing = missingInside(sandbox, pidfd, command);
  if (missing !== null) return sayFailure(missing);
  if (command.length === 0) say(`in ${whatRuns(sandbox)}, beside its first shell or command; it ends with that`);
  const words = command.length === 0 ? { prompt: promptInside(sandbox, pidfd) } : { command };
  const outcome = await runHere(
    entrancePlan(sandbox.entrance, words, { root: sandbox.root, terminal: hasTerminal() }),
    {
      sandbox: pidfd,
    },
  );
  if (outcome.kind === 'failed') return sayFailure(outcome.failure);
  if (endedWithIt(outcome, pidfd)) say(`the sandbox has ended with ${whatBegan(sandbox)}, and so has what was entered`);
  return outcome.status;
}

async function find(which: string): Promise<Result<RunningSandbox>> {
  return /^[0-9]+$/.test(which) ? findByProcess(Number(which)) : findByDirectory(which);
}

async function findByProcess(pid: number): Promise<Result<RunningSandbox>> {
  for (; ; await new Promise(resolve => setTimeout(resolve, AGAIN_MS))) {
    const found = runningSandboxes(process.env).filter(sandbox => isRunBy(sandbox, pid));
    if (found.length > 0) return onlyOne(found, `process ${pid}`);
    if (!isBeingMade(process.env, pid) && !mayBegin(pid)) return noneOf(pid);
  }
}

/** Whether it is the caller's and so young that it may be about to make a sandbox, and have no session yet. */
function mayBegin(pid: number): boolean {
  const age = ageMs(pid);
  return age !== null && age < START_MS && ownerOf(pid) === process.geteuid?.();
}

function ownerOf(pid: number): number | undefined {
  return statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid;
}

function noneOf(pid: number): Result<never> {
  const owner = ownerOf(pid);
  const because =
    owner === undefined
      ? `no process has the number ${pid}`
      : owner === process.geteuid?.()
        ? `process ${pid} runs none`
        : `process ${pid} is that of ${userName(owner) ?? `user ${owner}`}, and not yours`;
  return fail(`enter the sandbox of process ${pid}`, { because, hint: HINT });
}

function findByDirectory(which: string): Result<RunningSandbox> {
  const recognised = recognise(which);
  const outer = recognised.ok ? recognised.value.outer : absolutePath(which);
  const found = runningSandboxes(process.env).filter(sandbox => sandbox.outer === outer);
  return onlyOne(found, which);
}

function onlyOne(found: readonly RunningSandbox[], which: string): Result<RunningSandbox> {
  const [first, ...others] = found;
  if (first === undefined) return gone(which);
  if (others.length === 0) return ok(first);
  const numbers = found.map(({ launcher }) => launcher).join(', ');
  return fail(`enter the sandbox of ${which}`, {
    because: `there are ${found.length}`,
    hint: `name one of them: ${numbers}`,
  });
}

function gone(which: string): { readonly ok: false; readonly failure: ReturnType<typeof fail>['failure'] } {
  return fail(`enter the sandbox of ${which}`, { because: 'none of yours runs', hint: HINT });
}

function whatRuns({ name, outer, launcher }: RunningSandbox): string {
  return `${name ?? outer} (process ${launcher})`;
}

function whatBegan({ command }: RunningSandbox): string {
  return command.length === 0 ? 'its first shell' : 'its first command';
}

/** Whether the command was killed because the sandbox ended, not by somebody. */
function endedWithIt({ signal }: Extract<RunOutcome, { kind: 'ended' }>, pidfd: number): boolean {
  return signal === SIGKILL && hasEnded(pidfd, END_SECONDS);
}
