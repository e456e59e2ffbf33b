/** The steps that lay out the store (S13): what the build saw of it, one bind a path, or the whole of it. */
import { type InnerPath, innerPath } from '../base/path.ts';
import type { StoreEntry } from '../nix/store-entries.ts';
import type { PlanInput } from './plan-input.ts';
import { inGroup, type Omission, type Step, step } from './step.ts';
import type { ClosureView, StoreLayer, WholeView } from './store-view.ts';

/** `/nix` or `/gnu`, its store, and `/bin/sh`, a link into it (S16). */
export function storeSteps(input: PlanInput): readonly Step[] {
  const { store, options, build } = input;
  const top = innerPath(build.system === 'guix' ? '/gnu' : '/nix');
  const first = top === '/nix' ? [] : [step({ kind: 'directory', at: top, mode: 0o755 }, "for Guix' store")];
  return [
    ...first,
    ...(store.kind === 'whole' ? wholeStore(input, top, store) : closureOnly(store, top)),
    ...(options.shell === null
      ? []
      : [
          step(
            { kind: 'link', at: innerPath('/bin/sh'), target: options.shell },
            "scripts begin with #!/bin/sh; it is the build's own shell",
            { nix: 'getPathsInSandbox', spec: 'S16' },
          ),
        ]),
  ];
}

function wholeStore({ facts }: PlanInput, at: InnerPath, { why, layer }: WholeView): readonly Step[] {
  const socket = step(
    { kind: 'tmpfs', at: innerPath(`${at}/var/nix/daemon-socket`), mode: 0o555 },
    'who reaches the daemon builds with its rights, and with its network; a build did not reach it either',
    { nix: 'prepareSandbox' },
  );
  return [
    step(
      { kind: 'bind', from: facts.nixRoot, to: at, type: 'directory', readOnly: true },
      `the dependencies are here, and nothing may change them; the whole store, as ${why}`,
      { nix: 'prepareSandbox', spec: 'S13' },
    ),
    ...(facts.daemonSocket ? [socket] : []),
    ...(typeof layer === 'string' ? [] : [layerStep(layer, innerPath(`${at}/store`))]),
  ];
}

function layerStep({ place, session, unfinished, hidden }: StoreLayer, at: InnerPath): Step {
  const copied = unfinished.length === 0 ? '' : '; what Nix left of them was copied into the layer';
  const covered =
    hidden.length === 0 ? '' : '; those that the store has by now are hidden, as the build did not see them';
  return inGroup(
    'store-layer',
    step(
      { kind: 'storeLayer', place, session, copies: unfinished.length > 0, hidden, at },
      `the outputs can be written, and the host's store never changes${copied}${covered}`,
      { nix: 'setupBuildChroot', spec: 'S13' },
    ),
  );
}

function closureOnly(view: ClosureView, top: InnerPath): readonly Step[] {
  const at = innerPath(`${top}/store`);
  const { from } = view;
  const paths = (entries: readonly StoreEntry[], why: string): readonly Step[] =>
    entries.length === 0
      ? []
      : [step({ kind: 'storePaths', from, at, entries }, why, { nix: 'prepareSandbox', spec: 'S13' })];
  const like = { nix: 'setupBuildChroot', spec: 'S13' };
  return [
    step({ kind: 'directory', at, mode: 0o1775 }, 'for the store paths', like),
    view.directory === null
      ? step({ kind: 'tmpfs', at, mode: 0o1775 }, 'the outputs can be written here, and nowhere else', like)
      : step(
          { kind: 'bind', from: view.directory, to: at, type: 'directory', readOnly: false },
          'the outputs can be written here; what Nix left of them was copied into it',
          like,
        ),
    ...paths(view.inputs, `the input closure of ${view.derivation}`),
    ...view.more.flatMap(({ why, entries }) => paths(entries, why)),
    step({ kind: 'closeStorePaths', at }, 'nothing may change them', { nix: 'prepareSandbox' }),
  ];
}

/** What the store inside does not have in common with that of the build. */
export function omittedOfStore(input: PlanInput): readonly Omission[] {
  const { store } = input;
  if (store.kind === 'whole') return omittedOfWhole(input, store);
  const missing = store.missing.map(({ path, hint }) => ({
    what: `the input ${path} is missing`,
    why: hint === null ? 'the store does not have it any more' : `the store does not have it any more: ${hint}`,
    nix: 'prepareSandbox',
  }));
  return [
    {
      what: 'store paths are read-only mounts: writing to them says so, not that it is not permitted',
      why: "the host's store must stay as it is, whoever owns it",
      nix: 'prepareSandbox',
    },
    {
      what: 'the store is a private mount, not a shared one',
      why: 'S9; Nix shares it with itself, so that a build can ask for more paths (recursive-nix)',
      nix: 'enterChroot',
    },
    ...(store.directory === null
      ? [
          {
            what: 'what is written to the store lies in memory',
            why: 'a mount point for each store path takes much longer to make on a disk',
            nix: 'setupBuildChroot',
          },
        ]
      : []),
    ...missing,
  ];
}

function omittedOfWhole({ options, facts }: PlanInput, { why, layer }: WholeView): readonly Omission[] {
  const all = {
    what: "the store holds everything that the host has, not only the build's inputs",
    why: `${why}; so a dependency that is missing from the recipe may be found here`,
    nix: 'prepareSandbox',
  };
  // The group's own words say it then.
  if (options.without.includes('store-layer')) return [all];
  if (typeof layer === 'string')
    return [
      all,
      {
        what: 'the outputs ($out) cannot be written: the store is read-only',
        why: `${layer}; set another prefix to try an installation`,
        nix: 'setupBuildChroot',
      },
    ];
  return [all, ...omittedOfLayer(layer, facts.uid === 0)];
}

function omittedOfLayer({ outputs, why }: StoreLayer, root: boolean): readonly Omission[] {
  const nix = 'setupBuildChroot';
  const yours = root ? ', as you are root: everything' : '';
  return [
    {
      what: `store paths that are files can be removed, and what belongs to you can be changed${yours}; inside only`,
      why: "a layer takes the changes, and it is yours; the host's store stays as it is",
      nix,
    },
    ...(why === null ? [] : [{ what: 'what is written to the store lies in memory', why, nix }]),
    ...(outputs > 0
      ? []
      : [
          {
            what: 'what Nix left of the outputs is shown as it is in the store, and cannot be changed',
            why: 'neither env-vars nor a derivation tells which paths the outputs are',
            nix,
          },
        ]),
  ];
}
