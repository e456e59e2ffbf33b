/** The input closure that a sandbox shows (S13): inputs that are missing, and closures that are remembered. */
import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { run } from '../support/program.ts';
import { bash, INPUTS, names, planOf, SIDES, type StoreCase, storeCase } from '../support/store-case.ts';
import { sessionsFor } from '../support/watched.ts';

for (const [name, who, skip] of SIDES)
  describe(`the input closure in a sandbox of ${name}`, { skip }, () => {
    if (skip !== false) return;
    const made = (lost?: RegExp): StoreCase => storeCase(who, 'plain-new', lost);

    test('names the inputs that the store does not have any more, and how to get them back', () => {
      const each = made(/-source$/);
      const source = readdirSync(join(each.store.root, 'nix/store')).find(path => path.endsWith('-source')) ?? '';
      const { stdout, stderr, status } = each.inside([], 'true');
      assert.equal(status, 0, stdout.toString() + stderr.toString());
      assert.match(
        stderr.toString(),
        new RegExp(
          `^nix-build-shell: 1 of the build's inputs is not in the store: /nix/store/${source}; to get them back: nix-store --store \\S+ -r /nix/store/${source}\n$`,
        ),
      );
      assert.ok(planOf(each).omitted.some(({ what }) => what === `the input /nix/store/${source} is missing`));
    });

    test('gives one command for several inputs that are missing, however many', () => {
      const line = (lost: RegExp): string => made(lost).inside([], 'true').stderr.toString();
      assert.match(
        line(/-(source|default-builder\.sh)$/),
        /^nix-build-shell: 2 of [^;]*; to get them back: nix-store --store \S+ -r \/nix\/store\/\S+ \/nix\/store\/\S+\n$/,
      );
      assert.match(
        line(/-(source|default-builder\.sh|source-stdenv\.sh|stdenv-linux)$/),
        /^nix-build-shell: 4 of [^;]*; to get them back: nix-store --store \S+ -r \$\(nix-store --store \S+ -q --references \/nix\/store\/\S+\.drv\)\n/,
      );
    });

    test('names the inputs that were removed by hand, and what repairs them', () => {
      const each = made();
      const source = readdirSync(join(each.store.root, 'nix/store')).find(path => path.endsWith('-source')) ?? '';
      rmSync(join(each.store.root, 'nix/store', source), { recursive: true });
      const again = [each.inside([], 'true'), each.inside([], 'true')];
      for (const { stderr, status } of again) {
        assert.equal(status, 0);
        assert.match(
          stderr.toString(),
          new RegExp(
            `^nix-build-shell: 1 of the build's inputs is not in the store: /nix/store/${source}; to get them back: nix-store --store \\S+ --repair-path /nix/store/${source}\n$`,
          ),
        );
      }
    });

    test('is remembered, but what is remembered is only taken where it is there', () => {
      const each = made();
      const cached = join(each.cache, 'x/nix-build-shell/closures');
      bash(each, 'true');
      const [file = ''] = readdirSync(cached);
      const known = JSON.parse(readFileSync(join(cached, file), 'utf8')) as { entries: object[] };
      // A broken database is not even opened any more.
      const database = join(each.store.root, 'nix/var/nix/db/db.sqlite');
      const content = readFileSync(database);
      writeFileSync(database, 'broken');
      assert.deepEqual(names(bash(each, 'cd /nix/store; echo *')), INPUTS);
      writeFileSync(database, content);
      for (const planted of [
        { ...known, entries: [{ name: '../../etc', type: 'directory' }, ...known.entries] },
        { ...known, entries: [{ name: '00000000000000000000000000000000-gone', type: 'directory' }, ...known.entries] },
        { ...known, entries: known.entries.map(entry => ({ ...entry, type: 'file' })) },
        { ...known, entries: [...known.entries, ...known.entries] },
        { ...known, root: '/elsewhere', entries: [] },
        { ...known, entries: 'all' },
        [],
      ]) {
        writeFileSync(join(cached, file), JSON.stringify(planted));
        assert.deepEqual(names(bash(each, 'cd /nix/store; echo *')), INPUTS, JSON.stringify(planted));
      }
      if (process.getuid?.() === 0) {
        const owner = who?.uid ?? 0;
        writeFileSync(join(cached, file), JSON.stringify({ ...known, entries: known.entries.slice(1) }));
        chmodSync(join(cached, file), 0o644);
        chownSync(join(cached, file), owner + 1, owner + 1);
        assert.deepEqual(names(bash(each, 'cd /nix/store; echo *')), INPUTS, 'a file of somebody else');
      }
      rmSync(join(cached, file), { force: true });
      writeFileSync(join(cached, file), '{');
      assert.deepEqual(names(bash(each, 'cd /nix/store; echo *')), INPUTS);
    });

    test('is asked of the store again when a path that was remembered is gone, which is then named', () => {
      const each = made();
      bash(each, 'true');
      const source = readdirSync(join(each.store.root, 'nix/store')).find(path => path.endsWith('-source')) ?? '';
      rmSync(join(each.store.root, 'nix/store', source), { recursive: true });
      const { stderr, status } = each.inside([], 'true');
      assert.equal(status, 0);
      assert.match(stderr.toString(), /^nix-build-shell: 1 of the build's inputs is not in the store: \S+-source; /);
      assert.deepEqual(readdirSync(join(each.cache, 'x/nix-build-shell/closures')), []);
    });

    test('leaves nothing half-written where it cannot be remembered', () => {
      const each = made();
      const cached = join(each.cache, 'x/nix-build-shell/closures');
      bash(each, 'true');
      const [file = ''] = readdirSync(cached);
      rmSync(join(cached, file));
      // What is written cannot take its place.
      mkdirSync(join(cached, file));
      writeFileSync(join(cached, file, 'x'), '');
      assert.deepEqual(names(bash(each, 'cd /nix/store; echo *')), INPUTS);
      assert.deepEqual(readdirSync(cached), [file]);
    });

    test('need not be remembered', () => {
      const each = made();
      for (const cache of ['/proc/nowhere', '/dev/null/x']) {
        const output = run(['--store', each.store.root, each.kept, 'bash', '-c', 'cd /nix/store; echo *'], {
          user: who,
          env: { XDG_CACHE_HOME: cache, NIX_BUILD_SHELL_SESSIONS: sessionsFor(who) },
        });
        assert.equal(output.stderr.toString(), '');
        assert.deepEqual(names(output), INPUTS);
      }
    });
  });
