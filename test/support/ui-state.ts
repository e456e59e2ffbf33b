/** A UI without a terminal: made-up builds, a core that remembers what it was asked, and panes that only note. */
import { createStore } from 'zustand/vanilla';
import { fail, ok, type Result } from '../../src/base/failure.ts';
import { hostPath } from '../../src/base/path.ts';
import type { KeptBuild } from '../../src/nix/kept-build.ts';
import type { App } from '../../src/ui/app.ts';
import type { Core } from '../../src/ui/core.ts';
import { type Facts, NO_FACTS } from '../../src/ui/facts.ts';
import { KEYS } from '../../src/ui/keys.ts';
import { DEFAULT_COLOURS, type Look } from '../../src/ui/look.ts';
import type { Panes } from '../../src/ui/panes.ts';
import { RUNS } from '../../src/ui/runs.ts';
import { initialState, type PaneInfo, type State } from '../../src/ui/state.ts';
import { envVars, keptBuild } from './plan-input.ts';

export const NOW = 1_800_000_000_000;
const MINUTE = 60_000;

export const LOOK: Look = { colour: true, ascii: false, colours: DEFAULT_COLOURS };

/** A kept build of this name, kept so many minutes ago. */
export function uiBuild(name: string, minutesAgo: number, change: Partial<KeptBuild> = {}): KeptBuild {
  const outer = hostPath(`/tmp/nix-build-${name}.drv-0`);
  const version = /-(\d.*)$/.exec(name)?.[1] ?? null;
  const envFile = { path: hostPath(`${outer}/env-vars`), access: 'readable', sizeBytes: 100, modifiedAtMs: 0 } as const;
  return keptBuild({
    outer,
    content: outer,
    given: outer,
    name: { value: name, source: 'path' },
    packageVersion: version,
    keptAtMs: NOW - minutesAgo * MINUTE,
    envFile,
    ...change,
  });
}

export const BUILDS: readonly KeptBuild[] = [
  uiBuild('wttr-0.1.0', 2),
  uiBuild('openssl-sys-0.9.102', 190),
  uiBuild('hello-world', 2 * 1440, { access: 'denied', owner: { uid: 30001, gid: 30000, user: 'nixbld1' } }),
];

const FACTS: Readonly<Record<string, Partial<Facts>>> = {
  'wttr-0.1.0': {
    sizeBytes: 38_400_000,
    files: 1204,
    phase: 'build',
    lastError: 'error: failed to run custom build command for `openssl-sys v0.9.102`',
  },
  'openssl-sys-0.9.102': {
    sizeBytes: 12_000_000,
    files: 310,
    phase: 'configure',
    lastError: 'Could not find directory of OpenSSL installation\u001b]0;owned\u0007',
  },
};

/** The state of a UI with three builds, of which everything is known. */
export function uiState(columns: number, rows: number, change: Partial<State> = {}): State {
  const facts = new Map(
    BUILDS.map(({ outer, name }) => [
      outer as string,
      { ...NO_FACTS, ...FACTS[name?.value ?? ''], done: true } satisfies Facts,
    ]),
  );
  return { ...emptyUi(columns, rows, BUILDS), facts, ...change };
}

/** The state of the first frame. */
export function emptyUi(columns: number, rows: number, builds: readonly KeptBuild[] = []): State {
  const places = ['/tmp', '/var/tmp', '/nix/var/nix/builds'];
  return initialState({
    size: { columns, rows },
    nowMs: NOW,
    look: LOOK,
    store: null,
    reservedKey: 'ctrl-]',
    keys: {},
    clipboard: false,
    mouse: true,
    tellColours: true,
    light: false,
    title: false,
    directories: [],
    places,
    demo: ok({ argv: ['true'], shown: 'node /opt/nix-build-shell/scripts/demo.mjs' }),
    builds,
  });
}

/** A shell in a pane. */
export function paneInfo(change: Partial<PaneInfo>): PaneInfo {
  return {
    id: 1,
    build: BUILDS[0]?.outer ?? '',
    name: 'wttr-0.1.0',
    sandbox: 1,
    first: true,
    title: '',
    ended: null,
    command: 'nix-build-shell DIR',
    scrolledBack: false,
    selected: 0,
    ...change,
  };
}

/** What a test's UI was asked to do. */
export interface Asked {
  readonly copied: string[];
  readonly opened: string[];
  readonly removed: string[];
  left: boolean;
}

/** An App over such a state. */
export function uiApp(state: State, more: Partial<Core> = {}): { readonly app: App; readonly asked: Asked } {
  const asked: Asked = { copied: [], opened: [], removed: [], left: false };
  const core: Core = { ...fakeCore(state, asked), ...more };
  const app: App = {
    store: createStore<State>(() => state),
    core,
    bindings: KEYS,
    runs: RUNS,
    openLogs: new Map(),
    panes: fakePanes(asked),
    copy: text => void asked.copied.push(text),
    suspend: () => undefined,
    repaint: () => undefined,
    leave: () => {
      asked.left = true;
    },
  };
  return { app, asked };
}

function fakeCore(state: State, asked: Asked): Core {
  const none = async (): Promise<Result<never>> => fail('read what a test does not have');
  return {
    list: async () => state.builds.filter(({ outer }) => !asked.removed.includes(outer)),
    places: () => state.places,
    addPlace: directory => ok(directory),
    watch: () => () => undefined,
    gather: async () => undefined,
    load: async build =>
      ok({
        build,
        env: envVars(),
        derivation: '/nix/store/00000000000000000000000000000003-x.drv',
        derivationFoundBy: 'its name',
        builder: null,
        shell: '/nix/store/00000000000000000000000000000000-bash/bin/bash',
        notes: [],
        missing: new Set(),
      }),
    plan: none,
    bind: word => ok(word),
    log: none,
    remove: async build => {
      asked.removed.push(build.outer);
      return ok(null);
    },
    shell: build => ({ argv: ['true'], shown: `nix-build-shell ${build.outer}` }),
    enter: launcher => ({ argv: ['true'], shown: `nix-build-shell enter ${launcher}` }),
    runOnTerminal: async () => 0,
    copyToTmux: async () => false,
    saveCopy: () => ok('/tmp/copied.txt'),
    environment: {},
  };
}

function fakePanes(asked: Asked): Panes {
  return {
    open: ({ command }) => void asked.opened.push(command.shown),
    another: () => false,
    fullScreen: ({ shown }) => void asked.opened.push(shown),
    restart: () => undefined,
    close: () => undefined,
    turn: () => undefined,
    scroll: () => undefined,
    search: () => 'nowhere',
    select: () => undefined,
    unmark: () => null,
    text: () => '',
    literal: () => undefined,
    focus: () => undefined,
    running: () => false,
  };
}
