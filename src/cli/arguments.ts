/** The words of the command line, and the options that stand before DIR. The words after DIR are never looked at. */
import { TRACE_LAYERS, type TraceLayer } from '../base/trace.ts';
import { GROUP_NAMES, type GroupName, groupName } from '../sandbox/groups.ts';
import { RUNGS, type Rung } from '../sandbox/working-copy.ts';

export interface RunOptions {
  /** `--store ROOT`. */
  readonly store: string | null;
  /** `--bind HOST[:DEST]`, in order. */
  readonly binds: readonly string[];
  readonly net: boolean;
  /** `--whole-store`: all of the store, not only what the build saw. */
  readonly wholeStore: boolean;
  /** The groups of `--without NAME[,NAME…]`. */
  readonly without: readonly GroupName[];
  /** The layers of `--trace[=LAYER,…]`. */
  readonly trace: readonly string[];
  /** The privileged copy is agreed to beforehand. */
  readonly sudo: boolean;
  /** `--derivation PATH`: which one, where several fit. */
  readonly derivation: string | null;
  /** The working copy is not removed at the end. */
  readonly keep: boolean;
  /** `--copy=RUNG`: how the working copy is made; null is the best way. */
  readonly copy: Rung | null;
}

export const NO_OPTIONS: RunOptions = {
  store: null,
  binds: [],
  net: false,
  wholeStore: false,
  without: [],
  trace: [],
  sudo: false,
  derivation: null,
  keep: false,
  copy: null,
};

/** The options before DIR: commander's help and the quick path read the same table. */
export const OPTIONS = {
  '--store': { value: 'ROOT', help: 'the store below ROOT (ROOT/nix/store) instead of /nix/store' },
  '--bind': {
    value: 'HOST[:DEST]',
    help: 'show a file or directory of the host inside, writable but for the store; may be repeated',
  },
  '--net': { value: null, help: "keep the host's network" },
  '--whole-store': { value: null, help: "show all of the store, not only the build's inputs" },
  '--without': { value: 'NAME', help: `leave out ${GROUP_NAMES.join(', ')}; may be repeated` },
  '--derivation': { value: 'DRV', help: 'the derivation of DIR, where it cannot be told which one it is' },
  '--sudo': { value: null, help: 'copy what you cannot read with one privileged step, without asking' },
  '--keep': { value: null, help: 'keep the working copy when the command ends, and say where it is' },
  '--copy': { value: RUNGS.join('|'), help: 'how the working copy is made; without it, the first of these that works' },
  '--trace': { value: null, help: `say on stderr what is done; --trace=${TRACE_LAYERS.join(',')} chooses` },
} as const satisfies Record<string, { value: string | null; help: string }>;

export type OptionName = keyof typeof OPTIONS;

/** A run: options, DIR, and CMD with its arguments (none: an interactive shell). */
export interface RunRequest {
  readonly options: RunOptions;
  readonly directory: string;
  readonly command: readonly string[];
}

/** What stands on the command line: a run, or something that commander answers. */
export type Scanned = RunRequest | { readonly problem: string } | null;

/** The subcommands; a directory of such a name is given as `./list`. */
export const COMMANDS = ['list', 'show', 'log', 'env', 'plan', 'enter', 'doctor', 'help'] as const;
export type CommandName = (typeof COMMANDS)[number];

/** @returns a run, a problem for a usage error, or null where the words are not a run (a subcommand, `--help`, nothing) */
export function scan(words: readonly string[]): Scanned {
  let options = NO_OPTIONS;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--') return runOf(options, words.slice(at + 1));
    if (!word.startsWith('-') || word === '-') {
      return (COMMANDS as readonly string[]).includes(word) ? null : runOf(options, words.slice(at));
    }
    const [name, inline] = splitOnce(word);
    if (!isOption(name)) return null;
    const takesValue = OPTIONS[name].value !== null;
    const value = inline ?? (takesValue ? words[(at += 1)] : undefined);
    if (takesValue && (value === undefined || value === ''))
      return { problem: `option ${name} needs ${OPTIONS[name].value}` };
    if (!takesValue && inline !== undefined && name !== '--trace') return { problem: `option ${name} takes no value` };
    const next = withOption(options, name, value);
    if (typeof next === 'string') return { problem: next };
    options = next;
  }
  return null;
}

function splitOnce(word: string): readonly [string, string?] {
  const at = word.indexOf('=');
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

function isOption(name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name);
}

function runOf(options: RunOptions, words: readonly string[]): Scanned {
  const [directory, ...command] = words;
  if (directory === undefined) return null;
  return directory === '' ? { problem: 'DIR is empty' } : { options, directory, command };
}

/** The options with one more; a string is a usage error. */
function withOption(options: RunOptions, name: OptionName, value: string | undefined): RunOptions | string {
  switch (name) {
    case '--store':
      return { ...options, store: value ?? null };
    case '--bind':
      return { ...options, binds: [...options.binds, value ?? ''] };
    case '--derivation':
      return { ...options, derivation: value ?? null };
    case '--whole-store':
      return { ...options, wholeStore: true };
    case '--without': {
      const without = withGroups(options.without, value ?? '');
      return typeof without === 'string' ? without : { ...options, without };
    }
    case '--net':
      return { ...options, net: true };
    case '--sudo':
      return { ...options, sudo: true };
    case '--keep':
      return { ...options, keep: true };
    case '--copy': {
      const copy = RUNGS.find(rung => rung === value);
      return copy === undefined ? `--copy takes one of ${RUNGS.join(', ')}` : { ...options, copy };
    }
    case '--trace': {
      const layers = value === undefined ? [...TRACE_LAYERS] : value.split(',');
      const unknown = layers.find(layer => !(TRACE_LAYERS as readonly string[]).includes(layer));
      return unknown === undefined
        ? { ...options, trace: layers }
        : `no trace layer is called ${unknown} (there are ${TRACE_LAYERS.join(', ')})`;
    }
  }
}

/** The groups with those of `NAME[,NAME…]`; a string is a usage error. */
export function withGroups(before: readonly GroupName[], words: string): readonly GroupName[] | string {
  const names = words.split(',');
  const unknown = names.find(word => groupName(word) === null);
  if (unknown !== undefined) return `nothing to leave out is called ${unknown} (there are ${GROUP_NAMES.join(', ')})`;
  return [...new Set([...before, ...names.flatMap(word => groupName(word) ?? [])])];
}

/** The layers as their type; they were checked by {@link scan}. */
export function traceLayers(options: RunOptions): readonly TraceLayer[] {
  return TRACE_LAYERS.filter(layer => options.trace.includes(layer));
}
