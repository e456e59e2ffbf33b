/** All questions about sandboxes on this machine, in the order in which their answers are shown. */
import { readFileSync, realpathSync } from 'node:fs';
import { release } from 'node:os';
import { fromBytes } from '../../base/path.ts';
import type { Answer } from './answer.ts';
import { callFilter, changedRoot, container, ownIds } from './confinement.ts';
import { privilegedTools, sessionSpace, subordinateIds } from './files.ts';
import { deviceNodes, executableMemory, kernelVersion, kvm, mountLimit, overlay, terminals } from './kernel.ts';
import { altSwitch, debianSwitch, kernelSupport, namespaceLimits } from './limits.ts';
import { appArmor, seLinux } from './lsm.ts';
import type { Machine } from './machine.ts';
import { type Probes, probeIfPossible } from './probe.ts';
import { maskedProc } from './proc.ts';
import { trialAnswer, unexplained } from './trial-answer.ts';

/** The machine that this process runs on. */
export function thisMachine(path: string): Machine {
  const uid = process.getuid?.() ?? 0;
  return {
    root: '',
    uid,
    gid: process.getgid?.() ?? 0,
    user: userName(uid),
    node: nodeProgram(),
    kernel: release(),
    path: path.split(':').filter(directory => directory.startsWith('/')),
  };
}

/** Without /proc Node does not know its own path. */
function nodeProgram(): string {
  try {
    return realpathSync(process.execPath);
  } catch {
    return process.execPath;
  }
}

function userName(uid: number): string | null {
  try {
    const lines = fromBytes(readFileSync('/etc/passwd')).split('\n');
    return lines.map(line => line.split(':')).find(words => words[2] === String(uid))?.[0] ?? null;
  } catch {
    return null;
  }
}

/**
 * Everything but Nix.
 * @param sessions where working copies are put: the first of these that can be had
 */
function sandboxAnswers(machine: Machine, probes: Probes, sessions: readonly string[]): readonly Answer[] {
  const answers = [
    trialAnswer(machine, probes),
    kernelSupport(machine),
    namespaceLimits(machine, probes),
    debianSwitch(machine, probes),
    altSwitch(machine, probes),
    maskedProc(machine, probes),
    appArmor(machine, probes),
    seLinux(machine, probes),
    callFilter(machine, probes),
    changedRoot(machine, probes),
    ownIds(machine, probes),
    container(machine),
    kernelVersion(machine, probes),
    executableMemory(machine, probes),
    deviceNodes(machine),
    terminals(machine),
    mountLimit(machine),
    overlay(machine, probes),
    kvm(machine),
    sessionSpace(machine, sessions),
    privilegedTools(machine),
    subordinateIds(machine),
  ].filter(answer => answer !== null);
  const rest = unexplained(probes, answers);
  return rest === null ? answers : [...answers.slice(0, 1), rest, ...answers.slice(1)];
}

/** Tries what has to be tried on the machine, and asks. */
export async function gatherSandboxAnswers(machine: Machine, sessions: readonly string[]): Promise<readonly Answer[]> {
  return sandboxAnswers(machine, await probeIfPossible(machine), sessions);
}
