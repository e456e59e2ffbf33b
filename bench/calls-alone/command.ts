/** The system calls of a plan in a file, and what makes them and nothing else (program.ts): no start in Node is quicker. */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lower } from '../../src/sandbox/program.ts';
import type { SandboxPlan } from '../../src/sandbox/step.ts';
import { PROJECT } from '../../test/support/program.ts';

/** What Node is to be given; the file lies in `directory`. */
export function callsAlone(plan: SandboxPlan, directory: string): readonly string[] {
  const { cloneFlags, calls, execute } = lower(plan);
  const file = join(directory, 'calls.json');
  writeFileSync(file, JSON.stringify({ cloneFlags, calls, execute, directories: [dirname(plan.root)] }));
  return [join(PROJECT, '.build/calls-alone.cjs'), file];
}
