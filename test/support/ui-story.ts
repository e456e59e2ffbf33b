/** A made-up machine for screens of the UI: an environment, a plan and a log of one failed build, the same on every machine. */
import { fail, ok, type Result } from '../../src/base/failure.ts';
import { hostPath, innerPath } from '../../src/base/path.ts';
import { factsCollector } from '../../src/nix/log/facts.ts';
import type { LogIndex } from '../../src/nix/log/log-index.ts';
import { parseEnvVars } from '../../src/nix/parse-env-vars.ts';
import { plan } from '../../src/sandbox/plan.ts';
import type { PlanOptions } from '../../src/sandbox/plan-input.ts';
import type { App } from '../../src/ui/app.ts';
import type { Core, OpenLog } from '../../src/ui/core.ts';
import { onKey } from '../../src/ui/router.ts';
import { ENDED_WITH_SANDBOX } from '../../src/ui/shells.ts';
import type { PaneInfo, State } from '../../src/ui/state.ts';
import { keptBuild, planInput, planOptions } from './plan-input.ts';
import { paneInfo, uiApp, uiState } from './ui-state.ts';

const STORE = '/nix/store';
const path = (letter: string, name: string): string => `${STORE}/${letter.repeat(32)}-${name}`;

const ENV_VARS = `declare -x CARGO_BUILD_TARGET="x86_64-unknown-linux-gnu"
declare -x HOME="/homeless-shelter"
declare -x NIX_LDFLAGS="-rpath ${path('f', 'wttr-0.1.0')}/lib -L${path('d', 'openssl-3.4.1')}/lib"
declare -x NIX_BUILD_TOP="/build"
declare -x NIX_CFLAGS_COMPILE=" -frandom-seed=wttr"
declare -x PATH="${path('b', 'coreutils-9.7')}/bin:${path('c', 'rustc-1.86.0')}/bin:${path('d', 'pkg-config-wrapper-0.29.2')}/bin"
declare -x PKG_CONFIG_PATH=""
declare -x SHELL="${path('a', 'bash-5.2p37')}/bin/bash"
declare -x buildPhase="runHook preBuild
export OPENSSL_NO_VENDOR=1
cargo build --release --frozen
runHook postBuild"
declare -x cmakeFlags=""
declare -x description="What a build says about itself can be long: then it is folded to one line, and wrapped between its words where it is opened, so that all of it can be read."
declare -x doCheck="1"
declare -x name="wttr-0.1.0"
declare -x nativeBuildInputs="${path('c', 'rustc-1.86.0')} ${path('e', 'cargo-1.86.0')}"
declare -x out="${path('f', 'wttr-0.1.0')}"
declare -x outputs="out"
declare -x pname="wttr"
declare -x src="${path('h', 'source')}"
declare -x stdenv="${path('i', 'stdenv-linux')}"
declare -x system="x86_64-linux"
declare -x version="0.1.0"
`;

const LOG = [
  'Running phase: unpackPhase',
  `unpacking source archive ${path('h', 'source')}`,
  'source root is source',
  'Running phase: buildPhase',
  '\u001b[1;32m   Compiling\u001b[0m openssl-sys v0.9.102',
  '\u001b[1m\u001b[91merror\u001b[0m\u001b[1m: failed to run custom build command for `openssl-sys v0.9.102`\u001b[0m',
  '',
  'Caused by:',
  '  process did not exit successfully: `build-script-main` (exit status: 101)',
  '  --- stderr',
  '  Could not find directory of OpenSSL installation, and this `-sys` crate cannot',
  '  proceed without this knowledge.',
  '  It looks like you are compiling on Linux without `pkg-config`.',
  '',
  '\u001b[1m\u001b[91merror\u001b[0m: could not compile `wttr` (lib) due to 1 previous error',
];

