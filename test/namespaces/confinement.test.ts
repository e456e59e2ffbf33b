/** What a process of the sandbox may not do, by the real kernel: as ourselves and as the ordinary user. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { missing, ordinaryUser, type TestUser } from '../support/need.ts';
import { run } from '../support/program.ts';
import { type SmallBuild, smallBuild } from '../support/small-build.ts';

const HERE = missing('user-namespaces', 'static-bash', 'static-busybox');
const ROOT = process.getuid?.() === 0;
const SIDES: readonly (readonly [string, TestUser | null, string | false])[] = ROOT
  ? [
      ['root', null, HERE],
      ['an ordinary user', ordinaryUser(), HERE === false ? missing('user') : HERE],
    ]
  : [['an ordinary user', null, HERE]];

/** Makes calls that no tool of the sandbox makes, and prints how each ended. */
const CALLS = `
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>
static void say(const char *what, long result) { printf("%s %s\\n", what, result < 0 ? strerror(errno) : "ok"); }
int main(void) {
  char value[8];
  int fd = open("/build/file", O_RDWR | O_CREAT, 0644);
  say("chmod", chmod("/build/file", 04755));
  say("fchmod", fchmod(fd, 02755));
  say("fchmodat", syscall(SYS_fchmodat, AT_FDCWD, "/build/file", 04755));
  say("fchmodat2", syscall(452, AT_FDCWD, "/build/file", 04755, 0));
  say("plain chmod", chmod("/build/file", 0755));
  say("setxattr", setxattr("/build/file", "user.x", "y", 1, 0));
  say("getxattr", getxattr("/build/file", "user.x", value, 8));
  int terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY);
  say("TIOCSTI", ioctl(terminal, 0x5412, "x"));
  say("TIOCLINUX", ioctl(terminal, 0x541c, value));
  say("terminal", ioctl(terminal, TIOCGWINSZ, value));
  return 0;
}
`;

/** The program, static, in the kept directory. */
function withCalls(build: SmallBuild): void {
  const source = join(build.directory, 'calls.c');
  writeFileSync(source, CALLS);
  execFileSync('cc', ['-w', '-static', '-o', join(build.directory, 'calls'), source]);
  chmodSync(join(build.directory, 'calls'), 0o755);
}

