/** The steps of `/build` (S12), by the rung on which the working copy stands, and of the build's own name for it. */
import { type InnerPath, innerPath, toBytes } from '../base/path.ts';
import type { PlanInput } from './plan-input.ts';
import { directories, inGroup, type Omission, type Op, type Step, step } from './step.ts';
import type { NotTaken, OverlayCopy, WorkingCopy } from './working-copy.ts';

const BUILD = innerPath('/build');

/** `/build`, and the same directory at the path by which the build knew it. */
export function buildSteps(input: PlanInput): readonly Step[] {
  const { build, session } = input;
  const first =
    session.copy.rung === 'overlay'
      ? overlayOp(session.copy)
      : ({ kind: 'bind', from: session.build, to: BUILD, type: 'directory', readOnly: false } as const);
  const steps = [
    step(first, whyThisRung(session.copy), { nix: 'getPathsInSandbox', spec: 'S12' }),
    inGroup(
      'modes',
      step(
        { kind: 'mode', at: BUILD, mode: 0o700 },
        'Nix opens the directory to others only when the build has failed',
        { nix: 'tmpDirInSandbox' },
      ),
    ),
  ];
  const top = extraBuildTop(build.buildTop);
  if (top === null || !hasPlace(top, input)) return steps;
  const why = `the build called its directory ${top}, and such paths stand in what it made`;
  const made = inWholeStore(top, input) ? [] : directories(top, new Set(['/tmp', '/nix']));
  const again: Op = { kind: 'bindInner', from: BUILD, to: top, type: 'directory' };
  return [...steps, ...made.map(op => step(op, why)), step(again, why, { nix: 'tmpDirInSandbox' })];
}

function overlayOp({ lower, session, byRoot }: OverlayCopy): Op {
  return { kind: 'overlay', lower, session, byRoot, at: BUILD };
}

function whyThisRung(copy: WorkingCopy): string {
  const why = 'the kept directory itself never changes';
  switch (copy.rung) {
    case 'overlay':
      return `nothing needs to be copied, and ${why}: all of it is ${copy.byRoot?.mapped === true ? 'of one owner' : 'yours'}, as far as was looked (${copy.looked.whole ? 'all ' : 'the first '}${copy.looked.entries} entries); changes go to a layer above it${copy.placed === 0 ? '' : `, in which ${copy.placed} names of files with several (hard links) are already, as it would separate them`}`;
    case 'reflink':
      return `a working copy that shares its blocks with the kept files: ${why}${higherRungs(copy.notTaken)}`;
    case 'copy':
      return `a working copy: ${why}${higherRungs(copy.notTaken)}`;
    case 'privileged':
      return `a working copy, read with the one privileged step: ${why}`;
  }
}

function higherRungs(notTaken: readonly NotTaken[]): string {
  return notTaken.map(({ rung, why }) => `; no ${rung}: ${why}`).join('');
}

/** What an overlay does otherwise than the directory of a build. */
export function omittedByRung({ session }: PlanInput): readonly Omission[] {
  if (session.copy.rung !== 'overlay') return [];
  const nix = 'getPathsInSandbox';
  const { looked, byRoot } = session.copy;
  const instead = 'without privileges, an overlay can do no more; --copy=copy makes a copy';
  const renames = {
    what: 'a directory that was there at the start cannot be renamed by rename(2), which says EXDEV; mv copies it instead',
    why: instead,
    nix,
  };
  const odd = {
    what: 'whiteouts (character devices 0:0) cannot be made in /build, and its files have no handles (name_to_handle_at)',
    why: 'an overlay has neither; --copy=copy makes a copy',
    nix,
  };
  const unseen = `only the first ${looked.entries} entries of the kept directory were looked at before the start`;
  const owners = {
    what: 'files of other users, if there are any, belong to nobody and cannot be written',
    why: `${unseen}; the others are looked at while you work, and what is found is said; --copy=copy makes all of it yours`,
    nix,
  };
  const links = {
    what: 'a file with several names (hard links) is separated from the others by the first write to it',
    why: byRoot === null ? `${unseen}; ${instead}` : 'the file system has no index for them; --copy=copy keeps them',
    nix,
  };
  const closed = looked.unread === null ? [] : [omittedOfClosed(looked.unread)];
  if (byRoot === null) return [renames, ...(looked.whole ? [] : [owners, links]), ...closed, odd];
  return [...(looked.whole ? [] : [owners]), ...(byRoot.links ? [] : [links]), ...closed, odd];
}

/** A copy would be without the directory: its owner cannot read it. Inside, its mode can be changed. */
function omittedOfClosed(path: string): Omission {
  return {
    what: `files of other users in ${path}, if there are any, belong to nobody, and those with several names are separated when they are written to`,
    why: 'its mode closes it to you as well, so it was not looked into; a copy would be without it',
    nix: 'getPathsInSandbox',
  };
}

/** The build's own name, where it is none of the sandbox's own and nothing stands for it. */
export function omittedName(input: PlanInput): readonly Omission[] {
  const { buildTop } = input.build;
  const top = extraBuildTop(buildTop);
  if (buildTop === null || buildTop === BUILD || (top !== null && hasPlace(top, input))) return [];
  return [
    {
      what: "the build's own name for its directory leads nowhere",
      why: `it is ${shortened(buildTop)}, where no directory can be made`,
      nix: 'tmpDirInSandbox',
    },
  ];
}

/** A longer one is cut where it is told. */
const LONGEST_TOLD = 200;

function shortened(path: string): string {
  return path.length > LONGEST_TOLD ? `${path.slice(0, LONGEST_TOLD)}…` : path;
}

/** Whether the working copy can be mounted there: nothing can be made in the host's own store, so there it must be already. */
function hasPlace(top: InnerPath, input: PlanInput): boolean {
  return !inWholeStore(top, input) || input.facts.buildTopBelow;
}

function inWholeStore(top: InnerPath, { store }: PlanInput): boolean {
  return store.kind === 'whole' && top.startsWith('/nix/');
}

/** NAME_MAX, and what PATH_MAX leaves of a path behind that of the sandbox's root. */
const LONGEST = { name: 255, path: 2048 };

/**
 * The build's own name for its directory, where that is not `/build`: an unsandboxed build, or Guix. The text is from a stranger:
 * only plain absolute paths outside what the sandbox itself lays out are taken.
 */
function extraBuildTop(top: string | null): InnerPath | null {
  if (top === null || top === '/build' || !/^(\/[^/\0]+)+$/.test(top)) return null;
  const names = top.split('/');
  if (names.includes('.') || names.includes('..')) return null;
  if (toBytes(top).length > LONGEST.path || names.some(name => toBytes(name).length > LONGEST.name)) return null;
  if (['build', 'bin', 'etc', 'dev', 'proc', 'gnu'].includes(names[1] ?? '')) return null;
  return top === '/nix' || top === '/tmp' || top.startsWith('/nix/store') ? null : innerPath(top);
}
