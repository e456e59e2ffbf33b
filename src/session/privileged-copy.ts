/**
 * The one privileged step, for what the caller cannot read: root's tar(1) reads the kept directory and writes an archive into a pipe, and
 * nothing else; unpacking it is done without privileges. tar follows no links below the directory.
 */
import { mkdirSync } from 'node:fs';
import { fail, ok, type Result } from '../base/failure.ts';
import { fsPath, type HostPath } from '../base/path.ts';
import { pipeOnTerminal } from '../nix/on-terminal.ts';
import { isProgram } from '../nix/read-regular.ts';
import { notWritten } from './place.ts';
import type { CopyReport } from './session.ts';

/** In this order: what a person uses is usually the first that is there. run0 is systemd's (256 and newer). */
const TOOLS = ['sudo', 'doas', 'run0'] as const;

/** The first of sudo, doas and run0 in PATH; null where there is none. */
export function privilegeTool(path: string): (typeof TOOLS)[number] | null {
  const directories = path.split(':').filter(directory => directory.startsWith('/'));
  return TOOLS.find(tool => directories.some(directory => isProgram(`${directory}/${tool}`))) ?? null;
}

/** The command that reads the kept directory's content: to be shown before it is run. `content` is a canonical path. */
export function privilegedCommand(content: HostPath, tool = 'sudo'): readonly string[] {
  return [tool, 'tar', '--create', '--sparse', '--directory', content, '--file', '-', '.'];
}

/** Copies everything, sockets and set-id bits apart, into the new directory `to`, which the caller owns. */
export async function copyWithPrivileges(content: HostPath, to: HostPath, path: string): Promise<Result<CopyReport>> {
  const wanted = `copy ${content} with one privileged step`;
  const tool = privilegeTool(path);
  if (tool === null)
    return fail(wanted, {
      because: 'none of sudo, doas and run0 is in PATH',
      hint: 'let root make a copy that you may read',
    });
  try {
    mkdirSync(fsPath(to), { mode: 0o700 });
  } catch (error) {
    return notWritten(wanted, error, to);
  }
  // The caller is the owner of all that tar makes: --no-same-owner is what it does for everybody but root.
  const unpack = [
    'tar',
    '--extract',
    '--preserve-permissions',
    '--no-same-owner',
    '--delay-directory-restore',
    '--directory',
    to,
    '--file',
    '-',
  ];
  const copied = await pipeOnTerminal(privilegedCommand(content, tool), unpack);
  if (!copied.ok) return copied;
  const { from, to: unpacked } = copied.value;
  if (from !== 0)
    return fail(wanted, { because: `'${tool} tar' ended with status ${from}`, hint: 'its own words stand above' });
  if (unpacked !== 0)
    return fail(wanted, { because: `unpacking ended with status ${unpacked}`, hint: 'its own words stand above' });
  return ok({ files: 0, directories: 0, others: 0, bytes: 0, skippedCount: 0, skipped: [], changed: null });
}
