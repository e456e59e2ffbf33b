/**
 * The least that a start can be: the calls of a sandbox lie ready in a file; they are made, the command is waited for, and that is all. Nothing
 * is looked at, nothing is parsed but the file, there is no session and nothing to remove.
 */
import { readFileSync } from 'node:fs';
import { endAtOnce } from '../../src/cli/end-at-once.ts';
import { launch } from '../../src/ffi/launch.ts';
import type { LaunchRequest } from '../../src/ffi/request.ts';

async function main(): Promise<number> {
  const running = launch(JSON.parse(readFileSync(process.argv[2] ?? '', 'latin1')) as LaunchRequest);
  if ('kind' in running) throw new Error(JSON.stringify(running));
  const ended = await running.ended();
  if (ended.kind !== 'exited') throw new Error(JSON.stringify(ended));
  return ended.status;
}

main().then(endAtOnce, (error: unknown) => {
  console.error(error);
  process.exit(125);
});
