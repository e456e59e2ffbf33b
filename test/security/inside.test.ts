/** docs/security.md, T1 to T11, T20 and T21: what code in the sandbox cannot do. Each is first shown to be possible outside. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '../support/patience.ts';
import { start } from '../support/program.ts';
import { BASH, BUSYBOX } from '../support/small-build.ts';
import { treeHash } from '../support/tree-hash.ts';
import { AS_ROOT, CALLERS, caseOf, environmentOf, HERE, printed, program } from './security.ts';

async function listening(where: number | string): Promise<Server> {
  const server = createServer(socket => socket.destroy());
  server.listen(where);
  await once(server, 'listening');
  // A test that fails must not wait for it.
  return server.unref();
}

const script = (text: string): readonly string[] => ['bash', '-c', text];

const AF_VSOCK = '40';

for (const user of CALLERS) {
  test(`T1 for ${user.name}: the machine's network cannot be reached`, { skip: HERE }, async () => {
    const server = await listening(0);
    const { port } = server.address() as { port: number };
    const { probe, inside, outside } = caseOf(user);
    assert.equal(printed(outside([probe, 'tcp', `${port}`])), 'ok\n');
    assert.equal(printed(inside(['/build/probe', 'tcp', `${port}`])), 'Connection refused\n');
    assert.equal(printed(inside(['/build/probe', 'tcp', `${port}`], ['--net'])), 'ok\n');
    server.close();
  });

  test(`T1 for ${user.name}: the machine that this one runs on cannot be reached, by io_uring either`, {
    skip: HERE,
  }, () => {
    const { probe, inside, outside } = caseOf(user);
    const refused = { family: 'Address family not supported by protocol\n', ring: 'Function not implemented\n' };
    // Not every kernel has the interface for 32-bit programs.
    if (outside([probe, 'socketcall', AF_VSOCK]).signal === null)
      assert.equal(printed(inside(['/build/probe', 'socketcall', AF_VSOCK])), 'Function not implemented\n');
    for (const [what, said] of Object.entries(refused)) {
      assert.equal(printed(inside(['/build/probe', what, AF_VSOCK])), said);
      assert.equal(
        printed(inside(['/build/probe', what, AF_VSOCK], ['--net'])),
        printed(outside([probe, what, AF_VSOCK])),
      );
    }
  });

  test(`T2 for ${user.name}: abstract sockets of the machine cannot be reached, with --net either`, {
    skip: HERE,
  }, async t => {
    const name = `nbs-test-${process.pid}-${user.uid}`;
    const { probe, inside, outside } = caseOf(user);
    const server = spawn(probe, ['listen', name], { stdio: ['ignore', 'pipe', 'inherit'] });
    t.after(() => server.kill());
    await once(server.stdout, 'data');
    assert.equal(printed(outside([probe, 'abstract', name])), 'ok\n');
    assert.equal(printed(inside(['/build/probe', 'abstract', name])), 'Connection refused\n');
    assert.equal(printed(inside(['/build/probe', 'abstract', name], ['--net'])), 'Operation not permitted\n');
  });

  test(`T3 for ${user.name}: nobody types into the terminal, and there are no other ones`, { skip: HERE }, async () => {
    const here = caseOf(user);
    const command = `${program(here, user)} bash -c '/build/probe type; ls -A /dev/pts'`;
    const asked = spawn('script', ['-qec', command, '/dev/null'], {
      env: environmentOf(here, user),
      uid: user.uid,
      gid: user.gid,
      cwd: '/',
    });
    let out = '';
    asked.stdout.on('data', chunk => (out += String(chunk)));
    await once(asked, 'close');
    assert.equal(out, 'Operation not permitted\r\nOperation not permitted\r\nptmx\r\n');
  });

  test(`T4 for ${user.name}: the key rings cannot be used`, { skip: HERE }, () => {
    const here = caseOf(user);
    const { probe, outside } = here;
    const keys = [probe, 'with-keys', 'sh', '-c'];
    assert.equal(printed(outside([...keys, `exec ${probe} read-key $USER_RING $USER_KEY`])), 'ok secret\n');
    const enter = program(here, user);
    const shown = outside([...keys, `exec ${enter} /build/probe read-key $USER_RING $USER_KEY`]);
    assert.equal(printed(shown), 'Function not implemented\n');
    // Without the filter, the session's ring is still a new one.
    const bare = enter.replace(' --store', ' --without=seccomp --store');
    assert.equal(printed(outside([...keys, `exec ${probe} find-key nbs-session`])), 'ok\n');
    const found = outside([...keys, `exec ${bare} /build/probe find-key nbs-session`]);
    assert.equal(printed(found), 'Required key not available\n');
  });

  test(`T5 for ${user.name}: settings of the kernel cannot be changed`, { skip: HERE }, () => {
    const { inside } = caseOf(user);
    for (const setting of ['sys/kernel/core_pattern', 'sys/vm/overcommit_memory', 'sysrq-trigger', 'sys/fs/file-max']) {
      const said = printed(inside(['/build/probe', 'write', `/proc/${setting}`]));
      assert.match(said, /^(Permission denied|Read-only file system|No such file or directory)\n$/, setting);
    }
  });

  test(`T6 for ${user.name}: other processes cannot be seen or signalled`, { skip: HERE }, t => {
    const { probe, inside, outside } = caseOf(user);
    const other = spawn('sleep', ['60'], { uid: user.uid, gid: user.gid, stdio: 'ignore' });
    t.after(() => other.kill());
    assert.equal(printed(outside([probe, 'signal', `${other.pid}`])), 'ok\n');
    assert.equal(printed(inside(['/build/probe', 'signal', `${other.pid}`])), 'No such process\n');
    assert.match(printed(inside(script('echo /proc/[0-9]*'))), /^(\/proc\/\d{1,2} ?)+\n$/);
  });

  test(`T6 for ${user.name}: nor by the process group, with a terminal or without`, { skip: HERE }, () => {
    const here = caseOf(user);
    // What shares the caller's group: a script, and what it runs beside the sandbox.
    const beside = (command: string): readonly string[] => [
      'setsid',
      '-w',
      'bash',
      '-c',
      `trap 'echo hit' USR1; sleep 60 & p=$!; ${command}; kill -0 $p && echo alive; kill $p`,
    ];
    const attack = '/build/probe group 10';
    const quoted = (words: readonly string[]): string =>
      words.map(word => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
    const atTerminal = (command: string): readonly string[] => ['script', '-qec', quoted(beside(command)), '/dev/null'];
    assert.match(printed(here.outside(beside(`${here.probe} group 10`))), /hit/);
    assert.equal(printed(here.outside(beside(`${program(here, user)} ${attack}`))), 'ok\nalive\n');
    assert.equal(
      printed(here.outside(atTerminal(`${program(here, user)} ${attack}`))),
      'Operation not permitted\r\nalive\r\n',
    );
  });

  test(`T7 for ${user.name}: files outside the plan, and those of the launcher, are not there`, { skip: HERE }, () => {
    const here = caseOf(user);
    const root = 'bin\nbuild\ndev\netc\nnix\nproc\ntmp\n';
    assert.equal(printed(here.inside(script('ls /; ls /proc/$$/root/'))), `${root}${root}`);
    const fds = here.outside([
      'bash',
      '-c',
      `exec 7</etc/passwd 8</ 200</etc/passwd; exec ${program(here, user)} ls /proc/self/fd`,
    ]);
    // Node itself closes those that are in a row with its own: not the last one.
    assert.equal(printed(fds), '0\n1\n2\n3\n');
  });

  test(`T8 for ${user.name}: the kept directory cannot be changed, on any rung`, { skip: HERE }, () => {
    const { inside, directory } = caseOf(user);
    const before = treeHash(directory);
    const change = script(
      'rm env-vars; echo >>source/hello.c; mkdir new; chmod 700 source; touch -d @0 . source; rm -r source',
    );
    for (const rung of ['overlay', 'copy']) assert.equal(inside(change, [`--copy=${rung}`]).status, 0);
    assert.equal(treeHash(directory), before);
  });

  test(`T9 for ${user.name}: the Nix daemon cannot be reached`, { skip: HERE }, async () => {
    const { probe, store, inside, outside } = caseOf(user);
    const directory = join(store, 'nix/var/nix/daemon-socket');
    mkdirSync(directory, { recursive: true });
    const server = await listening(join(directory, 'socket'));
    chmodSync(join(directory, 'socket'), 0o777);
    assert.equal(printed(outside([probe, 'unix', join(directory, 'socket')])), 'ok\n');
    const asked = inside(['/build/probe', 'unix', '/nix/var/nix/daemon-socket/socket'], ['--whole-store']);
    assert.equal(printed(asked), 'No such file or directory\n');
    server.close();
  });

  test(`T20 for ${user.name}: the store of the machine cannot be changed, though it belongs to who opens it`, {
    skip: HERE,
  }, () => {
    const { store, inside, outside } = caseOf(user);
    const shell = join(store, BASH, 'bin/bash');
    if (process.getuid?.() === 0) execFileSync('chown', ['-hR', `${user.uid}:${user.gid}`, join(store, 'nix')]);
    assert.equal(printed(outside(['chmod', 'u+w', shell])), '');
    const before = treeHash(join(store, 'nix'));
    const change = script(
      `mkdir /nix/new /nix/store/new; chmod -R 700 /nix; echo x >>$SHELL; echo x >${BUSYBOX}/x; rm -rf ${BUSYBOX} /nix/*; true`,
    );
    for (const options of [[], ['--without=store-layer'], ['--without=seccomp', '--copy=copy']])
      assert.equal(inside(change, options).status, 0);
    assert.equal(treeHash(join(store, 'nix')), before);
    assert.equal(
      printed(inside(script('mkdir $out && echo $out'))),
      '/nix/store/00000000000000000000000000000002-small-1.0\n',
    );
  });

  test(`T20 for ${user.name}: nor by a place where --bind shows it, or what it lies in`, { skip: HERE }, () => {
    const { store, inside, outside } = caseOf(user);
    const path = join(store, BUSYBOX);
    if (process.getuid?.() === 0) execFileSync('chown', ['-hR', `${user.uid}:${user.gid}`, join(store, 'nix')]);
    assert.equal(printed(outside(['chmod', 'u+w', path])), '');
    const before = treeHash(join(store, 'nix'));
    const places: readonly (readonly [bind: string, shown: string])[] = [
      [`${path}:/shown`, '/shown'],
      [`${path}/bin/busybox:/shown`, '/shown'],
      [`${store}/nix/store:/shown`, `/shown/${BUSYBOX.slice('/nix/store/'.length)}`],
      [`${store}:/shown`, `/shown${BUSYBOX}`],
      [`/:/shown`, `/shown${path}`],
      [path, path],
    ];
    for (const [bind, shown] of places) {
      const change = script(`[ -e ${shown} ] && ! chmod 755 ${shown} && ! : >>${shown} && ! : >${shown}/new`);
      const said = inside(change, ['--bind', bind]);
      assert.equal(said.status, 0, `${bind}: ${printed(said)}`);
      assert.match(printed(said), /Read-only file system/);
    }
    assert.equal(treeHash(join(store, 'nix')), before);
    // What lies beside the store is writable, as with every bind.
    const beside = script('echo mine >/shown/new && cat /shown/new');
    assert.equal(printed(inside(beside, ['--bind', `${store}/nix:/shown`])), 'mine\n');
  });

  test(`T21 for ${user.name}: the caller's cgroup cannot be mounted`, { skip: HERE }, () => {
    const { probe, inside, outside } = caseOf(user);
    assert.equal(printed(outside([probe, 'cgroup-namespace'])), 'ok\n');
    assert.equal(printed(inside(['/build/probe', 'cgroup-namespace'])), 'No space left on device\n');
    assert.equal(printed(inside(['/build/probe', 'cgroup-namespace'], ['--without=cgroups'])), 'ok\n');
  });

  test(`T11 for ${user.name}: the sandbox ends with its launcher, however that ends`, { skip: HERE }, async () => {
    const { store, directory, sessions } = caseOf(user);
    const mark = `86${process.pid}${user.uid}`;
    const launcher = start(
      ['--store', store, directory, ...script(`echo running; (sleep ${mark} &); exec sleep ${mark}`)],
      {
        user,
        env: { NIX_BUILD_SHELL_SESSIONS: sessions },
      },
    );
    if (launcher.stdout === null) throw new Error('no stdout');
    await once(launcher.stdout, 'data');
    await until('both run', () => sleepers(mark) === 2);
    launcher.kill('SIGKILL');
    await until('none runs', () => sleepers(mark) === 0);
  });

  test(`T11 for ${user.name}: process 1, which ends with the launcher, cannot be made to forget that`, {
    skip: HERE,
  }, () => {
    const { inside } = caseOf(user);
    assert.equal(printed(inside(['/build/probe', 'trace', '1'])), 'Operation not permitted\n');
    assert.match(
      printed(inside(['/build/probe', 'write', '/proc/1/mem'])),
      /^(Permission denied|Read-only file system)\n$/,
    );
  });
}

function sleepers(mark: string): number {
  const lines = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(pid => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
      } catch {
        return '';
      }
    });
  return lines.filter(line => line === `sleep\0${mark}\0`).length;
}

test('T10: a set-id program of the store gains nothing', { skip: AS_ROOT }, () => {
  const user = CALLERS.at(-1);
  assert.ok(user !== undefined);
  const { store, inside, outside } = caseOf(user);
  const file = join(store, BUSYBOX, 'bin/set-id');
  copyFileSync(join(store, BASH, 'bin/bash'), file);
  chownSync(file, 0, 0);
  chmodSync(file, 0o4755);
  const who = [`-p`, '-c', 'echo $EUID'];
  assert.equal(printed(outside([file, ...who])), '0\n');
  assert.equal(printed(inside(['set-id', ...who])), '1000\n');
  assert.equal(printed(inside(['set-id', ...who], ['--without=no-new-privileges'])), '1000\n');
  // Each of the two would do: nobody else is mapped, and nothing is gained by exec.
  assert.equal(printed(inside(['grep', 'NoNewPrivs', '/proc/self/status'])), 'NoNewPrivs:\t1\n');
  assert.match(
    printed(inside(['cat', '/proc/self/uid_map', '/proc/self/gid_map'])),
    /^ *1000 +\d+ +1\n *100 +\d+ +1\n$/,
  );
});
