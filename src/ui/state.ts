/** What the UI knows and shows. No cells, bytes, descriptors or timers: plain data, so that a frame is a function of it. */
import type { Failure, Result } from '../base/failure.ts';
import type { KeptBuild } from '../nix/kept-build.ts';
import type { GroupName } from '../sandbox/groups.ts';
import type { SandboxPlan } from '../sandbox/step.ts';
import { sizeOf } from '../terminal/size.ts';
import type { Details, ShellCommand } from './core.ts';
import { type Facts, NO_FACTS } from './facts.ts';
import { type LogInfo, type LogPlace, NO_LOG_PLACE } from './log-place.ts';
import type { Look } from './look.ts';
import type { Overlay, Typing } from './overlay.ts';

export type Tab = 'dirs' | 'env' | 'plan' | 'log' | 'shell';
export const TABS: readonly Tab[] = ['dirs', 'env', 'plan', 'log', 'shell'];

export type Sort = 'age' | 'name' | 'size' | 'owner';
export const SORTS: readonly Sort[] = ['age', 'name', 'size', 'owner'];

/** Something that is loaded when it is first looked at. */
export type Loaded<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly failure: Failure }
  | { readonly state: 'ready'; readonly value: T };

/** Where a person is in a list or tree. */
export interface Place {
  readonly cursor: number;
  readonly filter: string;
  /** Ids of the groups that are open. */
  readonly open: ReadonlySet<string>;
}

const START: Place = { cursor: 0, filter: '', open: new Set() };

/** What the person changed in the plan: the options of the command line that do the same. */
export interface Choices {
  readonly net: boolean;
  readonly binds: readonly string[];
  /** `--without`: steps that are switched off. */
  readonly without: readonly GroupName[];
}

export const NO_CHOICES: Choices = { net: false, binds: [], without: [] };

/** A shell in the pane. */
export interface PaneInfo {
  readonly id: number;
  /** The `outer` of its build. */
  readonly build: string;
  readonly name: string;
  /** Those of one sandbox have the same number. */
  readonly sandbox: number;
  /** Whether the sandbox is its own: it ends with this one, and the others with it. */
  readonly first: boolean;
  /** What the program inside calls itself; already safe to print. */
  readonly title: string;
  readonly ended: string | null;
  /** The command that it runs, as one would type it. */
  readonly command: string;
  readonly scrolledBack: boolean;
  /** How many lines are selected. */
  readonly selected: number;
}

export interface State {
  readonly size: { readonly columns: number; readonly rows: number };
  readonly nowMs: number;
  readonly look: Look;
  /** `--store ROOT`. */
  readonly store: string | null;
  readonly reservedKey: string;
  /** Whether programs in panes may write the clipboard. */
  readonly clipboard: boolean;
  /** Whether programs in panes may ask for the mouse. */
  readonly mouse: boolean;
  /** Whether programs in panes are told the terminal's colours when they ask. */
  readonly tellColours: boolean;
  /** Whether the background is light, as far as the settings or the environment say. */
  readonly light: boolean;
  /** Whether the terminal's title follows that of the program in the pane. */
  readonly title: boolean;
  /** The key table's hints are made with the person's own keys. */
  readonly keys: Readonly<Record<string, readonly string[]>>;
  /** Directories that the person named, to look into beside those that are always looked into. */
  readonly directories: readonly string[];
  /** Directories that were looked into, for the empty screen. */
  readonly places: readonly string[];
  /** What the empty screen offers, or why it cannot. */
  readonly demo: Result<ShellCommand>;
  readonly builds: readonly KeptBuild[];
  readonly facts: ReadonlyMap<string, Facts>;
  /** The builds that pass the filter, in the order of `sort`. */
  readonly shown: readonly KeptBuild[];
  readonly sort: Sort;
  /** Its `outer`; null where the list is empty. */
  readonly selected: string | null;
  readonly marked: ReadonlySet<string>;
  readonly filter: string;
  readonly tab: Tab;
  readonly typing: Typing | null;
  readonly overlay: Overlay | null;
  readonly toast: string | null;
  readonly details: ReadonlyMap<string, Loaded<Details>>;
  readonly env: Place & { readonly wrap: boolean; readonly compare: string | null; readonly full: boolean };
  readonly plans: ReadonlyMap<string, Loaded<SandboxPlan>>;
  readonly plan: Place & { readonly onlyDifferences: boolean };
  readonly choices: ReadonlyMap<string, Choices>;
  readonly logs: ReadonlyMap<string, Loaded<LogInfo>>;
  readonly log: LogPlace;
  readonly panes: readonly PaneInfo[];
  /** What was searched for in panes last; empty where nothing was. */
  readonly paneSearch: string;
  /** The pane that is shown; null where there is none. */
  readonly pane: number | null;
  readonly focus: 'chrome' | 'pane';
  readonly zoomed: boolean;
  /** The reserved key was pressed: the next key is the pane's menu's. */
  readonly paneMenu: boolean;
}

/** The state of the first frame: nothing but the list. */
export function initialState(
  given: Pick<
    State,
    | 'size'
    | 'nowMs'
    | 'look'
    | 'store'
    | 'reservedKey'
    | 'clipboard'
    | 'mouse'
    | 'tellColours'
    | 'light'
    | 'title'
    | 'keys'
    | 'directories'
    | 'places'
    | 'demo'
    | 'builds'
  >,
): State {
  return {
    ...given,
    size: sizeOf(given.size),
    facts: new Map(),
    shown: given.builds,
    sort: 'age',
    selected: given.builds[0]?.outer ?? null,
    marked: new Set(),
    filter: '',
    tab: 'dirs',
    typing: null,
    overlay: null,
    toast: null,
    details: new Map(),
    env: { ...START, open: new Set(['inputs', 'phases']), wrap: false, compare: null, full: false },
    plans: new Map(),
    plan: { ...START, onlyDifferences: false },
    choices: new Map(),
    logs: new Map(),
    log: NO_LOG_PLACE,
    panes: [],
    paneSearch: '',
    pane: null,
    focus: 'chrome',
    zoomed: false,
    paneMenu: false,
  };
}

/** The build under the cursor. */
export function selectedBuild(state: State): KeptBuild | null {
  return state.shown.find(({ outer }) => outer === state.selected) ?? null;
}

export function factsOf(state: State, build: KeptBuild): Facts {
  return state.facts.get(build.outer) ?? NO_FACTS;
}

export function choicesOf(state: State, outer: string | null): Choices {
  return (outer === null ? undefined : state.choices.get(outer)) ?? NO_CHOICES;
}

/** The name that is shown: that of the derivation, else the directory's own. */
export function nameOf(state: State, build: KeptBuild): string {
  const name = factsOf(state, build).name ?? build.name?.value;
  return name ?? build.outer.slice(build.outer.lastIndexOf('/') + 1);
}

/** How many other shells end when the shown one does: those in its sandbox, where it is the first one there. */
export function othersToEnd({ panes, pane }: State): number {
  const shown = panes.find(({ id }) => id === pane);
  if (shown === undefined || !shown.first || shown.ended !== null) return 0;
  return panes.filter(({ id, sandbox, ended }) => id !== pane && sandbox === shown.sandbox && ended === null).length;
}
