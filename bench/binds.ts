/** Many bind mounts: from the clone to the exec, and the whole run against bubblewrap with the same binds. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hostPath, innerPath } from '../src/base/path.ts';
import { launch } from '../src/ffi/launch.ts';
import { ALL_WAYS, type Walk, type Ways } from '../src/ffi/request.ts';
import { lower } from '../src/sandbox/program.ts';
import type { SandboxPlan } from '../src/sandbox/step.ts';
import { flatSandbox } from '../test/support/flat.ts';
import { flatPlan } from '../test/support/flat-plan.ts';
import { programFor } from '../test/support/program.ts';
import { BASH, BUSYBOX, smallBuild } from '../test/support/small-build.ts';
import { interleaved, median, type Row, ratio } from './row.ts';
import { must } from './start.ts';

const COUNTS: readonly (readonly [binds: number, cloneToExecMs: number, rounds: number])[] = [
  [200, 5, 20],
  [2000, 40, 6],
];

function directories(under: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const path = join(under, `bound-${index}`);
    mkdirSync(path, { recursive: true });
    return path;
  });
}

export async function measureBinds(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const [count, bar, rounds] of COUNTS) {
    const base = flatSandbox();
    const sources = directories(base, count);
    rows.push(...(await cloneToExec(base, sources, bar, rounds)));
    if (spawnSync('bwrap', ['--version']).status === 0) rows.push(againstBubblewrap(sources, rounds));
  }
  return rows;
}

/** From the clone to the moment at which init was executed: CLONE_VFORK lets us go on then. And what stands before it: files, the table. */
async function cloneToExec(
  base: string,
  sources: readonly string[],
  bar: number,
  rounds: number,
): Promise<readonly Row[]> {
  const binds = sources.map((from, index) => ({
    from: hostPath(from),
    to: innerPath(`/bound/${index}`),
    type: 'directory' as const,
  }));
  const plan: SandboxPlan = flatPlan(base, ['true'], { binds });
  const { cloneFlags, calls, execute } = lower(plan);
  const request = { cloneFlags, calls, execute, directories: [dirname(plan.root)] };
  const walks: number[] = [];
  const times: number[] = [];
  const around = (run: Walk): Walk => {
    return table => {
      const start = performance.now();
      const pid = run(table);
      walks.push(performance.now() - start);
      return pid;
    };
  };
  const ways: Ways = { ...ALL_WAYS, carriers: ['memfd'], around };
  for (let round = 0; round <= rounds; round += 1) {
    const start = performance.now();
    const running = launch(request, ways);
    times.push(performance.now() - start);
    if ('kind' in running) throw new Error(`the sandbox failed: ${JSON.stringify(running)}`);
    await running.ended();
  }
  const name = `binds: ${sources.length}, clone to exec`;
  const note = `${rounds} runs`;
  const [walk, all] = [walks, times].map(values => median(values.slice(1)));
  return [
    { name, value: walk ?? NaN, unit: 'ms', bar, note },
    { name: `${name}, with the table before it`, value: all ?? NaN, unit: 'ms', bar: null, note },
  ];
}

function againstBubblewrap(sources: readonly string[], rounds: number): Row {
  const build = smallBuild();
  const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: process.env['HOME'] ?? '/root' };
  const ours = sources.flatMap((from, index) => ['--bind', `${from}:/bound/${index}`]);
  const theirs = sources.flatMap((from, index) => ['--bind', from, `/bound/${index}`]);
  const sandbox = ['--unshare-all', '--uid', '1000', '--gid', '100', '--ro-bind', `${build.store}/nix`, '/nix'];
  const rest = ['--bind', build.directory, '/build', '--dev', '/dev', '--proc', '/proc', '--tmpfs', '/tmp'];
  const command = [`${BASH}/bin/bash`, '-c', `exec ${BUSYBOX}/bin/true`];
  const times = interleaved(rounds, {
    ours: () => must([programFor(null), '--store', build.store, ...ours, build.directory, 'true'], env),
    bwrap: () => must(['bwrap', ...sandbox, ...rest, ...theirs, ...command], env),
  });
  return ratio(`binds: ${sources.length}, the whole run against bwrap`, times.ours, times.bwrap, 1);
}
