// Ink measures every line with string-width, whose expressions over all of Unicode's emoji take 30 ms to make and some more to use first. Lines of ASCII and
// box drawing are as wide as they are long; the others are still measured by it, which is then loaded.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** With the UI's own quick way (src/ui/line.ts). */
function wrapped() {
  const line = readFileSync(fileURLToPath(new URL('../src/ui/line.ts', import.meta.url)), 'utf8');
  const plain = /^const PLAIN =\s*(\/.*\/);$/m.exec(line)?.[1];
  if (plain === undefined) throw new Error('src/ui/line.ts has no PLAIN');
  return `
const PLAIN = ${plain};
const SGR = /\\u001b\\[[\\d;:]*m/g;
let real;
export default function stringWidth(text, options) {
  if (typeof text === 'string' && options === undefined) {
    const bare = text.includes('\\u001b') ? text.replace(SGR, '') : text;
    if (PLAIN.test(bare)) return bare.length;
  }
  real ??= require('string-width').default;
  return real(text, options);
}
`;
}

/** Esbuild's plugin. */
export const quickWidth = {
  name: 'quick-width',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^string-width$/ }, ({ kind, importer, resolveDir }) =>
      kind === 'require-call' ? undefined : { path: importer, pluginData: { resolveDir }, namespace: 'quick-width' },
    );
    onLoad({ filter: /./, namespace: 'quick-width' }, ({ pluginData: { resolveDir } }) => ({
      contents: wrapped(),
      resolveDir,
    }));
  },
};
