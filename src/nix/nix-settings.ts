/** Nix' settings, as far as a sandbox depends on them, and the files that they come from (nix-sandbox.md, section 10). */
import { constants } from 'node:fs';
import { type ConfSource, type NixConf, readNixConf, type SetValue, sayProblem } from './nix-conf.ts';
import { lookAt, mayAccess } from './read-regular.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A longer one is cut where it is told. */
const LONGEST_PATH = 100;

/** A path of the machine that every build sees (`sandbox-paths`). */
export interface SandboxPath {
  /** As the build sees it. */
  readonly target: string;
  /** On the machine. */
  readonly source: string;
  /** `source?`: no matter where it is not there. */
  readonly optional: boolean;
}

export interface NixSettings {
  readonly sandboxPaths: readonly SandboxPath[];
  /** `ssl-cert-file`; null where it is not set. */
  readonly certificates: string | null;
  /** Why there may be more that builds see: each one clause, `FILE:LINE: WHAT`. */
  readonly problems: readonly string[];
}

/** `$NIX_CONF_DIR/nix.conf`, by default `/etc/nix/nix.conf`. */
export function nixConfOf(environment: Environment): string {
  return `${environment['NIX_CONF_DIR'] ?? '/etc/nix'}/nix.conf`;
}

/** The settings that builds of this machine's store are made with. */
export function readNixSettings(environment: Environment): NixSettings {
  return nixSettings(readNixConf(buildSources(environment)));
}

/** As {@link readNixSettings}, of what was read. */
export function nixSettings(conf: NixConf): NixSettings {
  const problems = conf.problems.map(sayProblem);
  const paths = conf.values.get('sandbox-paths');
  const words = (paths?.value ?? '').split(' ').filter(word => word !== '');
  return {
    sandboxPaths: words.flatMap(word => sandboxPath(word, paths, problems)),
    certificates: conf.values.get('ssl-cert-file')?.value || null,
    problems,
  };
}

/**
 * The files that whoever builds reads. A daemon reads the system's and no user's; whose own the store is, as Nix decides it (`auto` in
 * libstore/store-open.cc), builds himself, with his own settings.
 */
export function buildSources(environment: Environment): readonly ConfSource[] {
  return buildsHimself(environment) ? clientSources(environment) : [{ path: nixConfOf(environment) }];
}

/** Whether a caller with this environment builds without a daemon. */
export function buildsHimself(environment: Environment): boolean {
  const remote = environment['NIX_REMOTE'] ?? '';
  if (remote !== '' && remote !== 'auto') return remote === 'local';
  return mayAccess(environment['NIX_STATE_DIR'] ?? '/nix/var/nix', constants.W_OK);
}

/** All files that the caller's own Nix reads, in the order in which it applies them, and the text of NIX_CONFIG (`loadConfFile`). */
export function clientSources(environment: Environment): readonly ConfSource[] {
  const text = environment['NIX_CONFIG'];
  const own = userFiles(environment).filter(isTrusted).reverse();
  return [
    { path: nixConfOf(environment) },
    ...own.map(path => ({ path })),
    ...(text === undefined ? [] : [{ path: 'NIX_CONFIG', text }]),
  ];
}

function userFiles(environment: Environment): readonly string[] {
  const named = environment['NIX_USER_CONF_FILES'];
  if (named !== undefined) return named.split(':').filter(path => path.startsWith('/'));
  const { HOME: home, XDG_CONFIG_HOME: config } = environment;
  const base = config ?? (home === undefined ? null : `${home}/.config`);
  const nix = environment['NIX_CONFIG_HOME'] ?? (base === null ? null : `${base}/nix`);
  const shared = (environment['XDG_CONFIG_DIRS'] ?? '/etc/xdg').split(':').map(directory => `${directory}/nix`);
  return [...(nix === null ? [] : [nix]), ...shared]
    .filter(path => path.startsWith('/'))
    .map(path => `${path}/nix.conf`);
}

/** Under sudo, HOME may be another user's: no file of hers is for root to read. */
function isTrusted(path: string): boolean {
  const { stats } = lookAt(path);
  return stats === null || stats.uid === 0 || stats.uid === process.geteuid?.();
}

/** `target`, `target=source`, each with a `?` at its end where it may be missing (`getPathsInSandbox`). */
function sandboxPath(word: string, at: SetValue | undefined, problems: string[]): readonly SandboxPath[] {
  const optional = word.endsWith('?');
  const text = optional ? word.slice(0, -1) : word;
  const split = text.indexOf('=');
  const target = split < 0 ? text : text.slice(0, split);
  const source = split < 0 ? text : text.slice(split + 1);
  if (isPlain(target) && isPlain(source)) return [{ target, source, optional }];
  const what = `sandbox-paths has an entry that is not made of plain absolute paths: ${word.slice(0, LONGEST_PATH)}`;
  problems.push(at === undefined ? what : sayProblem({ ...at, what }));
  return [];
}

/** Absolute, without `.`, `..` and empty names; a slash at the end is no matter. */
function isPlain(path: string): boolean {
  return /^(?:\/[^/\0]+)+\/?$/.test(path) && path.split('/').every(name => name !== '.' && name !== '..');
}
