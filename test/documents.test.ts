/** docs/dependencies.md and package.json name the same packages in the same versions, and docs/architecture.md the same rooms. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

interface PackageFile {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** The rows of the tables of a page: their cells, without backquotes. */
function rows(page: string): readonly (readonly string[])[] {
  return readFileSync(page, 'utf8')
    .split('\n')
    .filter(line => line.startsWith('| ') && !line.startsWith('|--'))
    .map(line => line.split('|').slice(1, -1))
    .map(cells => cells.map(cell => cell.trim().replaceAll('`', '')));
}

function sorted(words: readonly string[]): readonly string[] {
  return [...words].sort((a, b) => a.localeCompare(b));
}

test('docs/dependencies.md names every package of package.json in its version, and no other', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as PackageFile;
  // An alias, npm:@lydell/node-pty@1.1.0, stands behind the name that it is imported by.
  const wanted = Object.entries({ ...dependencies, ...devDependencies }).map(([name, version]) => {
    const [, alias, exact] = /^(npm:.+)@([^@]+)$/.exec(version) ?? [];
    return alias === undefined ? `${name} ${version}` : `${name} (${alias}) ${exact}`;
  });
  const described = rows('docs/dependencies.md')
    .filter(([name]) => name !== 'package')
    .map(([name, version]) => `${name} ${version}`);
  assert.deepEqual(sorted(described), sorted(wanted), 'package.json and docs/dependencies.md differ');
});

test('every version is exact', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as PackageFile;
  const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
    ([, version]) => !/^(npm:.+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
  );
  assert.deepEqual(loose, []);
});

test('docs/architecture.md has a row for every room, and no other', () => {
  const rooms = readdirSync('src', { withFileTypes: true }).filter(entry => entry.isDirectory());
  const described = rows('docs/architecture.md').filter(cells => cells.length === 4 && cells[0] !== 'room');
  assert.deepEqual(
    sorted(described.map(([name = '']) => name)),
    sorted(rooms.map(({ name }) => name)),
    'src/ and docs/architecture.md differ',
  );
});

test('links between the pages lead to files that are there', () => {
  const ofDocs = readdirSync('docs', { recursive: true, encoding: 'utf8' }).map(name => `docs/${name}`);
  const pages = ['README.md', 'CONTRIBUTING.md', 'fixtures/README.md', ...ofDocs.filter(name => name.endsWith('.md'))];
  const broken = pages.flatMap(page => {
    const base = new URL(page, pathToFileURL(`${process.cwd()}/`));
    return [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:)([^)#]+)\)/g)]
      .map(([, target = '']) => new URL(target, base))
      .filter(url => !existsSync(url))
      .map(({ pathname }) => `${page}: ${pathname}`);
  });
  assert.deepEqual(broken, []);
});

test('files of src/ that the pages name are there', () => {
  const pages = ['README.md', 'CONTRIBUTING.md', 'docs/architecture.md'];
  const named = pages.flatMap(page =>
    [
      ...readFileSync(page, 'utf8').matchAll(
        /`(?:src\/)?((?:base|nix|ffi|sandbox|session|report|cli)\/[\w/.-]+\.ts)`/g,
      ),
    ].map(([, path = '']) => `src/${path}`),
  );
  assert.ok(named.length > 15);
  assert.deepEqual(
    named.filter(path => !existsSync(path)),
    [],
  );
});
