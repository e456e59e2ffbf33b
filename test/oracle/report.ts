/** Reports of probe.sh, and their comparison: facts by key. */
import { existsSync, readFileSync } from 'node:fs';

export type Report = ReadonlyMap<string, string>;

/** What the machine itself is, so that a report can be told on any other. */
export interface Machine {
  readonly kvm: boolean;
  /** /etc/ssl/certs/ca-certificates.crt is there. */
  readonly certificates: boolean;
  /** The machine's /etc files that a fixed-output build sees; absent where the machine has none. */
  readonly etc: Readonly<Record<string, string>>;
  readonly interfaces: string;
}

const SHARED = ['/etc/hosts', '/etc/resolv.conf', '/etc/services'] as const;
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
const OF_THE_MACHINE = '(the one of the machine)';

/** `key=value` lines as a map. */
export function parseReport(text: string): Report {
  const facts = new Map<string, string>();
  for (const line of text.split('\n')) {
    const at = line.indexOf('=');
    if (at > 0) facts.set(line.slice(0, at), line.slice(at + 1));
  }
  return facts;
}

/** The lines of a report, for a file. */
export function formatReport(report: Report): string {
  return [...report].map(([key, value]) => `${key}=${value}\n`).join('');
}

/** Asks this machine. */
export function thisMachine(): Machine {
  const etc: Record<string, string> = {};
  for (const path of SHARED)
    if (existsSync(path))
      etc[path] = readFileSync(path, 'utf8').replaceAll('\\', String.raw`\\`).replaceAll('\n', String.raw`\n`);
  const interfaces = readFileSync('/proc/net/dev', 'utf8')
    .split('\n')
    .filter(line => line.includes(':'))
    .map(line => line.slice(0, line.indexOf(':')).trim());
  const [kvm, certificates] = ['/dev/kvm', CERTIFICATES].map(path => existsSync(path));
  return { kvm: kvm === true, certificates: certificates === true, etc, interfaces: interfaces.join(' ') };
}

/** The report with what was the machine's said as such: its files, its network, the owner and mode of its files. */
export function portable(report: Report, machine: Machine): Report {
  const facts = new Map(report);
  for (const [path, text] of Object.entries(machine.etc)) {
    if (facts.get(`text.${path}`) !== text || !facts.has(`mount.${path}`)) continue;
    facts.set(`text.${path}`, OF_THE_MACHINE);
    facts.set(`file.${path}`, OF_THE_MACHINE);
  }
  if (machine.interfaces !== 'lo' && facts.get('net.interfaces') === machine.interfaces) {
    facts.set('net.interfaces', OF_THE_MACHINE);
    facts.delete('net.routes');
  }
  return facts;
}

/** What this machine cannot show is no difference: kvm, /etc files that are not there, a network where there is only lo. */
export function comparable(report: Report, machine: Machine, fixedOutput: boolean): Report {
  const facts = new Map(report);
  if (!machine.kvm) forget(facts, '/dev/kvm');
  if (!machine.certificates) forget(facts, '/etc/ssl');
  if (!machine.certificates) forget(facts, CERTIFICATES);
  for (const path of SHARED) if (machine.etc[path] === undefined && path !== '/etc/hosts') forget(facts, path);
  // Which files of /proc there are is the kernel's matter.
  const masked = [...facts.keys()].filter(key => key.startsWith('mount./proc/'));
  for (const key of masked) facts.delete(key);
  if (masked.length > 0) facts.set('mount./proc/…', 'masked');
  if (machine.interfaces === 'lo' && fixedOutput)
    for (const key of facts.keys()) if (/^(net\.|can\.connect:)/.test(key)) facts.delete(key);
  return facts;
}

function forget(facts: Map<string, string>, path: string): void {
  for (const prefix of ['file.', 'mount.', 'text.']) facts.delete(prefix + path);
  const slash = path.lastIndexOf('/');
  const key = `list.${path.slice(0, slash)}`;
  const names = facts.get(key);
  if (names === undefined) return;
  const rest = names.split(' ').filter(name => name !== path.slice(slash + 1));
  facts.set(key, rest.join(' '));
}

export interface Difference {
  readonly fact: string;
  /** Nix' value; absent: Nix has no such fact. */
  readonly nix?: string;
  /** Ours; absent: we have no such fact. */
  readonly ours?: string;
}

/** Differences with one reason, in differences.json. */
export interface Reviewed {
  readonly why: string;
  /** The line of the plan that says so. */
  readonly omitted: string;
  readonly facts: readonly (Difference & {
    /** Only when run by `root` or by an ordinary `user`; absent: always. */
    readonly as?: string;
    /** Only for these kinds of builds; absent: for all. */
    readonly kinds?: readonly string[];
    /** Only of Nixes from this version on, `2.19`. */
    readonly since?: string;
    /** Only of Nixes before this version. */
    readonly before?: string;
    /** Only where the account that runs it is in more groups than its own. */
    readonly supplementaryGroups?: true;
  })[];
}

/** Every fact that is not the same in both. */
export function differences(nix: Report, ours: Report): Difference[] {
  const keys = [...new Set([...nix.keys(), ...ours.keys()])].sort();
  return keys
    .filter(fact => nix.get(fact) !== ours.get(fact))
    .map(fact => difference(fact, nix.get(fact), ours.get(fact)));
}

function difference(fact: string, nix: string | undefined, ours: string | undefined): Difference {
  return { fact, ...(nix === undefined ? {} : { nix }), ...(ours === undefined ? {} : { ours }) };
}

/** Where a comparison is made. */
export interface Circumstances {
  /** The case's name. */
  readonly kind: string;
  /** `root` or `user`. */
  readonly as: string;
  /** The recorded Nix: `2.8.0`. */
  readonly nix: string;
  /** The account is in more groups than its own. */
  readonly supplementaryGroups?: boolean;
}

/** Whether version `a` is older than `b`, number by number; what is not said is 0. */
export function older(a: string, b: string): boolean {
  const [x, y] = [a, b].map(version => version.split('.').map(Number));
  for (let at = 0; at < 3; at++) {
    const difference = (x?.[at] ?? 0) - (y?.[at] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** The reviewed differences that hold there, on a machine as `show` tells. */
export function reviewedFor(
  reviewed: readonly Reviewed[],
  { kind, as, nix, supplementaryGroups = false }: Circumstances,
  show: (report: Report) => Report = report => report,
): Difference[] {
  const facts = reviewed
    .flatMap(group => group.facts)
    .filter(fact => fact.as === undefined || fact.as === as)
    .filter(fact => fact.kinds === undefined || fact.kinds.includes(kind))
    .filter(fact => fact.since === undefined || !older(nix, fact.since))
    .filter(fact => fact.before === undefined || older(nix, fact.before))
    .filter(fact => fact.supplementaryGroups === undefined || supplementaryGroups);
  const side = (of: 'nix' | 'ours') =>
    show(new Map(facts.flatMap(({ fact, [of]: value }) => (value === undefined ? [] : [[fact, value] as const]))));
  return differences(side('nix'), side('ours'));
}

/** Differences that nobody reviewed, and reviewed ones that do not occur: both are failures. */
export function judge(
  found: readonly Difference[],
  reviewed: readonly Difference[],
): { readonly unexpected: Difference[]; readonly gone: Difference[] } {
  const same = (a: Difference) => (b: Difference) => a.fact === b.fact && a.nix === b.nix && a.ours === b.ours;
  return {
    unexpected: found.filter(each => !reviewed.some(same(each))),
    gone: reviewed.filter(each => !found.some(same(each))),
  };
}
