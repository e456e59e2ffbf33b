/** Reports of probe.sh, and their comparison: facts by key. */
import { existsSync, readFileSync } from 'node:fs';

export type Report = ReadonlyMap<string, string>;

/** What the machine itself is, so that a report can be told on any other. */
export interface Machine {
  readonly kvm: boolean;
  /** The machine's /etc files that a fixed-output build sees; absent where the machine has none. */
  readonly etc: Readonly<Record<string, string>>;
  readonly interfaces: string;
}

const SHARED = ['/etc/hosts', '/etc/resolv.conf', '/etc/services'] as const;
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
  return { kvm: existsSync('/dev/kvm'), etc, interfaces: interfaces.join(' ') };
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

/** Facts that one of two machines cannot have are no difference: kvm, and /etc files that are not there. */
export function comparable(report: Report, machine: Machine): Report {
  const facts = new Map(report);
  if (!machine.kvm) forget(facts, '/dev/kvm');
  for (const path of SHARED) if (machine.etc[path] === undefined && path !== '/etc/hosts') forget(facts, path);
  // Where the machine has only lo, a shared network looks like a private one: then the recording decides nothing.
  if (machine.interfaces === 'lo' && facts.get('net.interfaces') === OF_THE_MACHINE) facts.delete('net.interfaces');
  return facts;
}

function forget(facts: Map<string, string>, path: string): void {
  for (const prefix of ['file.', 'mount.', 'text.']) facts.delete(prefix + path);
  const slash = path.lastIndexOf('/');
  const key = `list.${path.slice(0, slash)}`;
  const names = facts.get(key)?.split(' ') ?? [];
  facts.set(key, names.filter(name => name !== path.slice(slash + 1)).join(' '));
}

/** A reviewed difference: why a fact is not what Nix' sandbox shows. */
export interface Reviewed {
  readonly fact: string;
  /** Nix' value; absent: Nix has no such fact. */
  readonly nix?: string;
  /** Ours; absent: we have no such fact. */
  readonly ours?: string;
  readonly why: string;
  /** Only for these runners; absent: for all. */
  readonly as?: readonly string[];
  /** Only for these kinds of builds; absent: for all. */
  readonly kinds?: readonly string[];
}

export interface Difference {
  readonly fact: string;
  readonly nix: string | undefined;
  readonly ours: string | undefined;
}

/** Every fact that is not the same in both. */
export function differences(nix: Report, ours: Report): Difference[] {
  const keys = [...new Set([...nix.keys(), ...ours.keys()])].sort();
  return keys
    .map(fact => ({ fact, nix: nix.get(fact), ours: ours.get(fact) }))
    .filter(difference => difference.nix !== difference.ours);
}

/** Differences that nobody reviewed, and reviewed ones that do not occur: both are failures. */
export function judge(
  found: readonly Difference[],
  reviewed: readonly Reviewed[],
): { readonly unexpected: Difference[]; readonly stale: Reviewed[] } {
  const same = (a: Difference, b: Reviewed) => a.fact === b.fact && a.nix === b.nix && a.ours === b.ours;
  return {
    unexpected: found.filter(difference => !reviewed.some(entry => same(difference, entry))),
    stale: reviewed.filter(entry => !found.some(difference => same(difference, entry))),
  };
}
