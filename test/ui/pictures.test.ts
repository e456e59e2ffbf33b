/** The pictures of docs/screens are those of the screens as they are now. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeGrid, putCell } from '../../src/terminal/grid.ts';
import { pictureOf } from '../support/picture.ts';
import { PROJECT } from '../support/program.ts';
import { screenPictures } from '../support/screen-pictures.ts';

const DIRECTORY = join(PROJECT, 'docs/screens');

test('docs/screens holds a picture of every screen, as it is', async () => {
  const pictures = await screenPictures();
  assert.deepEqual(readdirSync(DIRECTORY).sort(), [...pictures.keys()].sort());
  for (const [name, picture] of pictures)
    assert.ok(readFileSync(join(DIRECTORY, name), 'utf8') === picture, `${name} is not current: npm run screens`);
});

test('what is special in XML is text in a picture', () => {
  const grid = makeGrid(3, 1);
  for (const [at, text] of ['<', '&', '>'].entries()) putCell(grid, at, text, 0, 0);
  assert.match(pictureOf(grid, 'a & b'), /<title>a &amp; b<\/title>[^]*>&lt;&amp;&gt;<\/text>/);
});

test('pictures that the README shows are there', () => {
  const shown = [...readFileSync(join(PROJECT, 'README.md'), 'utf8').matchAll(/docs\/screens\/([a-z-]+\.svg)/g)];
  assert.ok(shown.length >= 2);
  const there = readdirSync(DIRECTORY);
  for (const [, name] of shown) assert.ok(there.includes(name ?? ''), name);
});
