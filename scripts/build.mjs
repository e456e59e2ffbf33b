// Bundles src/ into dist/ (what runs) and test/, bench/ into .build/ (what the checks run). `--watch` is not needed: it takes 0.1 s.
import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quickWidth } from './quick-width.mjs';
import { withoutWaiting } from './without-waiting.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Every file below `directory` whose name ends in `ending`. */
export function filesBelow(directory, ending) {
  const found = [];
  if (!existsSync(join(root, directory))) return found;
  for (const entry of readdirSync(join(root, directory), { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) found.push(...filesBelow(path, ending));
    else if (entry.name.endsWith(ending)) found.push(path);
  }
  return found;
}

const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  sourcemap: false,
  legalComments: 'none',
  logLevel: 'warning',
  external: ['koffi', '@koromix/*', 'libsql', 'node-pty'],
};

/** Ink's way to React's development tools imports a package that is not there, at the head of the bundle. */
const noDevelopmentTools = {
  name: 'no-development-tools',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^\.\/devtools\.js$/ }, () => ({ path: 'devtools', namespace: 'empty' }));
    onLoad({ filter: /./, namespace: 'empty' }, () => ({ contents: 'export {};' }));
  },
};

/** React in its production form. */
const UI = {
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"' },
  plugins: [noDevelopmentTools],
};

const commonJs = {
  ...shared,
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
  minifySyntax: true,
  minifyWhitespace: true,
  define: { 'import.meta.url': '__nbsUrl', 'import.meta.dirname': '__dirname' },
  // What pathToFileURL gives, without loading and running it in each start.
  banner: { js: "const __nbsUrl='file://'+__filename.replace(/[%#?\\\\\\s]/g,encodeURIComponent);" },
};
/** A script that V8 gets with compiled code has no import() (src/cli/kept-code.ts): there it becomes a require. */
const forKeeping = { ...commonJs, supported: { 'dynamic-import': false } };

/** CommonJS packages in an ESM bundle ask for Node's modules by `require`. */
const REQUIRE = "import{createRequire as __nbsRequire}from'node:module';const require=__nbsRequire(import.meta.url);";

/** dist/main.cjs: the program. CommonJS starts faster than ESM on Node 20. What V8 compiled of an earlier build goes. */
export async function buildProgram() {
  for (const old of filesBelow('dist', '.cache')) rmSync(join(root, old), { force: true });
  const { build } = await import('esbuild');
  await Promise.all([
    build({
      ...forKeeping,
      entryPoints: {
        main: 'src/cli/start.ts',
        run: 'src/cli/main.ts',
        front: 'src/cli/front.ts',
        core: 'src/cli/ui-core.ts',
      },
      external: [...shared.external, './full.cjs', './plain.cjs'],
    }),
    build({
      ...commonJs,
      entryPoints: {
        full: 'src/cli/full.ts',
        plain: 'src/cli/line-mode.ts',
        'copy-worker': 'src/session/copy-worker.ts',
      },
    }),
  ]);
}

/** dist/ui.cjs: what is loaded only when the UI opens, in the form in which compiled code can be kept (src/cli/kept-code.ts). */
export async function buildUi() {
  const { build } = await import('esbuild');
  await build({
    ...shared,
    ...UI,
    ...forKeeping,
    entryPoints: { ui: 'src/ui/open.tsx' },
    minify: true,
    define: { ...forKeeping.define, ...UI.define },
    plugins: [...UI.plugins, withoutWaiting, quickWidth],
  });
}

/** .build/**: every test and benchmark, compiled, with what they share in chunks. */
export async function buildTests() {
  const { build } = await import('esbuild');
  rmSync(join(root, '.build'), { recursive: true, force: true });
  await build({
    ...shared,
    ...UI,
    entryPoints: ['.ts', '.tsx'].flatMap(ending => [
      ...filesBelow('test', ending),
      ...filesBelow('bench', ending),
      ...filesBelow('src', `.test${ending}`),
    ]),
    outdir: '.build',
    outbase: '.',
    outExtension: { '.js': '.mjs' },
    format: 'esm',
    splitting: true,
    sourcemap: 'inline',
    banner: { js: REQUIRE },
    external: [...shared.external, 'fast-check', 'esbuild'],
  });
  await build({
    ...forKeeping,
    entryPoints: { 'calls-alone': 'bench/calls-alone/start.ts', 'calls-alone-program': 'bench/calls-alone/program.ts' },
    outdir: '.build',
  });
  // Big copies look for it beside themselves.
  copyFileSync(join(root, 'dist/copy-worker.cjs'), join(root, '.build/copy-worker.cjs'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await Promise.all([buildProgram(), buildUi()]);
  if (process.argv.includes('--tests')) await buildTests();
}
