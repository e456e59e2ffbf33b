// npm run screens: draws every screen of the UI into docs/screens, from the cells of a terminal in memory and a made-up machine. The tests say
// whether the pictures are current.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, setup } from './setup.mjs';

await setup({ tests: true });
const { screenPictures } = await import(join(root, '.build/test/support/screen-pictures.mjs'));
const directory = join(root, 'docs/screens');
const pictures = await screenPictures();
rmSync(directory, { recursive: true, force: true });
mkdirSync(directory);
for (const [name, picture] of pictures) writeFileSync(join(directory, name), picture);
console.log(`${pictures.size} pictures are in ${directory}`);
