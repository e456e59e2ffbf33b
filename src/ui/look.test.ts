/** Which colours there are on which background. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coloursOn, DEFAULT_COLOURS, LIGHT_COLOURS } from './look.ts';

test('the background is what the settings say, else what the terminal says, else dark', () => {
  assert.deepEqual(coloursOn('auto', {}, {}), DEFAULT_COLOURS);
  assert.deepEqual(coloursOn('light', {}, { COLORFGBG: '15;0' }), LIGHT_COLOURS);
  assert.deepEqual(coloursOn('dark', {}, { COLORFGBG: '0;15' }), DEFAULT_COLOURS);
  for (const light of ['0;15', '0;default;15', '0;7', '12;11'])
    assert.deepEqual(coloursOn('auto', {}, { COLORFGBG: light }), LIGHT_COLOURS, light);
  for (const dark of ['15;0', '15;default;0', '7;8', '', 'nonsense', '0;default', '0;99'])
    assert.deepEqual(coloursOn('auto', {}, { COLORFGBG: dark }), DEFAULT_COLOURS, dark);
});

test("the person's own colours stand before those of the background", () => {
  assert.deepEqual(coloursOn('light', { accent: 'red' }, {}), { ...LIGHT_COLOURS, accent: 'red' });
});
