/** A store of many paths: a start with the closure remembered, and without, against an empty Node and bubblewrap with the same binds. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { flatSandbox } from '../test/support/flat.ts';
import { flatPlan } from '../test/support/flat-plan.ts';
import { type MadePath, madePath, makeClosedDatabase } from '../test/support/made-database.ts';
import { programFor } from '../test/support/program.ts';
import { BASH, BUSYBOX, SMALL_ENVIRONMENT, type SmallBuild, smallBuild } from '../test/support/small-build.ts';
import { callsAlone } from './calls-alone/command.ts';
import { interleaved, median, type Row, ratio } from './row.ts';
import { must } from './start.ts';

const ROUNDS = 20;

/** A small build whose derivation has `count` inputs besides bash and busybox. */
function bigClosure(count: number): { readonly build: SmallBuild; readonly paths: readonly string[] } {
  const build = smallBuild();
  const drv = madePath(7, 'small-1.0.drv');
  const inputs = Array.from({ length: count }, (_, index) => madePath(1000 + index, `input-${index}`));
  for (const path of inputs) mkdirSync(join(build.store, path));
  const sources = [BASH, BUSYBOX, ...inputs.slice(0, 1)].map(path => `"${path}"`).join(',');
  const text = `Derive([("out","${SMALL_ENVIRONMENT.out}","","")],[],[${sources}],"x86_64-linux","${BASH}/bin/bash",[],[])`;
  writeFileSync(join(build.store, drv), text);
  // A chain, as real closures are deep.
  const chain = inputs.map((path, index): MadePath => ({ path, references: inputs.slice(index + 1, index + 4) }));
  const rest = [BASH, BUSYBOX].map((path): MadePath => ({ path }));
  makeClosedDatabase(join(build.store, 'nix/var/nix'), [
    ...rest,
    ...chain,
    { path: drv, outputs: { out: SMALL_ENVIRONMENT.out } },
  ]);
  return { build, paths: [BASH, BUSYBOX, ...inputs] };
}

/** The system calls of a sandbox with so many store paths besides bash and busybox, and nothing else. */
function callsOf(count: number): readonly string[] {
  const flat = flatSandbox();
  const store = join(flat, 'store/nix/store');
  for (let index = 0; index < count; index += 1)
    mkdirSync(join(flat, 'store', madePath(1000 + index, `input-${index}`)));
  const storeEntries = readdirSync(store).map(name => ({ name, type: 'directory' as const }));
  return callsAlone(flatPlan(flat, ['true'], {}, { storeEntries }), flat);
}

export async function measureClosure(): Promise<readonly Row[]> {
  const cache = join(dirname(smallBuild().store), 'cache');
  const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: '/nonexistent', XDG_CACHE_HOME: cache };
  const start = ({ build }: ReturnType<typeof bigClosure>, ...options: readonly string[]) => {
    return () => must([programFor(null), '--store', build.store, ...options, build.directory, 'true'], env);
  };
  const [middle, large] = [bigClosure(500), bigClosure(5000)];
  const alone = callsOf(500);
  const times = interleaved(ROUNDS, {
    empty: () => must([process.execPath, '-e', '0'], env),
    alone: () => must([process.execPath, ...alone], env),
    whole: start(middle, '--whole-store'),
    closure: start(middle),
    asked: () => {
      rmSync(join(cache, 'nix-build-shell/closures'), { recursive: true, force: true });
      start(middle)();
    },
  });
  const node = `node -e 0, Node ${process.versions.node.split('.')[0]}`;
  const rows = [
    ratio(`closure: whole store against ${node}`, times.whole, times.empty, null),
    ratio(`closure: 500 paths, remembered, against ${node}`, times.closure, times.empty, 1.6),
    ratio(`closure: 500 paths, its system calls and nothing else`, times.alone, times.empty, null),
    ratio(`closure: 500 paths, first start, against ${node}`, times.asked, times.empty, null),
  ];
  const many = interleaved(6, { whole: start(large, '--whole-store'), closure: start(large) });
  const more = median(many.closure) - median(many.whole);
  const note = `${median(many.closure).toFixed(1)} ms against ${median(many.whole).toFixed(1)} ms with the whole store`;
  rows.push({ name: 'closure: 5,000 paths, added to a start', value: more, unit: 'ms', bar: 150, note });
  if (spawnSync('bwrap', ['--version']).status === 0) rows.push(againstBubblewrap(middle, start(middle), env));
  return rows;
}

function againstBubblewrap(
  { build, paths }: ReturnType<typeof bigClosure>,
  ours: () => void,
  env: NodeJS.ProcessEnv,
): Row {
  const binds = paths.flatMap(path => ['--ro-bind', join(build.store, path), path]);
  const sandbox = ['--unshare-all', '--uid', '1000', '--gid', '100', '--tmpfs', '/nix/store', ...binds];
  const rest = ['--bind', build.directory, '/build', '--dev', '/dev', '--proc', '/proc', '--tmpfs', '/tmp'];
  const command = [`${BASH}/bin/bash`, '-c', `exec ${BUSYBOX}/bin/true`];
  const times = interleaved(6, { ours, bwrap: () => must(['bwrap', ...sandbox, ...rest, ...command], env) });
  return ratio('closure: 500 paths, the whole run against bwrap', times.ours, times.bwrap, 1);
}
