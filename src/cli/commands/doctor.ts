/** `nix-build-shell doctor`: asks the machine whether sandboxes can be made on it, and what else does not work. */
import { writeSync } from 'node:fs';
import { homedir } from 'node:os';
import { doctorJson, doctorText } from '../../report/doctor.ts';
import { diagnosis } from '../../sandbox/doctor/answer.ts';
import { gatherSandboxAnswers, thisMachine } from '../../sandbox/doctor/gather.ts';

/** Writes the diagnosis to stdout. @returns the exit status: 0, or 1 where no sandbox can be made here */
export async function doctor({ json }: { readonly json: boolean }): Promise<number> {
  const machine = thisMachine(process.env['PATH'] ?? '');
  const answers = await gatherSandboxAnswers(machine, sessionsDirectory());
  const result = diagnosis({ user: machine.user, uid: machine.uid, gid: machine.gid }, answers);
  writeAll(json ? doctorJson(result) : doctorText(result));
  return result.works ? 0 : 1;
}

function sessionsDirectory(): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? `${homedir()}/.cache`;
  return process.env['NIX_BUILD_SHELL_SESSIONS'] ?? `${cache}/nix-build-shell`;
}

function writeAll(text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
}
