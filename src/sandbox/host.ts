/** The host's facts that a plan depends on; gathered first and passed in, so that `plan()` is pure. */
import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import type * as System from 'node:os';
import { type HostPath, hostPath } from '../base/path.ts';
import type { NixSettings } from '../nix/nix-settings.ts';
import { resolveInRoot } from '../nix/resolve-in-root.ts';
import { hasTerminal } from './has-terminal.ts';
import { type MachinePath, machinePaths } from './machine-paths.ts';

export interface HostFacts {
  readonly version: 1;
  readonly uid: number;
  readonly gid: number;
  readonly architecture: 'x86_64' | 'aarch64';
  /** `uname -r`. */
  readonly kernel: string;
  /** The caller's supplementary groups: those of root can be dropped, where nothing took that right away. */
  readonly groups: 'none' | 'stay' | 'dropped';
  /** The device nodes of `/dev` that exist here, out of those that the sandbox wants. */
  readonly devices: readonly string[];
  /** Whether `/dev/kvm` is there (S14). */
  readonly kvm: boolean;
  /** Run by root: the files of `/proc` that only root may open; else none. */
  readonly privateProc: readonly string[];
  /** Whether a terminal is among the standard streams: else the command needs none. */
  readonly terminal: boolean;
  /** The caller's umask; null where /proc does not tell it. */
  readonly umask: number | null;
  /** The caller's limits; Node raises its own soft limit of open files, so the launcher script tells it. */
  readonly limits: {
    readonly openFiles: { readonly soft: number; readonly hard: number } | null;
    readonly coreHard: number | 'unlimited' | null;
  };
  /** The directory that holds `store`, on the host: `/nix`, or `ROOT/nix` for `--store ROOT`. */
  readonly nixRoot: HostPath;
  /** The stores that are there: that one, and the machine's own. */
  readonly stores: readonly HostPath[];
  /** Whether the build's own name for its directory is that of a directory below it, with no link on the way. */
  readonly buildTopBelow: boolean;
  /** Whether a Nix daemon's socket lies below it, in `var/nix/daemon-socket`. */
  readonly daemonSocket: boolean;
  /** Files that a build with network gets from the host, and that exist here (nix-sandbox.md, section 5). */
  readonly networkFiles: readonly { readonly from: HostPath; readonly to: string }[];
  /** What the machine's Nix settings show to every build (`sandbox-paths`), as far as it is there. */
  readonly machinePaths: readonly MachinePath[];
  /** Why there may be more that they show: each one clause. */
  readonly settingsProblems: readonly string[];
  /** An interactive bash for the prompt, where one was looked for; null where there is none. */
  readonly promptShell: PromptShell | null;
}

/** A bash with line editing: what to bind, and how to call it inside. */
export interface PromptShell {
  /** Where it was found, on the host. */
  readonly from: HostPath;
  /** What must be bound for it to run: a store's bash needs nothing. */
  readonly binds: readonly { readonly from: HostPath; readonly to: string }[];
  /** The words that start it, inside; more arguments follow. */
  readonly command: readonly string[];
}

/** Where the sandbox keeps what its prompt needs; nothing is there while only commands run. */
export const toolDirectory = '/tmp/.nix-build-shell';

const DEVICES = ['full', 'null', 'random', 'tty', 'urandom', 'zero', 'kvm'];
const NETWORK_FILES = ['/etc/resolv.conf', '/etc/services', '/etc/hosts'];
/** Where a build finds them; Nix takes them from its setting `ssl-cert-file`. */
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

export interface HostQuestions {
  /** `--store ROOT`, absolute; null or '' is the machine's own. */
  readonly storeRoot: string | null;
  /** The directory of the store's root: `/nix`, or Guix' `/gnu`. */
  readonly storeTop: '/nix' | '/gnu';
  /** NIX_BUILD_TOP, a stranger's text; null where it is unknown. */
  readonly buildTop: string | null;
  /** Whether the network's files are wanted (`--net`). */
  readonly network: boolean;
  /** The machine's Nix settings; null where the store is not the machine's. */
  readonly settings: NixSettings | null;
  /** The launcher script's note of the caller's soft limit of open files. */
  readonly openFilesSoft: string | undefined;
}

