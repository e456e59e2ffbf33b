/** What the kernel answers in our sandbox, against what it answered in those of the recorded Nixes. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { missing } from '../support/need.ts';
import { type CallsKind, ourCalls, recordedCalls, whileListening } from './calls.ts';
import { RUNNERS, recordedVersions } from './compare.ts';
import { type Difference, differences, older } from './report.ts';

const HERE = missing('user-namespaces', 'static-bash', 'static-busybox', 'cc');

interface Expected extends Required<Difference> {
  /** The line of the plan that says so. */
  readonly omitted: string;
}

const KEY_RINGS = "the kernel's key rings are not there (ENOSYS)";
const TYPING = 'typing into a terminal is refused (TIOCSTI, TIOCLINUX)';
const OWNER = 'what the sandbox itself makes belongs to you, not to root';
const CGROUPS = 'no cgroup of its own, and no cgroup namespaces';

/** Reviewed: what is stricter here, since before which version; and that the root is the caller's. */
function expected(kind: CallsKind, nix: string): Expected[] {
  const found: Expected[] = [
    // docs/decisions/0034: key rings have no namespaces.
    ...['add_key', 'request_key', 'keyctl'].map(fact => ({ fact, nix: 'ok', ours: 'ENOSYS', omitted: KEY_RINGS })),
    ...['ioctl:TIOCSTI', 'ioctl:TIOCLINUX'].map(fact => ({ fact, nix: 'ENOTTY', ours: 'EPERM', omitted: TYPING })),
    { fact: 'chmod:root', nix: 'EPERM', ours: 'ok', omitted: OWNER },
    // docs/decisions/0067
    { fact: 'unshare:cgroup', nix: 'ok', ours: 'ENOSPC', omitted: CGROUPS },
  ];
  // Landlock's scope came with 2.34.5 (and 2.31.4, 2.32.7, 2.33.4): abstract sockets are out of reach whoever made the directory.
  if (kind === 'fixed-output' && older(nix, '2.34.5'))
    found.push({
      fact: 'connect:abstract',
      nix: 'ok',
      ours: 'EPERM',
      omitted: "the machine's abstract Unix sockets cannot be reached, which Nix before 2.34.5 left open",
    });
  // The call is younger than that Nix: it got through by accident (closed in 2.18.3).
  if (older(nix, '2.18.3'))
    found.push({
      fact: 'fchmodat2:setuid',
      nix: 'ok',
      ours: 'EPERM',
      omitted: 'fchmodat2 with a set-id mode is refused, which Nix before 2.18.3 let through',
    });
  return found.sort((a, b) => (a.fact < b.fact ? -1 : 1));
}

for (const [as, user, missed] of RUNNERS)
  for (const nix of recordedVersions())
    describe(`the kernel's answers in our sandbox, run by ${as}, are those of Nix ${nix}`, {
      skip: HERE === false ? missed : HERE,
    }, () => {
      for (const kind of ['plain', 'fixed-output'] as const)
        test(kind, async () => {
          const { report, omitted } = await whileListening(() => ourCalls(kind, nix, user()));
          const reviewed = expected(kind, nix);
          const facts: Difference[] = reviewed.map(({ fact, nix: theirs, ours }) => ({ fact, nix: theirs, ours }));
          assert.deepEqual(differences(recordedCalls(kind, nix), report), facts);
          const unsaid = reviewed.filter(each => !omitted.includes(each.omitted));
          assert.deepEqual(unsaid, [], 'differences that the plan does not tell');
        });
    });