for (const [name, who, skip] of SIDES)
  describe(`a sandbox of ${name}`, { skip }, () => {
    if (skip !== false) return;
    const build = smallBuild();
    const output = (options: readonly string[], ...command: readonly string[]): string => {
      const { status, stdout, stderr } = run(['--store', build.store, ...options, build.directory, ...command], {
        user: who,
      });
      assert.equal(status, 0, stderr.toString());
      return stdout.toString();
    };
    const bash = (script: string): string => output([], 'bash', '-c', script);

    test('has no capabilities, no new privileges, and a filter, as a build', () => {
      const status = new Map(
        bash('cat /proc/self/status')
          .split('\n')
          .map(line => line.split(/:\s+/) as [string, string]),
      );
      const last = Number(readFileSync('/proc/sys/kernel/cap_last_cap', 'utf8'));
      for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) assert.equal(Number(`0x${status.get(set)}`), 0, set);
      assert.equal(BigInt(`0x${status.get('CapBnd')}`), (1n << BigInt(last + 1)) - 1n);
      assert.equal(status.get('NoNewPrivs'), '1');
      assert.equal(status.get('Seccomp'), '2');
    });

    test('is refused set-id modes and extended attributes, and may not type into a terminal', {
      skip: missing('cc'),
    }, () => {
      withCalls(build);
      const answers = output([], '/build/calls').trim().split('\n');
      // An older kernel does not know fchmodat2; the filter answers all the same.
      assert.deepEqual(answers, [
        'chmod Operation not permitted',
        'fchmod Operation not permitted',
        'fchmodat Operation not permitted',
        'fchmodat2 Operation not permitted',
        'plain chmod ok',
        'setxattr Operation not supported',
        'getxattr No data available',
        'TIOCSTI Operation not permitted',
        'TIOCLINUX Operation not permitted',
        'terminal ok',
      ]);
    });

    test('cannot write to the directories that a build cannot write to', () => {
      const places = ['/', '/bin', '/dev', '/etc', '/nix'];
      const answers = places.map(place => bash(`: 2>&1 >${place}/x || :`));
      for (const [at, answer] of answers.entries())
        assert.match(answer, /Permission denied|Read-only file system/, places[at]);
      assert.match(bash(': 2>&1 >>/etc/passwd || :'), /Permission denied/);
    });

    test('can be without each of these, by name', () => {
      assert.equal(
        output(
          ['--without', 'seccomp'],
          'bash',
          '-c',
          'chmod u+s file 2>/dev/null; grep Seccomp: /proc/self/status',
        ).trim(),
        'Seccomp:\t0',
      );
      assert.equal(output(['--without=modes'], 'bash', '-c', 'touch /new /etc/new && echo yes'), 'yes\n');
      const umask = run(['--store', build.store, '--without=umask,limits', build.directory, 'bash', '-c', 'umask'], {
        user: who,
        before: ['sh', '-c', 'umask 027; exec "$@"', 'sh'],
      });
      assert.equal(umask.stdout.toString(), '0027\n');
      // Process group and session: those of init, or such as are not there.
      const ids = 'set -- $(</proc/self/stat); echo $5 $6';
      assert.equal(bash(ids), '1 1\n');
      assert.equal(output(['--without', 'session'], 'bash', '-c', ids), '0 0\n');
      // What is left is ended by exec, as user 1000 is not root inside.
      assert.match(output(['--without', 'capabilities'], 'grep', 'CapEff', '/proc/self/status'), /\t0{16}\n$/);
      assert.equal(output(['--without', 'personality'], 'cat', '/proc/self/personality'), '00000000\n');
      assert.match(output(['--without', 'no-new-privileges'], 'grep', 'NoNewPrivs', '/proc/self/status'), /0\n$/);
      assert.equal(output(['--without', 'landlock'], 'true'), '');
    });

    test('says in its plan what was left out, and refuses names that it does not know', () => {
      const plan = JSON.parse(
        run(['plan', '--json', '--store', build.store, '--without', 'seccomp', build.directory, 'true'], {
          user: who,
        }).stdout.toString(),
      ) as { without: string[]; steps: { group?: string }[]; omitted: { what: string; why: string }[] };
      assert.deepEqual(plan.without, ['seccomp']);
      assert.deepEqual(
        plan.steps.filter(({ group }) => group === 'seccomp'),
        [],
      );
      assert.ok(
        plan.omitted.some(({ what, why }) => /no system call filter/.test(what) && /you asked for it/.test(why)),
      );
      for (const words of [
        ['--without', 'everything', build.directory, 'true'],
        ['plan', '--without', 'seccomp,x', build.directory],
      ]) {
        const { status, stderr } = run(words, { user: who });
        assert.equal(status, 2);
        assert.match(
          stderr.toString(),
          /^nix-build-shell: nothing to leave out is called \w+ \(there are seccomp, .*\)[^\n]*\n$/,
        );
      }
    });

    test("cannot change the kernel's settings, nor the machine's device nodes", () => {
      const before = readFileSync('/proc/sys/kernel/core_pattern', 'utf8');
      const nodes = ['/dev/null', '/dev/full', '/proc/cpuinfo'].map(path => [path, statSync(path).mode] as const);
      const attempts = [
        'echo "|/build/evil" >/proc/sys/kernel/core_pattern',
        'echo 1 >/proc/sys/kernel/sysrq',
        'echo 0 >/proc/sys/vm/overcommit_memory',
        'echo h >/proc/sysrq-trigger',
        'chmod 0600 /dev/null',
        'chown 1000 /dev/full',
        'touch -d @0 /dev/null',
        'chmod 0600 /proc/cpuinfo',
        'mount -o remount,rw /proc',
        'mount -o remount,bind,rw /proc && echo x >/proc/sys/kernel/core_pattern',
        'mount -o remount,bind,rw /dev/null && chmod 600 /dev/null',
        'umount /proc && mount -t proc proc /proc',
        'mount -t proc proc /tmp && echo x >/tmp/sys/kernel/core_pattern',
        'umount /dev/null',
        'head -c 1 /proc/kcore | grep -q .',
        'head -c 1 /proc/kpageflags | grep -q .',
      ];
      // Once as it is, once with every capability in namespaces of its own.
      for (const around of ['bash', 'busybox unshare -Umpf bash']) {
        const script = attempts
          .map(attempt => `( ${attempt} ) 2>/dev/null && echo '${attempt.replaceAll("'", '')}'`)
          .join('; ');
        const { stdout } = run(
          ['--store', build.store, build.directory, 'bash', '-c', `${around} -c "$0" || :`, `${script}; echo end`],
          { user: who },
        );
        assert.equal(stdout.toString(), 'end\n', around);
      }
      assert.equal(readFileSync('/proc/sys/kernel/core_pattern', 'utf8'), before);
      for (const [path, mode] of nodes) assert.equal(statSync(path).mode, mode, path);
      assert.match(bash('cat /proc/sys/kernel/osrelease'), /^\d/);
      assert.equal(bash('echo x >/dev/null && echo written'), 'written\n');
    });
  });
