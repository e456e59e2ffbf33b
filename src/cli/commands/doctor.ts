/** `nix-build-shell doctor`: asks the machine whether sandboxes can be made on it, and what else does not work. */
import { doctorText } from '../../report/doctor.ts';
import { json as asJson } from '../../report/text.ts';
import { diagnosis } from '../../sandbox/doctor/answer.ts';
import { gatherSandboxAnswers, thisMachine } from '../../sandbox/doctor/gather.ts';
import { gatherNixAnswers } from '../../sandbox/doctor/nix.ts';
import { sessionsPlaces } from '../../session/place.ts';
import { print } from '../say.ts';

/** Writes the diagnosis to stdout. @returns the exit status: 0, or 1 where no sandbox can be made here */
export async function doctor({ json }: { readonly json: boolean }): Promise<number> {
  const machine = thisMachine(process.env['PATH'] ?? '');
  const ofSandbox = await gatherSandboxAnswers(machine, sessionsPlaces(process.env, machine.uid));
  const answers = [...ofSandbox, ...(await gatherNixAnswers(machine, process.env))];
  const result = diagnosis({ user: machine.user, uid: machine.uid, gid: machine.gid }, answers);
  const written = print(json ? asJson(result) : doctorText(result));
  return written === 0 && !result.works ? 1 : written;
}
