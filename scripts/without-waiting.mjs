// Ink and yoga wait at their top level, which CommonJS cannot, and yoga waits for a fetch() of its own bytes, which loads all of undici. Yoga's loader
// (Emscripten's) takes a function that makes the WebAssembly instance, and is done when it returns, if that function does not wait either.
import { readFileSync } from 'node:fs';

const YOGA = `
import loadYoga from '../binaries/yoga-wasm-base64-esm.js';
import wrapAssembly from './wrapAssembly.js';
import bytes from 'yoga.wasm';
const made = {
  instantiateWasm: (imports, use) => {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports);
    use(instance);
    return instance.exports;
  },
};
loadYoga(made);
export default wrapAssembly(made);
export * from './generated/YGEnums.js';
`;

/** Esbuild's plugin. @throws Error where the packages are not as they are known here */
export const withoutWaiting = {
  name: 'without-waiting',
  setup: ({ onResolve, onLoad, onEnd }) => {
    let wasm;
    const seen = new Set();
    onResolve({ filter: /^yoga\.wasm$/ }, () => ({ path: 'yoga.wasm', namespace: 'bytes' }));
    onLoad({ filter: /./, namespace: 'bytes' }, () => ({ contents: wasm, loader: 'binary' }));
    onLoad({ filter: /yoga-layout\/dist\/src\/index\.js$/ }, ({ path }) => {
      const loader = readFileSync(path.replace(/src\/index\.js$/, 'binaries/yoga-wasm-base64-esm.js'), 'utf8');
      wasm = Buffer.from(/base64,([\w+/=]+)/.exec(loader)?.[1] ?? '', 'base64');
      seen.add('yoga');
      return { contents: YOGA, resolveDir: path.slice(0, path.lastIndexOf('/')) };
    });
    onLoad({ filter: /yoga-wasm-base64-esm\.js$/ }, ({ path }) => {
      const contents = readFileSync(path, 'utf8').replace(/base64,[\w+/=]+/, 'base64,');
      if (!contents.includes('instantiateWasm')) throw new Error('yoga is loaded otherwise than it was');
      return { contents };
    });
    onLoad({ filter: /ink\/build\/reconciler\.js$/ }, ({ path }) => {
      // Both waits are for its development tools.
      const text = readFileSync(path, 'utf8');
      const contents = text.replace("await import('./devtools.js')", '{}').replace('await loadPackageJson()', '{}');
      if (contents === text || !text.includes("process.env['DEV'] === 'true'"))
        throw new Error('Ink waits for other things');
      seen.add('ink');
      return { contents };
    });
    onEnd(() => {
      if (seen.size !== 2) throw new Error(`not seen as it is known: ${[...seen].join(', ')}`);
    });
  },
};
