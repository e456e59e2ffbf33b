/** `nix-build-shell DIR true` against an empty Node, and its memory, on each Node that is installed. */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { flatSandbox } from '../test/support/flat.ts';
import { flatPlan } from '../test/support/flat-plan.ts';
import { nodeOf, type SupportedNode } from '../test/support/nodes.ts';
import { programFor } from '../test/support/program.ts';
import { type SmallBuild, smallBuild } from '../test/support/small-build.ts';
import { callsAlone } from './calls-alone/command.ts';
import { interleaved, type Row, ratio } from './row.ts';

const ROUNDS = 40;
const BARS: readonly (readonly [SupportedNode, number | null])[] = [
  [20, 1.5],
  [22, null],
  [24, 2.1],
  [26, null],
];
const MEMORY_BAR = 1.35;

function environment(node: string): NodeJS.ProcessEnv {
  return { PATH: `${dirname(node)}:/usr/bin:/bin`, HOME: process.env['HOME'] ?? '/root' };
}

/** Runs it to its end. @throws Error where it failed: then its time means nothing */
export function must(command: readonly string[], env: NodeJS.ProcessEnv): void {
  const [file = '', ...args] = command;
  const { status, stderr } = spawnSync(file, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  if (status !== 0)
    throw new Error(`${command.slice(0, 6).join(' ')}: status ${status}: ${stderr.toString().slice(0, 500)}`);
}

export async function measureStart(): Promise<readonly Row[]> {
  const build = smallBuild();
  const flat = flatSandbox();
  const alone = callsAlone(flatPlan(flat, ['true']), flat);
  const rows: Row[] = [];
  for (const [major, bar] of BARS) {
    const node = nodeOf(major);
    if (node === null) continue;
    const env = environment(node);
    const times = interleaved(ROUNDS, {
      empty: () => must([node, '-e', '0'], env),
      alone: () => must([node, ...alone], env),
      ours: () => must([programFor(null), '--store', build.store, build.directory, 'true'], env),
    });
    rows.push(ratio(`start: DIR true against node -e 0, Node ${major}`, times.ours, times.empty, bar));
    rows.push(ratio(`start: its system calls and nothing else, Node ${major}`, times.alone, times.empty, null));
    if (major === 20) rows.push(await memory(node, build));
  }
  return rows;
}

/** The highest resident size (VmHWM, proc(5)) of a process that waits for the end of its input. */
async function peak(command: readonly string[], env: NodeJS.ProcessEnv, ready: RegExp): Promise<number> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise<void>(resolve => {
    child.stdout.on('data', (text: Buffer) => ready.test(text.toString()) && resolve());
  });
  const kilobytes = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]);
  child.stdin.end();
  await new Promise(resolve => child.once('exit', resolve));
  return kilobytes;
}

async function memory(node: string, { store, directory }: SmallBuild): Promise<Row> {
  const env = environment(node);
  const empty = await peak([node, '-e', 'console.log("ready");process.stdin.resume()'], env, /ready/);
  const ours = await peak(
    [programFor(null), '--store', store, directory, 'bash', '-c', 'echo ready; cat'],
    env,
    /ready/,
  );
  const note = `${(ours / 1024).toFixed(1)} MB against ${(empty / 1024).toFixed(1)} MB`;
  return { name: 'start: peak memory against node, Node 20', value: ours / empty, unit: '×', bar: MEMORY_BAR, note };
}
