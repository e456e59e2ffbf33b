import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tooOld } from './old-node.ts';

test('the oldest Node that is supported, and those after it, are not too old', () => {
  for (const version of ['20.11.0', '20.20.2', '21.0.0', '22.23.3', '26.10.0', '100.0.0'])
    assert.equal(tooOld(version), null, version);
  for (const version of ['20.10.0', '20.2.0', '18.20.4', '9.11.2', '0.12.18'])
    assert.match(tooOld(version) ?? '', /^cannot start: this is Node .*, and 20\.11 or newer is needed; /, version);
});
