/** doctor, started where the kernel really refuses: each place is made with namespaces of the test's own. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import type { Answer, Diagnosis } from '../../src/sandbox/doctor/answer.ts';
import { missing, ordinaryUser, type TestUser } from '../support/need.ts';
import { asUser, environmentFor, PROJECT, programFor } from '../support/program.ts';
import { scratchDirectory } from '../support/scratch.ts';

const skip = missing('user-namespaces');
/** Namespaces that a test may forbid things in. */
const OWN = ['unshare', '--user', '--map-root-user', '--mount'];
const OWN_PROC = [...OWN, '--pid', '--fork', '--mount-proc'];

interface Where {
  /** A command that starts its arguments, such as unshare. */
  readonly in?: readonly string[];
  /** A script of sh(1), in which `"$@"` is `nix-build-shell doctor`. */
  readonly script?: string;
  /** Where working copies are put. */
  readonly sessions?: string;
  /** Descriptor 3. */
  readonly fd?: number;
  readonly user?: TestUser | null;
}

function diagnosed({
  in: before = [],
  script = '',
  sessions = '/tmp/nix-build-shell-not-made',
  fd,
  user = null,
}: Where = {}): Diagnosis {
  const body = script.includes('"$@"') ? script : `${script}\nexec "$@"`;
  const words = [...before, 'sh', '-ec', body, 'sh', programFor(user), 'doctor', '--json'];
  const { stdout, stderr, status } = spawnSync(words[0] ?? '', words.slice(1), {
    encoding: 'utf8',
    env: environmentFor(user, { NIX_BUILD_SHELL_SESSIONS: sessions }),
    stdio: ['ignore', 'pipe', 'pipe', ...(fd === undefined ? [] : [fd])],
  });
  assert.notEqual(stdout, '', stderr);
  const diagnosis = JSON.parse(stdout) as Diagnosis;
  assert.equal(status, diagnosis.works ? 0 : 1);
  return diagnosis;
}

function answer({ answers }: Diagnosis, id: Answer['id']): Answer {
  const found = answers.find(each => each.id === id);
  assert.ok(found !== undefined, `no answer ${id}`);
  return found;
}

/** Nothing but the trial and the named answer is broken, so the blame is exact. */
function blamesOnly(diagnosis: Diagnosis, id: Answer['id']): void {
  const broken = diagnosis.answers.filter(({ state }) => state === 'broken').map(each => each.id);
  assert.deepEqual(broken, ['sandbox.trial', id], JSON.stringify(diagnosis.answers, null, 1));
  assert.equal(diagnosis.works, false);
}

test('where sandboxes work nothing is called broken, and no mount is left', { skip }, () => {
  const before = readFileSync('/proc/self/mountinfo', 'utf8');
  const diagnosis = diagnosed();
  assert.equal(diagnosis.works, true);
  assert.equal(answer(diagnosis, 'sandbox.trial').state, 'ok');
  assert.equal(readFileSync('/proc/self/mountinfo', 'utf8'), before);
});

test('an ordinary user asks without any right', { skip: missing('root', 'user', 'user-namespaces') }, () => {
  const user = ordinaryUser();
  const diagnosis = diagnosed({ in: asUser(user, []), user });
  assert.equal(diagnosis.works, true);
  assert.equal(diagnosis.asked.uid, user?.uid);
});

for (const name of ['user', 'mnt', 'pid', 'ipc', 'uts', 'net']) {
  test(`user.max_${name}_namespaces = 0 of a real kernel is found`, { skip }, () => {
    const diagnosis = diagnosed({ in: OWN, script: `echo 0 > /proc/sys/user/max_${name}_namespaces` });
    blamesOnly(diagnosis, 'sandbox.limits');
    assert.equal(answer(diagnosis, 'sandbox.limits').found, `user.max_${name}_namespaces is 0`);
    const refused = answer(diagnosis, 'sandbox.trial').found;
    assert.match(refused, name === 'user' ? /refused alone: user ENOSPC, mount ENOSPC/ : /refused alone: \w+ ENOSPC$/);
  });
}

