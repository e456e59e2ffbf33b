import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { envVars, keptBuild, variables } from '../../test/support/plan-input.ts';
import { scratchDirectory } from '../../test/support/scratch.ts';
import { hostPath } from '../base/path.ts';
import { demandsOf } from './demands.ts';
import type { Derivation } from './derivation.ts';

const ASKED = { system: 'i686-linux', requiredSystemFeatures: 'kvm uid-range', outputHash: 'sha256-AAAA' };
const FOUND = { platform: 'i686-linux', features: ['kvm', 'uid-range'], fixedOutput: true };

test('what a build asks for is in its environment', () => {
  assert.deepEqual(demandsOf(keptBuild(), envVars({ variables: variables(ASKED) }), null), FOUND);
  assert.deepEqual(demandsOf(keptBuild(), envVars(), null), { platform: null, features: [], fixedOutput: false });
  const empty = envVars({ variables: variables({ outputHash: '', system: '', requiredSystemFeatures: ' ' }) });
  assert.deepEqual(demandsOf(keptBuild(), empty, null), { platform: null, features: [], fixedOutput: false });
});

test('with structured attributes it is in .attrs.json', () => {
  const content = hostPath(scratchDirectory('attrs'));
  const build = keptBuild({ content, structuredAttrs: true });
  const write = (attrs: unknown): void => writeFileSync(join(content, '.attrs.json'), JSON.stringify(attrs));
  write({ ...ASKED, requiredSystemFeatures: ['kvm', 'uid-range'] });
  assert.deepEqual(demandsOf(build, envVars(), null), FOUND);
  write({ system: 1, requiredSystemFeatures: { kvm: true }, outputHash: null });
  assert.deepEqual(demandsOf(build, envVars(), null), { platform: null, features: [], fixedOutput: false });
});

test('the derivation knows best', () => {
  const derivation: Derivation = {
    version: 1,
    path: '/nix/store/00000000000000000000000000000000-x.drv',
    name: 'x',
    outputs: [],
    inputDerivations: [],
    inputSources: [],
    system: 'armv7l-linux',
    builder: '/bin/sh',
    args: [],
    env: [['__json', '{"requiredSystemFeatures":["recursive-nix"]}']],
    fixedOutput: false,
    json: '{"requiredSystemFeatures":["recursive-nix"]}',
  };
  assert.deepEqual(demandsOf(keptBuild(), envVars({ variables: variables(ASKED) }), derivation), {
    platform: 'armv7l-linux',
    features: ['recursive-nix'],
    fixedOutput: false,
  });
});
