/** What the kernel answers in our sandbox, against what it answered in those of the recorded Nixes. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { missing } from '../support/need.ts';
import { type CallsKind, ourCalls, recordedCalls, whileListening } from './calls.ts';
import { recordedVersions } from './compare.ts';
import { type Difference, differences, older } from './report.ts';

const SKIP = missing('user', 'user-namespaces', 'static-bash', 'static-busybox', 'cc');

/** Reviewed: what is stricter here, since before which version. */
function expected(kind: CallsKind, nix: string): Difference[] {
  const found: Difference[] = [
    // docs/decisions/0034: key rings have no namespaces.
    { fact: 'add_key', nix: 'ok', ours: 'ENOSYS' },
  ];
  // Landlock's scope came with 2.34.5 (and 2.31.4, 2.32.7, 2.33.4): abstract sockets are out of reach whoever made the directory.
  if (kind === 'fixed-output' && older(nix, '2.34.5'))
    found.push({ fact: 'connect:abstract', nix: 'ok', ours: 'EPERM' });
  // The call is younger than that Nix: it got through by accident (closed in 2.18.3).
  if (older(nix, '2.18.3')) found.push({ fact: 'fchmodat2:setuid', nix: 'ok', ours: 'EPERM' });
  return found.sort((a, b) => (a.fact < b.fact ? -1 : 1));
}

for (const nix of recordedVersions())
  describe(`the kernel's answers in our sandbox are those of Nix ${nix}`, { skip: SKIP }, () => {
    for (const kind of ['plain', 'fixed-output'] as const)
      test(kind, async () => {
        const ours = await whileListening(() => ourCalls(kind, nix));
        assert.deepEqual(differences(recordedCalls(kind, nix), ours), expected(kind, nix));
      });
  });
