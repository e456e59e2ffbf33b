/** Kept builds as text: `list` and `show`. */
import { shellWord } from '../base/printable.ts';
import type { Derivation } from '../nix/derivation.ts';
import { nameInStore } from '../nix/drv-name.ts';
import type { EnvVars } from '../nix/env-vars.ts';
import type { KeptBuild } from '../nix/kept-build.ts';
import type { BuildLog } from '../nix/log/of-build.ts';
import { age, fields, section, table, wrapped } from './text.ts';

/**
 * A line a build, the path last, as it may be long; and under it what failed, cut at the width.
 * @param logs in the order of the builds
 */
export function listText(
  builds: readonly KeptBuild[],
  logs: readonly BuildLog[],
  nowMs: number,
  columns: number,
): string {
  const rows = builds.map((build, at) => [
    nameOf(build, logs[at]),
    logs[at]?.summary?.failingPhase ?? UNKNOWN,
    age(build.keptAtMs, nowMs),
    build.owner.user ?? String(build.owner.uid),
    shellWord(build.outer),
  ]);
  const [heading = '', ...lines] = table([['NAME', 'PHASE', 'AGE', 'OWNER', 'DIRECTORY'], ...rows]).split('\n');
  const below = builds.map((build, at) => `${cut(`  ${whatFailed(build, logs[at])}`, columns)}\n`);
  return `${heading}\n  LAST ERROR\n${below.map((line, at) => `${lines[at] ?? ''}\n${line}`).join('')}`;
}

/** Paths of current Nix have no name in them: then that of the log, which was found by the time, is the best there is. */
function nameOf(build: KeptBuild, log: BuildLog | undefined): string {
  if (build.name !== null) return build.name.value;
  const name = log?.drv === undefined || log.drv === null ? null : nameInStore(log.drv);
  return name === null ? '(name unknown)' : `${name.replace(/\.drv$/, '')} (by its log)`;
}

const UNKNOWN = '–';

function whatFailed(build: KeptBuild, log: BuildLog | undefined): string {
  const summary = log?.summary;
  const said = summary?.lastError ?? summary?.lastLine ?? UNKNOWN;
  return build.access === 'readable' ? said : `(you cannot read it) ${said}`;
}

/** One line of at most so many columns. */
function cut(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`;
}

/** All that `show` tells of one build. */
export interface Shown {
  readonly build: KeptBuild;
  readonly environment: EnvVars | null;
  readonly derivation: Derivation | null;
  /** How the derivation was found, or why it was not. */
  readonly derivationFoundBy: string | null;
  /** The derivations between which it was left open, each with what is known of it. */
  readonly candidates: readonly { readonly path: string; readonly why: string }[];
  readonly shell: string | null;
  /** Where a command starts, inside. */
  readonly workingDirectory: string | null;
  /** What the build's log tells of the failure. */
  readonly log: BuildLog;
  /** What the caller cannot read below the content directory: a count, and the first paths. */
  readonly unreadable: { readonly count: number; readonly first: readonly string[]; readonly complete: boolean };
  readonly problems: readonly string[];
  /** The command that enters it, word by word; null where something stands in the way. */
  readonly enter: readonly string[] | null;
}

/** The facts of one build, in words. */
export function showText(shown: Shown, nowMs: number): string {
  const { build, environment, derivation, unreadable } = shown;
  const source = environment?.source;
  const facts = fields([
    ['name', build.name === null ? 'unknown' : `${build.name.value} (from the ${build.name.source})`],
    ['version', build.packageVersion],
    ['directory', build.outer],
    ['content', build.content === build.outer ? null : build.content],
    ['left by', `${SYSTEM[build.system]}${build.sandboxed === false ? ', without a sandbox' : ''}`],
    ['kept', `${new Date(build.keptAtMs).toISOString()} (${age(build.keptAtMs, nowMs)} ago)`],
    ['owner', `${build.owner.user ?? 'no name'} (${build.owner.uid}:${build.owner.gid})`],
    ['build top', build.buildTop],
    ['attributes', build.structuredAttrs ? 'structured (.attrs.json, .attrs.sh)' : null],
    ['derivation', derivation?.path ?? shown.derivationFoundBy],
    ['found by', derivation === null ? null : shown.derivationFoundBy],
    [
      'outputs',
      derivation?.outputs.map(({ name, path }) => `${name}: ${path === '' ? '(path not known beforehand)' : path}`) ??
        null,
    ],
    ['log', shown.log.summary?.path ?? shown.log.foundBy],
    ['log found by', shown.log.summary === null ? null : shown.log.foundBy],
    ['logs that fit', shown.log.candidates],
    ['failing phase', shown.log.summary?.failingPhase ?? null],
    ['last error', shown.log.summary?.lastError ?? null],
    ['last line', shown.log.summary?.lastError === null ? shown.log.summary.lastLine : null],
    ['fixed output', derivation?.fixedOutput === true ? 'yes: Nix gives it the network; here --net does' : null],
    [
      'shell',
      shown.shell ?? (environment === null ? null : 'none: its builder is no shell, and none is among its inputs'),
    ],
    ['starts in', shown.workingDirectory],
    ['environment', environment === null ? 'none' : sourceText(environment)],
    [
      'unreadable',
      unreadable.count === 0
        ? null
        : `${unreadable.complete ? '' : 'at least '}${unreadable.count} of its files: ${unreadable.first.join(', ')}${unreadable.count > unreadable.first.length ? ', …' : ''}`,
    ],
  ]);
  const lost = source?.kind === 're-constructed' ? source.lost : [];
  const problems = [
    ...build.problems,
    ...(shown.log.summary?.problems ?? []),
    ...shown.problems,
    ...(environment?.problems.slice(0, 20).map(({ line, message }) => `env-vars, line ${line}: ${message}`) ?? []),
  ];
  const bullet = (lines: readonly string[]): string => lines.map(line => wrapped(line, '    ', '  - ')).join('');
  return (
    facts +
    section(
      'It may be one of these derivations; --derivation DRV says which:',
      bullet(shown.candidates.map(({ path, why }) => `${path}: ${why}`)),
    ) +
    section('Lost, as the environment is re-constructed:', bullet(lost)) +
    section('Notes:', bullet(problems)) +
    section('Enter:', shown.enter === null ? '' : `  ${shown.enter.map(shellWord).join(' ')}\n`)
  );
}

const SYSTEM: Readonly<Record<KeptBuild['system'], string>> = { nix: 'Nix', lix: 'Lix', guix: 'Guix' };

function sourceText(environment: EnvVars): string {
  const count = `${environment.variables.length} variables`;
  const { source } = environment;
  switch (source.kind) {
    case 'file':
      return `${count}, from ${source.path}`;
    case 're-constructed':
      return `${count}, re-constructed from ${source.derivation}`;
    case 'none':
      return 'none';
  }
}
