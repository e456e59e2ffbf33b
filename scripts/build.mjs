// Bundles src/ into dist/ (what runs) and test/, bench/ into .build/ (what the checks run). `--watch` is not needed: it takes 0.1 s.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

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
  external: ['koffi', '@koromix/*', 'libsql'],
};

/** dist/main.cjs: the program. CommonJS starts faster than ESM on Node 20. */
export async function buildProgram() {
  const { build } = await import('esbuild');
  await build({
    ...shared,
    entryPoints: { main: 'src/cli/main.ts', full: 'src/cli/full.ts' },
    outdir: 'dist',
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    minifySyntax: true,
    minifyWhitespace: true,
    define: { 'import.meta.url': '__nbsUrl' },
    banner: { js: "const __nbsUrl=require('node:url').pathToFileURL(__filename).href;" },
  });
}

/** .build/**: every test and benchmark, compiled, with what they share in chunks. */
export async function buildTests() {
  const { build } = await import('esbuild');
  rmSync(join(root, '.build'), { recursive: true, force: true });
  await build({
    ...shared,
    entryPoints: [...filesBelow('test', '.ts'), ...filesBelow('bench', '.ts'), ...filesBelow('src', '.test.ts')],
    outdir: '.build',
    outbase: '.',
    outExtension: { '.js': '.mjs' },
    format: 'esm',
    splitting: true,
    sourcemap: 'inline',
    external: [...shared.external, 'fast-check', 'esbuild'],
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildProgram();
  if (process.argv.includes('--tests')) await buildTests();
}