/** Asks the host. Cheap: some calls of stat(2), and small files of /proc; for root, the names in it. */
export function gatherHostFacts(questions: HostQuestions): HostFacts {
  const devices = DEVICES.filter(name => existsSync(`/dev/${name}`));
  const root = questions.storeRoot ?? '';
  const { shown, lost } = machinePaths(questions.settings?.sandboxPaths ?? []);
  return {
    version: 1,
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    architecture: process.arch === 'arm64' ? 'aarch64' : 'x86_64',
    kernel: release(),
    groups: groups(),
    devices,
    kvm: devices.includes('kvm'),
    privateProc: process.getuid?.() === 0 ? privateProc() : [],
    terminal: hasTerminal(),
    umask: callersUmask(),
    limits: gatherLimits(questions.openFilesSoft),
    nixRoot: hostPath(`${root}${questions.storeTop}`),
    stores: storesHere(`${root}${questions.storeTop}`),
    buildTopBelow: isDirectoryBelow(root, questions),
    daemonSocket: existsSync(`${root}${questions.storeTop}/var/nix/daemon-socket`),
    networkFiles: questions.network ? networkFiles(questions.settings?.certificates ?? CERTIFICATES) : [],
    machinePaths: shown,
    settingsProblems: [...(questions.settings?.problems ?? []), ...lost],
    promptShell: null,
  };
}

function storesHere(nixRoot: string): readonly HostPath[] {
  const places = new Set([nixRoot, '/nix', '/gnu'].map(top => `${top}/store`));
  return [...places].filter(path => existsSync(path)).map(hostPath);
}

/** As uname(2) says it; Node's own way to that loads more than a run needs. */
function release(): string {
  const read = ofProc(() => readFileSync('/proc/sys/kernel/osrelease', 'latin1').trim(), '');
  return read === '' ? (require('node:os') as typeof System).release() : read;
}

const CAP_SETGID = 6n;

/** Those besides the caller's own group. In a user namespace that denies setgroups(2), root may not drop them either. */
function groups(): HostFacts['groups'] {
  const own = process.getgid?.();
  if ((process.getgroups?.() ?? []).every(group => group === own)) return 'none';
  if (process.getuid?.() !== 0) return 'stay';
  const status = ofProc(() => readFileSync('/proc/self/status', 'latin1'), '');
  const capabilities = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  const allowed = ofProc(() => readFileSync('/proc/self/setgroups', 'latin1'), '').trim() === 'allow';
  return allowed && ((capabilities >> CAP_SETGID) & 1n) === 1n ? 'dropped' : 'stay';
}

/**
 * Of the whole machine, as `kcore` and `sysrq-trigger`: what belongs to a process is of the new PID namespace. Names alone are read:
 * asked for types, Node throws where a process ends in that moment, as the kernel does not tell the type then.
 */
function privateProc(): readonly string[] {
  return ofProc(() => readdirSync('/proc'), [])
    .filter(name => !/^[0-9]+$/.test(name))
    .filter(name => {
      const stats = lstatSync(`/proc/${name}`, { throwIfNoEntry: false });
      return stats?.isFile() === true && (stats.mode & 0o007) === 0;
    })
    .sort();
}

/** Where there is no /proc, the step that cannot do without it says so. */
function ofProc<T>(read: () => T, without: T): T {
  try {
    return read();
  } catch {
    return without;
  }
}

/** Behind a link there is another place inside, or none. */
function isDirectoryBelow(root: string, { storeTop, buildTop }: HostQuestions): boolean {
  if (buildTop?.startsWith(`${storeTop}/`) !== true) return false;
  const found = resolveInRoot(root, buildTop);
  return found.ok && found.value.inside === buildTop && found.value.stats.isDirectory();
}

/** Links such as systemd-resolved's are followed: what they point at is bound. */
function networkFiles(certificates: string): HostFacts['networkFiles'] {
  const files = [...NETWORK_FILES.map(path => [path, path] as const), [certificates, CERTIFICATES] as const];
  return files.filter(([path]) => existsSync(path)).map(([path, to]) => ({ from: hostPath(realpathSync(path)), to }));
}

/** Without setting it, as umask(2) does: /proc/self/status of Linux 4.7 and later. */
function callersUmask(): number | null {
  const value = /^Umask:\s*([0-7]+)$/m.exec(ofProc(() => readFileSync('/proc/self/status', 'latin1'), ''))?.[1];
  return value === undefined ? null : Number.parseInt(value, 8);
}

/** /proc/self/limits (proc(5)): `Max open files  1024  1048576  files`. */
function gatherLimits(openFilesSoft: string | undefined): HostFacts['limits'] {
  const text = ofProc(() => readFileSync('/proc/self/limits', 'latin1'), '');
  const hard = (name: string): number | 'unlimited' | null => {
    const value = new RegExp(`^${name} +\\S+ +(\\S+)`, 'm').exec(text)?.[1];
    return value === undefined ? null : value === 'unlimited' ? 'unlimited' : Number(value);
  };
  const openFilesHard = hard('Max open files');
  const soft = Number(openFilesSoft);
  const known = Number.isSafeInteger(soft) && soft > 0 && typeof openFilesHard === 'number' && soft <= openFilesHard;
  return { openFiles: known ? { soft, hard: openFilesHard } : null, coreHard: hard('Max core file size') };
}
