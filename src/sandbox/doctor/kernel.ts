/** The kernel's version and what a sandbox asks of it besides namespaces. */
import { closeSync, constants, openSync, statSync } from 'node:fs';
import { systemError } from '../../base/failure.ts';
import { shellWord } from '../../base/printable.ts';
import { type Answer, amiss, fine } from './answer.ts';
import { blamed, sysctlCommand } from './blame.ts';
import { groupName, type Machine, numberOf } from './machine.ts';
import { mountsOf } from './mounts.ts';
import type { Probes } from './probe.ts';

/** Linux with mount_setattr(2), the youngest call that a sandbox cannot do without. */
const OLDEST = [5, 12] as const;

/** The kernel's version, and the system calls it lacks: some that call themselves Linux (gVisor) are none. */
export function kernelVersion(machine: Machine, probes: Probes): Answer {
  const asked = { id: 'kernel.version', title: 'Linux', source: 'uname -r, and the calls themselves' } as const;
  const [major = 0, minor = 0] = machine.kernel.split('.').map(Number.parseFloat);
  const old = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
  if (probes.missingCalls.length > 0)
    return amiss(
      asked,
      blamed(probes.trial !== null),
      `${machine.kernel}, without ${probes.missingCalls.join(', ')}`,
      `no sandbox can be made: Linux ${OLDEST.join('.')} or newer is needed${old ? '' : ', and this is an emulation or a filter hides the calls'}`,
    );
  return fine(asked, `${machine.kernel}${old ? ', with the calls of newer ones' : ''}`);
}

/** Executable memory for the code that runs in the sandbox's first process: memfd_create(2), mmap(2), mprotect(2). */
export function executableMemory(machine: Machine, probes: Probes): Answer {
  const source = '/proc/sys/vm/memfd_noexec';
  const asked = { id: 'kernel.code', title: 'executable memory', source: `mmap(2), ${source}` } as const;
  const { memfd, anonymous } = probes.codePage;
  const forbids = numberOf(machine, source) === 2;
  const ways = `memfd ${memfd ?? 'works'}, anonymous memory ${anonymous ?? 'works'}`;
  if (memfd === null && anonymous === null) return fine(asked, ways);
  const said = `${ways}${forbids ? '; vm.memfd_noexec is 2' : ''}`;
  if (memfd === null || probes.trial?.step !== 'launch') return fine(asked, `${said}; a spare way is there`);
  return amiss(
    asked,
    'broken',
    said,
    'no sandbox can be made: no place is left from which its first process can be executed (nor /tmp, /var/tmp, /dev/shm)',
    forbids ? sysctlCommand('vm.memfd_noexec', 1) : null,
  );
}

/** An overlay in a user namespace (Linux 5.11 and later). */
export function overlay(_: Machine, { overlay: refused, trial }: Probes): Answer {
  const asked = { id: 'kernel.overlay', title: 'overlayfs in user namespaces', source: 'mount(2), tried' } as const;
  if (refused === null) return fine(asked, 'an overlay can be mounted');
  if (trial !== null) return amiss(asked, 'unknown', 'it was not tried: no sandbox can be made', null);
  return amiss(
    asked,
    'warning',
    `${refused.call} = ${refused.errno}`,
    'a kept directory is copied before it is entered, and where the whole store is shown, $out cannot be written',
    refused.errno === 'ENODEV' ? 'sudo modprobe overlay' : null,
  );
}

const DEVICES = ['full', 'null', 'random', 'tty', 'urandom', 'zero'];

/** The device nodes that every build expects (S14); they are bound from the host's. */
export function deviceNodes(machine: Machine): Answer {
  const asked = { id: 'kernel.devices', title: 'device nodes', source: '/dev' } as const;
  const lacking = DEVICES.filter(name => !isDevice(machine, name));
  if (lacking.length === 0) return fine(asked, DEVICES.join(' '));
  return amiss(
    asked,
    'warning',
    `not there: ${lacking.map(name => `/dev/${name}`).join(', ')}`,
    'they are missing in the sandbox, too, and builds expect them',
  );
}

function isDevice(machine: Machine, name: string): boolean {
  try {
    return statSync(`${machine.root}/dev/${name}`).isCharacterDevice();
  } catch {
    return false;
  }
}

/** `/dev/kvm`: whether it is there, and open to the caller (opening it starts nothing). */
export function kvm(machine: Machine): Answer {
  const asked = { id: 'kernel.kvm', title: 'kvm', source: 'open("/dev/kvm", O_RDWR)' } as const;
  if (!isDevice(machine, 'kvm')) return fine(asked, 'no /dev/kvm: a build that needs it could not have run here');
  try {
    closeSync(openSync(`${machine.root}/dev/kvm`, constants.O_RDWR | constants.O_NONBLOCK));
    return fine(asked, 'you may use /dev/kvm');
  } catch (error) {
    return amiss(
      asked,
      'warning',
      `open("/dev/kvm", O_RDWR) = ${systemError(error).errno}`,
      'builds that start virtual machines (requiredSystemFeatures = [ "kvm" ]) have no acceleration in your sandbox',
      kvmMend(machine),
    );
  }
}

/** The group that may use it, where there is one; else what udev's own rule gives to everybody. */
function kvmMend(machine: Machine): string {
  const { mode, gid } = statSync(`${machine.root}/dev/kvm`);
  const group = (mode & 0o060) === 0o060 && gid !== 0 ? groupName(machine, gid) : null;
  if (group === null || machine.user === null) return 'sudo chmod a+rw /dev/kvm  # until the next start of the machine';
  return `sudo usermod -aG ${shellWord(group)} ${shellWord(machine.user)}  # then log in again`;
}

/** A private devpts takes its terminals from one pool: `kernel.pty.max`, less a reserve for the machine's own (devpts(5)). */
export function terminals(machine: Machine): Answer {
  const asked = { id: 'kernel.ptys', title: 'pseudo-terminals', source: '/proc/sys/kernel/pty' } as const;
  const [max, reserve, used] = ['max', 'reserve', 'nr'].map(name => numberOf(machine, `/proc/sys/kernel/pty/${name}`));
  if (typeof max !== 'number' || typeof used !== 'number')
    return amiss(asked, 'unknown', 'the limit cannot be read', null);
  const left = max - (reserve ?? 0) - used;
  const found = `${used} in use, ${Math.max(left, 0)} left for sandboxes`;
  if (left >= 4) return fine(asked, found);
  return amiss(
    asked,
    'warning',
    found,
    'terminals cannot be opened in a sandbox',
    sysctlCommand('kernel.pty.max', max + 4096),
  );
}

/** `fs.mount-max` holds for each mount namespace (proc(5)): the copied mounts count, and the sandbox's own. */
export function mountLimit(machine: Machine): Answer {
  const asked = {
    id: 'kernel.mounts',
    title: 'number of mounts',
    source: '/proc/sys/fs/mount-max, /proc/self/mountinfo',
  } as const;
  const max = numberOf(machine, '/proc/sys/fs/mount-max');
  const mounts = mountsOf(machine).length;
  if (max === null || mounts === 0) return amiss(asked, 'unknown', 'it cannot be read', null);
  const found = `${mounts} of at most ${max}`;
  // A sandbox copies all of them, may bind all of them again below a --bind, and adds its own.
  if (2 * mounts + 200 < max) return fine(asked, found);
  return amiss(
    asked,
    'warning',
    found,
    'a sandbox may not have room for its mounts (ENOSPC)',
    sysctlCommand('fs.mount-max', 100_000),
  );
}