for (const [where, script] of [
  ['a directory', 'mount -t tmpfs none /proc/acpi'],
  ['/proc/sys', 'mount --bind -o ro /proc/sys /proc/sys'],
  ['a file', 'mount --bind /dev/null /proc/cpuinfo'],
] as const) {
  test(`a /proc with a mask over ${where} is found`, { skip }, () => {
    const diagnosis = diagnosed({ in: OWN, script });
    blamesOnly(diagnosis, 'sandbox.proc');
    assert.match(answer(diagnosis, 'sandbox.trial').found, /^mount\("proc", .* = EPERM/);
  });
}

test('a read-only /proc is found', { skip }, () => {
  blamesOnly(diagnosed({ in: OWN_PROC, script: 'mount -o remount,ro /proc' }), 'sandbox.proc');
});

test('a machine without /proc is found', { skip }, () => {
  blamesOnly(diagnosed({ in: OWN, script: 'mount -t tmpfs none /proc' }), 'sandbox.proc');
});

test('ids without a mapping are found', { skip }, () => {
  blamesOnly(diagnosed({ in: ['unshare', '--user'] }), 'security.ids');
});

test('a chroot is found', { skip }, () => {
  const root = scratchDirectory('chroot');
  // The directories of the machine, one by one: the new root itself is no mount point.
  const top = readdirSync('/', { withFileTypes: true }).filter(({ name }) => name !== 'tmp');
  const binds = top.filter(entry => entry.isDirectory()).map(({ name }) => name);
  for (const name of [...binds, 'tmp']) mkdirSync(join(root, name));
  const links = top.filter(entry => entry.isSymbolicLink()).map(({ name }) => `cp -P '/${name}' '${root}/${name}'`);
  const mounts = binds.map(name => `mount --rbind '/${name}' '${root}/${name}'`);
  // Where this is run from a directory below /tmp, that has to be there, too.
  const here = `mkdir -p '${root}${process.cwd()}'; mount --rbind . '${root}${process.cwd()}'`;
  const script = [...links, ...mounts, here, `exec chroot '${root}' "$@"`].join('\n');
  blamesOnly(diagnosed({ in: OWN, script }), 'security.chroot');
});

/** It belongs to the PID namespace, but only the machine's root may write it. */
const noMemfd = existsSync('/proc/sys/vm/memfd_noexec')
  ? missing('root', 'user-namespaces')
  : 'no vm.memfd_noexec (Linux 6.3)';
const NO_MEMFD = 'echo 2 > /proc/sys/vm/memfd_noexec';

test('vm.memfd_noexec = 2 is found, and forbids nothing yet', { skip: noMemfd }, () => {
  const diagnosis = diagnosed({ in: OWN_PROC, script: NO_MEMFD });
  assert.match(answer(diagnosis, 'kernel.code').found, /memfd EACCES.*vm\.memfd_noexec is 2/);
  assert.equal(diagnosis.works, true);
});

test('no place at all for the first program is found', { skip: noMemfd }, () => {
  const closed = ['/tmp', '/var/tmp', '/dev/shm'].filter(existsSync);
  // With what is mounted below: the kernel refuses to bind a directory without it, where it belongs to other namespaces.
  const mounts = closed.map(path => `mount --rbind ${path} ${path}; mount -o remount,bind,noexec ${path}`);
  // A checkout below /tmp must itself be executable.
  const here = `mount --bind '${PROJECT}' '${PROJECT}'; mount -o remount,bind,exec '${PROJECT}'`;
  const diagnosis = diagnosed({ in: OWN_PROC, script: [NO_MEMFD, ...mounts, here].join('\n') });
  blamesOnly(diagnosis, 'kernel.code');
  assert.match(answer(diagnosis, 'kernel.code').mend ?? '', /^sudo sysctl -w vm\.memfd_noexec=1$/m);
});

/** A classic BPF program that answers EPERM to a clone with CLONE_NEWUSER, as container runtimes do (seccomp(2)). */
function filter(): Buffer {
  const clone = process.arch === 'arm64' ? 220 : 56;
  const instructions: readonly (readonly [code: number, jt: number, jf: number, k: number])[] = [
    [0x20, 0, 0, 0], // the call's number
    [0x15, 0, 3, clone],
    [0x20, 0, 0, 16], // its flags
    [0x45, 0, 1, 0x10000000],
    [0x06, 0, 0, 0x00050001],
    [0x06, 0, 0, 0x7fff0000],
  ];
  const bytes = Buffer.alloc(instructions.length * 8);
  instructions.forEach(([code, jt, jf, k], index) => {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(jt, index * 8 + 2);
    bytes.writeUInt8(jf, index * 8 + 3);
    bytes.writeUInt32LE(k, index * 8 + 4);
  });
  return bytes;
}

test('a filter of system calls is told from a refusal of the kernel', {
  skip: missing('bwrap', 'user-namespaces'),
}, () => {
  const file = join(scratchDirectory('filter'), 'bpf');
  writeFileSync(file, filter());
  const fd = openSync(file, 'r');
  try {
    const diagnosis = diagnosed({ in: ['bwrap', '--dev-bind', '/', '/', '--seccomp', '3'], fd });
    blamesOnly(diagnosis, 'security.seccomp');
    assert.match(answer(diagnosis, 'security.seccomp').found, /refused \(EPERM\) before the kernel sees it/);
  } finally {
    closeSync(fd);
  }
});

test('little room for working copies, memory, and noexec are found', { skip }, () => {
  const place = scratchDirectory('sessions');
  const mounted = (options: string): Answer => {
    const script = `mount -t tmpfs -o ${options} none '${place}'`;
    return answer(diagnosed({ in: OWN, script, sessions: `${place}/not/yet` }), 'files.sessions');
  };
  assert.match(mounted('size=1m').found, /1 MiB .*free, in memory$/);
  assert.equal(mounted('size=1m').state, 'warning');
  assert.match(mounted('noexec').found, /mounted noexec$/);
  assert.equal(mounted('ro').state, 'broken');
});

test('no_new_privs makes sudo useless, and is said', {
  skip: missing('user-namespaces', 'sudo', 'root', 'user'),
}, () => {
  const user = ordinaryUser();
  const as = [...asUser(user, ['setpriv', '--no-new-privs'])];
  assert.match(answer(diagnosed({ in: as, user }), 'files.privileges').found, /no_new_privs/);
});

test('a nix-store that is not there is told from one that has no access to its daemon', {
  skip: skip || missing('root', 'user', 'nix', 'nix-daemon'),
}, () => {
  const user = ordinaryUser();
  const absent = answer(diagnosed({ script: `PATH=${dirname(process.execPath)}; exec "$@"` }), 'nix.version');
  if (absent.state !== 'ok') assert.equal(absent.found, 'it is not in $PATH');
  const alone = ['setpriv', `--reuid=${user?.uid}`, `--regid=${user?.gid}`, '--clear-groups', '--'];
  const { state, found, mend } = answer(diagnosed({ in: alone, user }), 'nix.version');
  // Only Debian closes the daemon to those who are not in its group.
  if (state === 'ok') return;
  assert.match(found, /^it ends with status 1: error: .*Permission denied$/);
  assert.match(mend ?? '', /^sudo usermod --append --groups \S+ "\$USER" {2}# and log in again$/);
});
