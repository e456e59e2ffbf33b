/** The statements of the specification, S2 to S20, each by its name, in real namespaces: as ourselves and as the ordinary user. */
import assert from 'node:assert/strict';
import { readFileSync, readlinkSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { type Fact, missing, ordinaryUser, type TestUser } from '../support/need.ts';
import { run } from '../support/program.ts';
import { BASH, BUSYBOX, smallBuild } from '../support/small-build.ts';
import { treeHash } from '../support/tree-hash.ts';

const user = ordinaryUser();
const SIDES: readonly { readonly name: string; readonly who: TestUser | null; readonly need: readonly Fact[] }[] =
  process.getuid?.() === 0
    ? [
        { name: 'as root', who: null, need: [] },
        { name: 'as an ordinary user', who: user, need: ['user'] },
      ]
    : [{ name: 'as an ordinary user', who: null, need: [] }];

for (const { name, who, need } of SIDES) {
  const skip = missing('static-bash', 'static-busybox', 'user-namespaces', ...need);
  describe(name, { skip }, () => {
    if (skip !== false) return;
    const build = smallBuild();
    const before = treeHash(build.directory);
    const inside = (...command: readonly string[]): string => {
      const { status, stdout, stderr } = run(['--store', build.store, build.directory, ...command], { user: who });
      assert.equal(status, 0, stderr.toString());
      assert.equal(stderr.toString(), '');
      return stdout.toString();
    };
    const bash = (script: string): string => inside('bash', '-c', script);
    const uid = who?.uid ?? process.getuid?.() ?? 0;
    const gid = who?.gid ?? process.getgid?.() ?? 0;

    test("S2: stdin, stdout, stderr and the exit status are the command's own", () => {
      const output = run(['--store', build.store, build.directory, 'bash', '-c', 'cat; echo to stderr >&2; exit 42'], {
        user: who,
        stdin: Buffer.from([0, 255, 10, 13]),
      });
      assert.equal(output.status, 42);
      assert.deepEqual([...output.stdout], [0, 255, 10, 13]);
      assert.equal(output.stderr.toString(), 'to stderr\n');
    });

    test('S2: DIR may be a link, relative, or end in a slash', () => {
      const link = `${dirname(build.directory)}/link`;
      symlinkSync(build.directory, link);
      for (const [directory, cwd] of [
        [link, '/'],
        [`${build.directory}/`, '/'],
        ['nix-build-small-1.0.drv-0', dirname(build.directory)],
        ['.', build.directory],
        [`${link}//`, '/'],
      ] as const) {
        const { status, stdout, stderr } = run(['--store', build.store, directory, 'cat', '/build/source/hello.c'], {
          user: who,
          cwd,
        });
        assert.equal(status, 0, `${directory}: ${stderr.toString()}`);
        assert.match(stdout.toString(), /int main/);
      }
    });

    test('S4: the shell is parsed from env-vars, which nothing executes', () => {
      const evil = smallBuild({
        PATH: `${BUSYBOX}/bin`,
        SHELL: `${BASH}/bin/bash`,
        A_EVIL: '\\$(touch /tmp/nbs-was-executed)',
      });
      const { stdout } = run(['--store', evil.store, evil.directory, 'readlink', '/bin/sh'], { user: who });
      assert.equal(stdout.toString(), `${BASH}/bin/bash\n`);
    });

    test('S5: arguments arrive as they were given', () => {
      const words = ['a b', '', '"', "'", '\n', '$HOME', '*', '\\', '--', '-x', 'é€', '\udcff\udcfe'];
      const { stdout, status } = run(
        ['--store', build.store, build.directory, 'bash', '-c', 'printf "%s\\0" "$@"', 'name', ...words],
        { user: who },
      );
      assert.equal(status, 0);
      const expected = Buffer.concat(
        words.map(word => (word === '\udcff\udcfe' ? Buffer.from([255, 254, 0]) : Buffer.from(`${word}\0`))),
      );
      assert.deepEqual(stdout, expected);
    });

    test('S5: the environment is that of env-vars', () => {
      assert.equal(inside('bash', '-c', 'echo $HOME'), '/homeless-shelter\n');
      const names = bash('env')
        .split('\n')
        .map(line => line.split('=')[0] ?? '');
      assert.deepEqual(
        names.filter(name =>
          ['USER', 'LANG', 'LOGNAME', 'NIX_BUILD_SHELL_OPEN_FILES', 'NODE_NO_WARNINGS'].includes(name),
        ),
        [],
      );
    });

    test('S6: a new user namespace maps 1000 and 100 to the caller', () => {
      assert.deepEqual(bash('cat /proc/self/uid_map').trim().split(/\s+/), ['1000', String(uid), '1']);
      assert.deepEqual(bash('cat /proc/self/gid_map').trim().split(/\s+/), ['100', String(gid), '1']);
      assert.equal(bash('cat /proc/self/setgroups; id -u; id -g'), 'deny\n1000\n100\n');
    });

    test('S7: the host name is localhost, the domain (none)', () => {
      assert.equal(bash('uname -n; cat /proc/sys/kernel/domainname'), 'localhost\n(none)\n');
    });

    test('S8: lo is the only interface, up, with its two addresses', () => {
      const lines = bash('ip -o addr').trim().split('\n');
      assert.deepEqual(
        lines.map(line => line.split(/\s+/).slice(1, 4).join(' ')),
        ['lo inet 127.0.0.1/8', 'lo inet6 ::1/128'],
      );
      assert.match(bash('ip -o link'), /^1: lo: <LOOPBACK,UP,LOWER_UP>[^\n]*\n$/);
    });

    test('S9: every mount is private', () => {
      const mounts = bash('cat /proc/self/mountinfo').trim().split('\n');
      assert.ok(mounts.length > 10);
      assert.deepEqual(
        mounts.filter(line => /\b(shared|master|propagate_from):/.test(line)),
        [],
      );
      assert.ok(!readFileSync('/proc/self/mountinfo', 'utf8').includes('nix-build-shell/sessions'));
    });

    test('S10: PID and IPC namespaces are new, and /proc shows the own processes', () => {
      assert.equal(bash('[[ -d /proc/$$ ]] && echo yes'), 'yes\n');
      for (const kind of ['pid', 'ipc', 'uts', 'net', 'mnt', 'user']) {
        assert.notEqual(bash(`readlink /proc/self/ns/${kind}`).trim(), readlinkSync(`/proc/self/ns/${kind}`), kind);
      }
      const pids = bash('echo /proc/[0-9]*').trim().split(' ');
      assert.ok(pids.length <= 3, pids.join(' '));
    });

    test('S11: the top level holds exactly seven directories', () => {
      assert.deepEqual(bash('ls -A /').trim().split('\n').sort(), ['bin', 'build', 'dev', 'etc', 'nix', 'proc', 'tmp']);
    });

    test("S12: /build is a working copy, the caller's and writable; DIR never changes", () => {
      assert.equal(
        bash('echo new >/build/source/hello.c; rm -r /build/env-vars; touch /build/new; stat -c %u:%g /build'),
        '1000:100\n',
      );
      assert.equal(treeHash(build.directory), before);
    });

    test('S13: /nix is bound from the store, and nothing written inside reaches that', () => {
      assert.equal(
        bash('ls /nix/store').trim(),
        [BASH, BUSYBOX].map(path => path.slice('/nix/store/'.length)).join('\n'),
      );
      // mountinfo(5): what of the file system is bound, and where.
      const [, , , from, , ways] = bash("grep ' /nix ' /proc/self/mountinfo").split(' ');
      assert.match(from ?? '', /\/store\/nix$/);
      assert.match(ways ?? '', /^ro\b/);
      assert.match(bash('touch /nix/x 2>&1 || true'), /Read-only file system/);
      const host = treeHash(join(build.store, 'nix'));
      bash('touch /nix/store/x');
      assert.equal(treeHash(join(build.store, 'nix')), host);
    });

    test('S14: /dev holds exactly the devices of a build', () => {
      const listed = bash('cd /dev; stat -c "%n %F" *').trim().split('\n');
      const expected = ['full', 'null', 'ptmx', 'random', 'tty', 'urandom', 'zero'].map(
        device => `${device} character special file`,
      );
      const links = ['fd', 'stderr', 'stdin', 'stdout'].map(link => `${link} symbolic link`);
      const kvm = listed.filter(line => line.startsWith('kvm '));
      assert.deepEqual(
        listed.filter(line => !line.startsWith('kvm ')).sort(),
        [...expected, ...links, 'pts directory', 'shm directory'].sort(),
      );
      assert.deepEqual(kvm, bash('true') === '' && hostHasKvm() ? ['kvm character special file'] : []);
      assert.equal(
        bash('echo x >/dev/null; head -c 3 /dev/zero | wc -c; head -c 5 /dev/urandom | wc -c').replace(/\s+/g, ' '),
        '3 5 ',
      );
    });

    test('S15: /dev/shm is a tmpfs, mode 1777', () => {
      assert.equal(
        bash('stat -c %a /dev/shm; grep " /dev/shm " /proc/mounts | cut -d" " -f3; touch /dev/shm/x'),
        '1777\ntmpfs\n',
      );
    });

    test("S16: /bin holds only sh, the build's shell", () => {
      assert.equal(bash('ls -A /bin; /bin/sh -c "echo \\$BASH_VERSION"').split('\n')[0], 'sh');
      assert.match(bash('/bin/sh -c "echo \\$BASH_VERSION"'), /^\d/);
    });

    test('S17: the links of /dev', () => {
      assert.equal(
        bash('for link in fd stdin stdout stderr; do readlink /dev/$link; done'),
        '/proc/self/fd\n/proc/self/fd/0\n/proc/self/fd/1\n/proc/self/fd/2\n',
      );
    });

    test('S18: /etc holds group, passwd and hosts, with exactly their contents', () => {
      assert.deepEqual(bash('ls -A /etc').trim().split('\n'), ['group', 'hosts', 'passwd']);
      assert.equal(bash('cat /etc/group'), 'root:x:0:\nnixbld:!:100:\nnogroup:x:65534:\n');
      assert.equal(
        bash('cat /etc/passwd'),
        'root:x:0:0:Nix build user:/build:/noshell\nnixbld:x:1000:100:Nix build user:/build:/noshell\nnobody:x:65534:65534:Nobody:/:/noshell\n',
      );
      assert.equal(bash('cat /etc/hosts'), '127.0.0.1 localhost\n::1 localhost\n');
    });

    test('S19: /tmp has mode 1777, /proc 555, and there is no way out of the root', () => {
      assert.equal(bash('stat -c "%a %F" /tmp /proc'), '1777 directory\n555 directory\n');
      assert.equal(bash('ls -A /..; ls -A /proc/$$/root').trim().split('\n').length, 14);
    });

    test('S20: terminals can be opened inside, and those of the host are out of reach', () => {
      assert.match(bash('grep " /dev/pts " /proc/mounts'), /^devpts \/dev\/pts devpts /);
      assert.deepEqual(bash('ls -A /dev/pts').trim().split('\n'), ['ptmx']);
      assert.equal(bash('exec 3<>/dev/ptmx && ls /dev/pts').trim(), '0\nptmx');
    });

    test('S3: no process and no file is left, and the caller needs no helper', () => {
      assert.equal(treeHash(build.directory), before);
    });
  });
}

function hostHasKvm(): boolean {
  try {
    return readFileSync('/proc/misc', 'utf8').includes('kvm');
  } catch {
    return false;
  }
}
