/** Inputs of a plan, complete and typed: what recognition, parsing and the host's answers would give. */
import { hostPath, innerPath } from '../../src/base/path.ts';
import { demandsOf } from '../../src/nix/demands.ts';
import type { EnvVariable, EnvVars } from '../../src/nix/env-vars.ts';
import type { KeptBuild } from '../../src/nix/kept-build.ts';
import type { HostFacts } from '../../src/sandbox/host.ts';
import type { PlanInput, PlanOptions } from '../../src/sandbox/plan-input.ts';

export const BASH = innerPath('/nix/store/00000000000000000000000000000000-bash-static/bin/bash');

/** A kept directory of the old flat form. */
export function keptBuild(change: Partial<KeptBuild> = {}): KeptBuild {
  const outer = hostPath('/tmp/nix-build-hello-2.12.1.drv-0');
  return {
    version: 1,
    given: outer,
    outer,
    content: outer,
    layout: 'flat',
    system: 'nix',
    name: { value: 'hello-2.12.1', source: 'path' },
    packageVersion: '2.12.1',
    owner: { uid: 1001, gid: 1001, user: 'alice' },
    keptAtMs: 0,
    envFile: { path: hostPath(`${outer}/env-vars`), access: 'readable', sizeBytes: 100, modifiedAtMs: 0 },
    structuredAttrs: false,
    buildTop: '/build',
    sandboxed: true,
    access: 'readable',
    problems: [],
    ...change,
  };
}

/** Exported variables, as a parser gives them. */
export function variables(values: Readonly<Record<string, string>>): readonly EnvVariable[] {
  return Object.entries(values).map(([name, value]) => ({ name, value, attributes: 'x' }));
}

/** The environment of an env-vars file. */
export function envVars(change: Partial<EnvVars> = {}): EnvVars {
  return {
    version: 1,
    source: { kind: 'file', path: '/tmp/nix-build-hello-2.12.1.drv-0/env-vars' },
    variables: variables({ SHELL: BASH, HOME: '/homeless-shelter' }),
    arrays: [],
    functions: [],
    problems: [],
    ...change,
  };
}

/** A host with everything but kvm. */
export function hostFacts(change: Partial<HostFacts> = {}): HostFacts {
  return {
    version: 1,
    uid: 1001,
    gid: 1001,
    architecture: 'x86_64',
    kernel: '6.18.0',
    groups: 'stay',
    devices: ['full', 'null', 'random', 'tty', 'urandom', 'zero'],
    kvm: false,
    privateProc: [],
    terminal: false,
    umask: 0o027,
    limits: { openFiles: { soft: 1024, hard: 1_048_576 }, coreHard: 'unlimited' },
    nixRoot: hostPath('/nix'),
    stores: [hostPath('/nix/store')],
    buildTopBelow: false,
    daemonSocket: false,
    networkFiles: [],
    machinePaths: [],
    settingsProblems: [],
    promptShell: null,
    ...change,
  };
}

/** `true`, in `/build`. */
export function planOptions(change: Partial<PlanOptions> = {}): PlanOptions {
  return {
    command: ['true'],
    net: false,
    without: [],
    binds: [],
    shell: BASH,
    workingDirectory: innerPath('/build'),
    ...change,
  };
}

/** All of it. */
export function planInput(change: Partial<PlanInput> = {}): PlanInput {
  const { build = keptBuild(), env = envVars(), derivation = null } = change;
  return {
    build,
    env,
    derivation,
    demands: demandsOf(build, env, derivation),
    session: {
      build: hostPath('/sessions/1/build'),
      root: hostPath('/sessions/1/root'),
      copy: { rung: 'copy', notTaken: [] },
    },
    store: { kind: 'whole', why: 'the derivation is not known', layer: "the store is the host's own" },
    options: planOptions(),
    facts: hostFacts(),
    ...change,
  };
}
