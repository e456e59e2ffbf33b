/** The places that are looked into are watched, also those that a person names while the list is open. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { uiCore } from '../../src/cli/ui-core.ts';
import { until } from '../support/patience.ts';
import { scratchDirectory } from '../support/scratch.ts';

test('a build that comes into a place that was added is told', async () => {
  const [first, added] = [scratchDirectory('place'), scratchDirectory('place')];
  const core = uiCore({ store: null, plain: false, ascii: false, directories: [first] });
  let told = 0;
  const stop = core.watch(() => (told += 1));
  core.addPlace(added);
  mkdirSync(join(added, 'nix-build-later-1.0.drv-0'));
  await until('it is told', () => told > 0);
  stop();
  assert.ok((await core.list()).some(({ outer }) => outer === join(added, 'nix-build-later-1.0.drv-0')));
});

test('a place that comes later, and one that goes and comes again, are watched', async () => {
  const place = join(scratchDirectory('place'), 'nix/builds');
  const core = uiCore({ store: null, plain: false, ascii: false, directories: [place] });
  let told = 0;
  const stop = core.watch(() => (told += 1));
  for (const round of ['first', 'second']) {
    told = 0;
    mkdirSync(place, { recursive: true });
    await until(`the place is told: ${round}`, () => told > 0);
    told = 0;
    mkdirSync(join(place, 'nix-build-later-1.0.drv-0'));
    await until(`a build in it is told: ${round}`, () => told > 0);
    told = 0;
    rmSync(join(place, '..'), { recursive: true });
    await until(`that it went is told: ${round}`, () => told > 0);
  }
  stop();
});