/** What a stranger could put into a build: it must be shown, and do nothing. */
export const HOSTILE = 'x\u001b]0;owned\u0007\u001b[2J\u001b[31m\u202eevil\u009b5n\r\n\u200bz';

/** The environment of another build: one variable changed, one more, one less. */
function otherText(env: string): string {
  return env
    .replace('doCheck="1"', 'doCheck=""')
    .replace(/^declare -x NIX_CFLAGS_COMPILE=.*\n/m, '')
    .replace('declare -x pname', 'declare -x patches="/nix/store/none.patch"\ndeclare -x pname');
}

interface Texts {
  readonly env: string;
  readonly log: readonly string[];
}

/** A core that knows the made-up build. */
export function storyCore(texts: Texts = { env: ENV_VARS, log: LOG }): Partial<Core> {
  return {
    load: async build =>
      ok({
        build,
        env: parseEnvVars(Buffer.from(build.outer.includes('openssl') ? otherText(texts.env) : texts.env), {
          kind: 'file',
          path: `${build.outer}/env-vars`,
        }),
        derivation: path('j', 'wttr-0.1.0.drv'),
        derivationFoundBy: 'its name',
        builder: null,
        shell: `${path('a', 'bash-5.2p37')}/bin/bash`,
        notes: [],
        missing: new Set([path('e', 'cargo-1.86.0')]),
      }),
    plan: async (build, { net, binds, without }) =>
      ok(
        plan(
          planInput({
            build: keptBuild({ ...build }),
            options: planOptions({ command: null, net, without: [...without], binds: binds.map(bindOf) }),
          }),
        ),
      ),
    log: async () => openStory(texts.log),
  };
}

/** As `--bind HOST[:DEST]` is understood, without looking at the host. */
function bindOf(bind: string): PlanOptions['binds'][number] {
  const [from = '', to = from] = bind.split(':');
  return { from: hostPath(from), to: innerPath(to), type: 'directory' };
}

/** A core of a build that lies everywhere. */
export function hostileCore(): Partial<Core> {
  const env = `declare -x A="${HOSTILE}"\ndeclare -x buildPhase=$'${HOSTILE}\\n${HOSTILE}'\ndeclare -x B${HOSTILE}="1"\n`;
  return storyCore({ env, log: [`Running phase: ${HOSTILE}`, HOSTILE, `error: ${HOSTILE}`] });
}

/** A log in memory. */
function openStory(texts: readonly string[]): Result<OpenLog> {
  const collected = factsCollector();
  for (const text of texts) collected.add({ at: { unit: 0, skip: 0 }, bytes: Buffer.from(text), cutBytes: 0 });
  const lines = texts.map((text, at) => ({ number: at + 1, text }));
  const index: LogIndex = {
    log: {
      path: hostPath('/nix/var/log/nix/drvs/jj/jjj-wttr-0.1.0.drv.bz2'),
      compression: 'bz2',
      sizeBytes: 1000,
      fd: -1,
      pieces: async function* () {},
      close: () => undefined,
    },
    state: () => ({ complete: true, facts: collected.facts(), problems: [] }),
    onProgress: () => () => undefined,
    ready: Promise.resolve(),
    lines: async (from, count) => lines.slice(from - 1, from - 1 + count),
    search: async (text, from, direction) => {
      const found = lines.filter(line => line.text.includes(text));
      const next = direction === 'forward' ? found.find(l => l.number >= from) : found.findLast(l => l.number <= from);
      return next?.number ?? null;
    },
    close: async () => undefined,
  };
  return ok({ index, foundBy: 'by the derivation' });
}

