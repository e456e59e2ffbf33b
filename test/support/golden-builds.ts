/** The builds of the golden plans: one for each kind of sandbox that there is. */
import { hostPath, innerPath } from '../../src/base/path.ts';
import type { PlanInput } from '../../src/sandbox/plan-input.ts';
import { BASH, envVars, hostFacts, keptBuild, planInput, planOptions, variables } from './plan-input.ts';

/** Name of the golden file → what the plan is made of. */
export const GOLDEN_BUILDS: Readonly<Record<string, PlanInput>> = {
  plain: planInput(),
  net: planInput({
    options: planOptions({ net: true }),
    facts: hostFacts({
      networkFiles: [
        { from: hostPath('/run/systemd/resolve/stub-resolv.conf'), to: '/etc/resolv.conf' },
        { from: hostPath('/etc/services'), to: '/etc/services' },
        { from: hostPath('/etc/ssl/certs/ca-certificates.crt'), to: '/etc/ssl/certs/ca-certificates.crt' },
      ],
    }),
  }),
  binds: planInput({
    options: planOptions({
      binds: [
        { from: hostPath('/home/alice/src'), to: innerPath('/home/alice/src'), type: 'directory' },
        { from: hostPath('/home/alice/.netrc'), to: innerPath('/tmp/netrc'), type: 'file' },
        { from: hostPath('/usr/bin/gdb'), to: innerPath('/build/gdb'), type: 'file' },
        { from: hostPath('/home/alice/lib'), to: innerPath('/home/alice/lib'), type: 'directory' },
        { from: hostPath('/srv/alice'), to: innerPath('/home/alice'), type: 'directory' },
        { from: hostPath('/srv/notes'), to: innerPath('/home/alice/notes'), type: 'file' },
        { from: hostPath('/nix/store/00000000000000000000000000000001-gdb'), to: innerPath('/gdb'), type: 'directory' },
        { from: hostPath('/nix'), to: innerPath('/all'), type: 'directory' },
      ],
      command: ['./configure', '--prefix=/tmp/it works', ''],
      workingDirectory: innerPath('/build/hello-2.12.1'),
    }),
    facts: hostFacts({ devices: ['full', 'kvm', 'null', 'random', 'tty', 'urandom', 'zero'], kvm: true }),
  }),
  're-constructed': planInput({
    build: keptBuild({
      envFile: null,
      layout: 'build',
      outer: hostPath('/nix/var/nix/builds/nix-4711-42'),
      content: hostPath('/nix/var/nix/builds/nix-4711-42/build'),
      name: { value: 'hello-2.12.1', source: 'derivation' },
    }),
    env: envVars({
      source: {
        kind: 're-constructed',
        derivation: '/nix/store/11111111111111111111111111111111-hello-2.12.1.drv',
        foundBy: 'its name',
        lost: ['variables that the phases before the failure set'],
      },
      variables: variables({
        HOME: '/homeless-shelter',
        NIX_BUILD_TOP: '/build',
        out: '/nix/store/22222222222222222222222222222222-hello-2.12.1',
        stdenv: '/nix/store/33333333333333333333333333333333-stdenv-linux',
      }),
    }),
  }),
  interactive: planInput({
    options: planOptions({ command: null }),
    facts: hostFacts({
      terminal: true,
      promptShell: {
        from: hostPath('/bin/bash'),
        binds: [
          { from: hostPath('/bin/bash'), to: '/tmp/.nix-build-shell/bash' },
          { from: hostPath('/lib64/ld-linux-x86-64.so.2'), to: '/tmp/.nix-build-shell/ld.so' },
        ],
        command: ['/tmp/.nix-build-shell/ld.so', '/tmp/.nix-build-shell/bash'],
      },
    }),
  }),
  unsandboxed: planInput({
    build: keptBuild({ buildTop: '/tmp/nix-build-hello-2.12.1.drv-0', sandboxed: false }),
    facts: hostFacts({ limits: { openFiles: null, coreHard: null } }),
  }),
  guix: planInput({
    build: keptBuild({
      system: 'guix',
      outer: hostPath('/tmp/guix-build-hello-2.12.1.drv-0'),
      content: hostPath('/tmp/guix-build-hello-2.12.1.drv-0'),
      buildTop: '/tmp/guix-build-hello-2.12.1.drv-0',
      envFile: {
        path: hostPath('/tmp/guix-build-hello-2.12.1.drv-0/environment-variables'),
        access: 'readable',
        sizeBytes: 100,
        modifiedAtMs: 0,
      },
    }),
    facts: hostFacts({ nixRoot: hostPath('/gnu') }),
    options: planOptions({ shell: innerPath('/gnu/store/00000000000000000000000000000000-bash-minimal-5.1/bin/bash') }),
  }),
  root: planInput({
    facts: hostFacts({ uid: 0, gid: 0, groups: 'dropped', privateProc: ['kcore', 'sysrq-trigger'] }),
  }),
  without: planInput({
    options: planOptions({ without: ['seccomp', 'modes', 'personality', 'cgroups'] }),
  }),
  closure: planInput({
    store: {
      kind: 'closure',
      derivation: '/nix/store/11111111111111111111111111111111-hello-2.12.1.drv',
      from: hostPath('/nix/store'),
      inputs: [
        { name: '00000000000000000000000000000000-bash-static', type: 'directory' },
        { name: '33333333333333333333333333333333-builder.sh', type: 'file' },
        {
          name: '44444444444444444444444444444444-link',
          type: 'link',
          target: '33333333333333333333333333333333-builder.sh',
        },
      ],
      more: [
        {
          why: 'you asked for it: CMD',
          entries: [{ name: '55555555555555555555555555555555-gdb-17.1', type: 'directory' }],
        },
      ],
      missing: [
        {
          path: '/nix/store/66666666666666666666666666666666-perl-5.42',
          hint: 'nix-store -r /nix/store/77777777777777777777777777777777-perl-5.42.drv',
        },
      ],
      outputs: ['22222222222222222222222222222222-hello-2.12.1'],
      unfinished: [],
      directory: null,
    },
    options: planOptions({
      binds: [{ from: hostPath('/home/alice/fix'), to: innerPath('/nix/store/fix'), type: 'directory' }],
    }),
  }),
  'sandbox-paths': planInput({
    facts: hostFacts({
      machinePaths: [
        { from: hostPath('/usr/bin/env'), to: innerPath('/usr/bin/env'), type: 'file' },
        { from: hostPath('/opt/keys'), to: innerPath('/keys'), type: 'directory' },
      ],
      settingsProblems: ['/etc/nix/nix.conf:3: it includes /etc/nix/more.conf, which cannot be read: EACCES'],
    }),
  }),
  'closure-of-many': planInput({
    store: {
      kind: 'closure',
      derivation: '/nix/store/11111111111111111111111111111111-hello-2.12.1.drv',
      from: hostPath('/nix/store'),
      inputs: [
        { name: '00000000000000000000000000000000-bash-static', type: 'directory' },
        ...Array.from({ length: 40 }, (_, number) => ({
          name: `000000000000000000000000000000${number + 10}-input-${number}`,
          type: number === 7 ? ('file' as const) : ('directory' as const),
        })),
      ],
      more: [],
      missing: [],
      outputs: ['22222222222222222222222222222222-hello-2.12.1'],
      unfinished: [],
      directory: null,
    },
  }),
  'closure-with-output': planInput({
    store: {
      kind: 'closure',
      derivation: '/nix/store/11111111111111111111111111111111-hello-2.12.1.drv',
      from: hostPath('/nix/store'),
      inputs: [{ name: '00000000000000000000000000000000-bash-static', type: 'directory' }],
      more: [],
      missing: [],
      outputs: ['22222222222222222222222222222222-hello-2.12.1'],
      unfinished: ['22222222222222222222222222222222-hello-2.12.1'],
      directory: hostPath('/sessions/1/store'),
    },
  }),
  'at-a-terminal': planInput({ facts: hostFacts({ terminal: true }) }),
  'in-your-session': planInput({ options: planOptions({ without: ['session'] }) }),
  'of-32-bits': planInput({
    env: envVars({
      variables: variables({ SHELL: BASH, system: 'i686-linux', requiredSystemFeatures: 'kvm uid-range' }),
    }),
  }),
  'store-layer': planInput({
    store: {
      kind: 'whole',
      why: 'the derivation is not known',
      layer: {
        place: 'session',
        why: null,
        session: hostPath('/sessions/1'),
        from: hostPath('/nix/store'),
        outputs: 2,
        unfinished: ['22222222222222222222222222222222-hello-2.12.1'],
        hidden: ['33333333333333333333333333333333-hello-2.12.1-man'],
      },
    },
  }),
  'store-layer-in-memory': planInput({
    store: {
      kind: 'whole',
      why: 'the derivation is not known',
      layer: {
        place: 'memory',
        why: 'the file system of /sessions has no user attributes',
        session: hostPath('/sessions/1'),
        from: hostPath('/nix/store'),
        outputs: 1,
        unfinished: ['22222222222222222222222222222222-hello-2.12.1'],
        hidden: [],
      },
    },
  }),
  'fixed-output': planInput({
    env: envVars({
      variables: variables({ SHELL: BASH, outputHash: 'sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=' }),
    }),
  }),
  overlay: planInput({
    build: keptBuild({ buildTop: '/tmp/nix-build-hello-2.12.1.drv-0', sandboxed: false }),
    session: {
      build: hostPath('/sessions/1/build'),
      root: hostPath('/sessions/1/root'),
      copy: {
        rung: 'overlay',
        lower: hostPath('/tmp/nix-build-hello,2.12.1.drv-0'),
        session: hostPath('/sessions/1'),
        looked: { entries: 10_000, whole: false, unread: null },
        placed: 0,
        byRoot: null,
        notTaken: [],
      },
    },
  }),
  'overlay-by-root': planInput({
    facts: hostFacts({ uid: 0, gid: 0 }),
    session: {
      build: hostPath('/sessions/1/build'),
      root: hostPath('/sessions/1/root'),
      copy: {
        rung: 'overlay',
        lower: hostPath('/tmp/nix-build-hello-2.12.1.drv-0'),
        session: hostPath('/sessions/1'),
        looked: { entries: 10_000, whole: false, unread: null },
        placed: 0,
        byRoot: { owner: { uid: 30_001, gid: 30_000 }, mapped: true, links: false },
        notTaken: [],
      },
    },
  }),
  reflink: planInput({
    facts: hostFacts({ daemonSocket: true }),
    session: {
      build: hostPath('/sessions/1/build'),
      root: hostPath('/sessions/1/root'),
      copy: { rung: 'reflink', notTaken: [{ rung: 'overlay', why: 'the kept directory belongs to user 30001' }] },
    },
  }),
};
