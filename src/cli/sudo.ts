/** Under sudo(8) the tool acts for the user who called it, wherever that is enough: the sandbox is then that user's, and not root's. */
import { statSync } from 'node:fs';
import type * as System from 'node:os';
import { dirname } from 'node:path';
import { monotonicMs } from '../base/clock.ts';
import { fsPath, type HostPath } from '../base/path.ts';
import { syscall } from '../ffi/syscalls.ts';
import { userName } from '../nix/users.ts';
import { endLook, lookOn, startLook } from '../session/look.ts';
import { permits, type Reader } from '../session/permits.ts';
import { recognise } from './prepare.ts';
import { say } from './say.ts';

const PR_SET_DUMPABLE = 4;
/** A tree that takes longer to look through is the user's as far as it was seen; what they cannot read is named by the copy. */
const BUDGET_MS = 500;

/** Node has it; its types do not. */
type Initgroups = NodeJS.Process & { initgroups(user: string | number, group: number): void };

/** Gives root's rights up, for good, where the kept directory is readable for the user who called sudo; says what was done. */
export function actForCaller(directory: string): void {
  const caller = whoCalled();
  if (caller === null) return;
  const { uid, gid, name } = caller;
  const found = recognise(directory);
  if (!found.ok) return;
  const groups = process.getgroups?.() ?? [];
  (process as Initgroups).initgroups(userName(uid) ?? uid, gid);
  const denied = deniedTo(found.value.content, { uid, gids: [gid, ...groupsNow()] });
  if (denied !== null) {
    process.setgroups?.(groups);
    say(`acting as root, as ${name} may not read ${denied}`);
    return;
  }
  becomeUser(uid, gid);
  say(`acting for ${name}, who called sudo and may read all of it`);
}

/** The same where the process is one of the user who called sudo: the sandbox that it runs is theirs, and not root's. */
export function actForOwner(pid: number): void {
  const caller = whoCalled();
  if (caller === null || statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid !== caller.uid) return;
  (process as Initgroups).initgroups(userName(caller.uid) ?? caller.uid, caller.gid);
  becomeUser(caller.uid, caller.gid);
}

/** The user who called sudo; null where root acts for itself, or nobody is root. */
function whoCalled(): { readonly uid: number; readonly gid: number; readonly name: string } | null {
  const uid = Number(process.env['SUDO_UID']);
  const gid = Number(process.env['SUDO_GID']);
  if (process.geteuid?.() !== 0 || !(uid > 0) || !(gid > 0)) return null;
  return { uid, gid, name: userName(uid) ?? `user ${uid}` };
}

/** Without the effective one, which is root's still and which Node puts among them. */
function groupsNow(): readonly number[] {
  return (process.getgroups?.() ?? []).filter(group => group !== process.getegid?.());
}

/** The first thing on the way to the tree, or in it, that the reader may not read; null where there is none. */
function deniedTo(content: HostPath, reader: Reader): string | null {
  for (let above = dirname(content); ; above = dirname(above)) {
    if (!permits(statSync(fsPath(above)), reader, 1)) return above;
    if (above === '/') break;
  }
  const look = startLook(content, null, reader);
  if (typeof look === 'string') return content;
  lookOn(look, monotonicMs() + BUDGET_MS);
  endLook(look);
  const { denied } = look.found;
  return denied === null ? null : `${content}/${denied}`;
}

function becomeUser(uid: number, gid: number): void {
  // koffi is loaded by this call, while its file can be read for certain.
  syscall('getpid');
  process.setgid?.(gid);
  process.setuid?.(uid);
  // A change of ids takes /proc/self away from us, and the id maps of the sandbox are written there (prctl(2)). Nothing of root's is left.
  syscall('prctl', PR_SET_DUMPABLE, 1);
  process.env['HOME'] = (require('node:os') as typeof System).userInfo().homedir;
  for (const name of ['XDG_CACHE_HOME', 'TMPDIR']) delete process.env[name];
}