/** The screens, and the keys that lead to them from the list. */
export const SCREENS: Readonly<Record<string, readonly string[]>> = {
  list: [],
  filter: ['/', 's', 's', 'l', 'enter'],
  env: ['e'],
  'env-phase': ['e', '/', 'b', 'u', 'i', 'l', 'd', 'P', 'enter', 'j', 'enter'],
  'env-list': ['e', '/', ...'PATH'.split(''), 'enter', 'j', 'enter'],
  'env-full': ['e', '/', ...'PATH'.split(''), 'enter', 'j', 'enter', 'f'],
  'env-wrapped': [
    'e',
    '/',
    ...'about itself'.split('').map(key => (key === ' ' ? 'space' : key)),
    'enter',
    'j',
    'enter',
  ],
  compare: ['e', '='],
  compared: ['e', '=', 'enter'],
  plan: ['p'],
  'plan-why': ['p', 'j', 'j', 'enter'],
  'plan-changed': ['p', 'b', ...'/opt/tools:/tools'.split(''), 'enter', 'n'],
  'plan-without': ['p', ...Array.from({ length: 48 }, () => 'j'), 'x'],
  'plan-differences': ['p', 'D'],
  log: ['l'],
  'log-folded': ['l', 'Z'],
  'log-search': ['l', 'g', '/', ...'openssl'.split(''), 'enter', 'n'],
  'log-error': ['l', 'g', 'e'],
  shell: ['5'],
  help: ['?'],
  palette: [':', 'c', 'o', 'p', 'y'],
  delete: ['space', 'space', 'd'],
};

/** A shell in each of two sandboxes, and a second one in the first. */
const PANES = [
  paneInfo({}),
  paneInfo({ id: 2, first: false, title: 'vim build.rs', command: 'nix-build-shell enter 31337' }),
  paneInfo({ id: 3, name: 'openssl-sys-0.9.102', sandbox: 2 }),
];
const SHELLS = { tab: 'shell', focus: 'pane', panes: PANES, pane: 2 } as const;
const REFUSED = fail('delete /tmp/nix-build-wttr-0.1.0.drv-0', {
  call: 'unlinkat(7, "Cargo.lock", 0)',
  errno: 'EACCES',
  because: 'the directory is that of nixbld1',
  hint: 'sudo rm -rf /tmp/nix-build-wttr-0.1.0.drv-0',
});

/** The screens that need shells, or something that did not work: what is set on the state of the list. */
const SET: Readonly<Record<string, Partial<State>>> = {
  panes: SHELLS,
  'panes-menu': { ...SHELLS, paneMenu: true },
  'panes-ended': {
    ...SHELLS,
    focus: 'chrome',
    panes: PANES.with(1, { ...PANES[1], ended: ENDED_WITH_SANDBOX } as PaneInfo),
  },
  'end-others': { ...SHELLS, pane: 1, overlay: { kind: 'endOthers', by: 'close' } },
  'end-others-again': { ...SHELLS, pane: 1, overlay: { kind: 'endOthers', by: 'restart' } },
  quit: { panes: PANES.slice(0, 1), overlay: { kind: 'quit' } },
  'quit-several': { panes: PANES, overlay: { kind: 'quit' } },
  failure: { overlay: { kind: 'failure', failure: REFUSED.failure } },
  notes: {
    overlay: { kind: 'notes', title: 'Settings', notes: ["keys.sort: 'S' does two things", 'theme: no such theme'] },
  },
};

export const SCREEN_NAMES: readonly string[] = [...Object.keys(SCREENS), ...Object.keys(SET)];

/** The App at a screen of `SCREEN_NAMES`. */
export async function atScreen(name: string, columns: number, rows: number, change: Partial<State> = {}): Promise<App> {
  return afterKeys({ ...uiState(columns, rows, change), ...SET[name] }, SCREENS[name] ?? []);
}

/** Lets what is being loaded arrive. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 20; turns += 1) await new Promise(resolve => setImmediate(resolve));
}

/** An App on this state, after these keys, with all that they load. */
export async function afterKeys(
  state: State,
  keys: readonly string[],
  core: Partial<Core> = storyCore(),
): Promise<App> {
  const { app } = uiApp(state, core);
  for (const key of keys) {
    onKey(app, key);
    await settle();
  }
  return app;
}
