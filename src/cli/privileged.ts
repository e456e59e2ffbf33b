/** The one privileged step: what is asked, what is said, and what the copy tells of the build (docs/spec.md, "The environment"). */
import { renameSync, rmdirSync } from 'node:fs';
import { ok, type Result } from '../base/failure.ts';
import { fsPath, type HostPath, hostPath } from '../base/path.ts';
import { shellWord } from '../base/printable.ts';
import type { KeptBuild } from '../nix/kept-build.ts';
import { child, shapeOf } from '../nix/layout.ts';
import { lookAt } from '../nix/read-regular.ts';
import { names, signsIn } from '../nix/signs.ts';
import { notWritten } from '../session/place.ts';
import { copyWithPrivileges, privilegedCommand, privilegeTool } from '../session/privileged-copy.ts';
import type { CopyReport } from '../session/session.ts';
import type { RunOptions } from './arguments.ts';
import { askYes } from './ask.ts';
import { type Prepared, prepare } from './prepare.ts';
import { say } from './say.ts';

/** The question, where there is a terminal to ask it on; the exact command is shown first. */
export async function agreed(build: KeptBuild): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false;
  say(
    build.access === 'readable'
      ? 'you may not read its env-vars, and no derivation tells its environment'
      : `you may not read ${build.outer}`,
  );
  say(`one privileged step would copy it: ${privilegedStep(build)}`);
  return askYes('run it?');
}

/** The command of the privileged step, as a person would type it. */
export function privilegedStep(build: KeptBuild): string {
  const tool = privilegeTool(process.env['PATH'] ?? '') ?? 'sudo';
  return privilegedCommand(build.content, tool).map(shellWord).join(' ');
}

/** Says the command, runs it, and learns from the copy what could not be read before. @param to is made, and stays after a failure */
export async function privilegedCopy(
  build: KeptBuild,
  to: HostPath,
  options: RunOptions,
): Promise<Result<{ readonly prepared: Prepared; readonly report: CopyReport }>> {
  say(`copying with privileges: ${privilegedStep(build)}`);
  const report = await copyWithPrivileges(build.content, to, process.env['PATH'] ?? '');
  if (!report.ok) return report;
  const lifted = liftContent(build, to);
  if (!lifted.ok) return lifted;
  const prepared = await prepare(asCopied(build, to, lifted.value), options);
  if (!prepared.ok) return prepared;
  // Where the copy lies is the session's; the build is still the one that was named.
  const { content } = build;
  return ok({ prepared: { ...prepared.value, build: { ...prepared.value.build, content } }, report: report.value });
}

/**
 * Nobody could see that the content of a closed directory is in `build` (or `b`, `top`) below it: then the copy is that of the outer one,
 * and what was /build is moved to its place.
 * @returns the layout that was found
 */
function liftContent(build: KeptBuild, copy: HostPath): Result<KeptBuild['layout']> {
  if (build.layout !== 'flat') return ok(build.layout);
  const all = names(copy) ?? [];
  const inner = shapeOf(build.outer)?.inner.find(name => all.length === 1 && all[0] === name);
  if (inner === undefined || lookAt(child(copy, inner)).stats?.isDirectory() !== true) return ok('flat');
  try {
    const outer = `${copy}.outer`;
    renameSync(fsPath(copy), fsPath(outer));
    renameSync(fsPath(child(outer, inner)), fsPath(copy));
    rmdirSync(fsPath(outer));
    return ok(inner);
  } catch (error) {
    return notWritten(`take ${inner} out of the copy of ${build.outer}`, error, copy);
  }
}

/** The same build, with what its copy tells. */
function asCopied(build: KeptBuild, copy: HostPath, layout: KeptBuild['layout']): KeptBuild {
  const { envFile, structuredAttrs, problems } = signsIn(copy);
  const content = hostPath(copy);
  return {
    ...build,
    content,
    layout,
    access: 'readable',
    envFile,
    structuredAttrs,
    problems: [...build.problems, ...problems],
  };
}
