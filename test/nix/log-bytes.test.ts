import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { hostPath } from '../../src/base/path.ts';
import { openLog } from '../../src/nix/log/bytes.ts';
import { blocksBetween } from '../../src/nix/log/bzip2-marks.ts';
import { streamedPieces } from '../../src/nix/log/plain.ts';
import { unzstd, windowOf } from '../../src/nix/log/unzstd.ts';
import { bzip2, compilerText, logOf, readBack, unpackedByBzip2 } from '../support/logs.ts';
import { missing } from '../support/need.ts';
import { PROJECT } from '../support/program.ts';
import { scratchDirectory } from '../support/scratch.ts';

const RECORDED = join(PROJECT, 'fixtures/kept/log');

async function blocksOf(packed: Buffer): Promise<number[]> {
  const log = logOf(scratchDirectory('blocks'), 'x', packed);
  const found: number[] = [];
  for await (const bit of blocksBetween(log.fd, 0, log.sizeBytes)) found.push(bit);
  log.close();
  return found;
}

describe('packed logs', { skip: missing('bzip2') }, () => {
  test('those that real Nix wrote are read as bzip2 reads them', async () => {
    const files = readdirSync(RECORDED, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.bz2'));
    assert.ok(files.length > 8);
    for (const name of files) {
      const path = join(RECORDED, name);
      const log = openLog({ path: hostPath(path), compression: 'bz2' });
      assert.ok(log.ok);
      const { bytes, problems } = await readBack(log.value);
      log.value.close();
      assert.deepEqual([bytes, problems], [unpackedByBzip2(path), []], name);
    }
  });

  const kinds: Readonly<Record<string, Buffer>> = {
    'text of many blocks': Buffer.from(compilerText(700_000)),
    'one byte': Buffer.from('x'),
    nothing: Buffer.alloc(0),
    'runs of each length': Buffer.from(Array.from({ length: 600 }, (_, at) => 'ab'[at % 2]?.repeat(at)).join('')),
    'five megabytes of one byte': Buffer.alloc(5_000_000, 0x61),
    'all bytes': Buffer.from(Array.from({ length: 120_000 }, (_, at) => (at * at) % 256)),
    'noise, which does not pack': Buffer.from(
      Array.from({ length: 250_000 }, (_, at) => (Math.imul(at, 0x9e3779b1) >>> 17) % 251),
    ),
  };
  for (const [what, bytes] of Object.entries(kinds))
    test(`${what}: bz2 and gzip give the same bytes again`, async () => {
      const at = scratchDirectory('packed');
      const log = logOf(at, 'a', bzip2(bytes, 1), 'bz2');
      assert.deepEqual(await readBack(log), { bytes, problems: [] });
      const gzip = logOf(at, 'b', gzipSync(bytes), 'gzip');
      assert.deepEqual(await readBack(gzip), { bytes, problems: [] });
      for (const open of [log, gzip]) open.close();
    });

  test('several streams, one behind the other, are one log', async () => {
    const packed = Buffer.concat([bzip2(Buffer.from('a\n')), bzip2(Buffer.alloc(0)), bzip2(Buffer.from('b\n'))]);
    const log = logOf(scratchDirectory('streams'), 'x', packed, 'bz2');
    assert.deepEqual(await readBack(log), { bytes: Buffer.from('a\nb\n'), problems: [] });
    log.close();
  });

  test('cut anywhere near a block boundary, all complete blocks are read and the cut is said', async () => {
    const text = Buffer.from(compilerText(450_000));
    const packed = bzip2(text, 1);
    const blocks = await blocksOf(packed);
    assert.ok(blocks.length >= 4);
    const at = scratchDirectory('cut');
    for (const [index, bit] of blocks.entries())
      for (const off of [-1, 0, 1, 6, 7, 300]) {
        const size = Math.floor(bit / 8) + off;
        const complete = 8 * size >= bit ? index : index - 1;
        const log = logOf(at, 'x', packed.subarray(0, size), 'bz2');
        const { bytes, problems } = await readBack(log);
        log.close();
        assert.ok(text.subarray(0, bytes.length).equals(bytes), `block ${index}, ${off}`);
        // A bzip2 -1 block holds a little less than 100,000 bytes; all but the last are full.
        assert.ok(bytes.length >= complete * 99_000, `block ${index}, ${off}: ${bytes.length} bytes`);
        assert.equal(problems.length, 1, `block ${index}, ${off}`);
      }
  });

  test('reading goes on behind a damaged block', async () => {
    const text = Buffer.from(compilerText(450_000));
    const packed = bzip2(text, 1);
    const blocks = await blocksOf(packed);
    const damaged = Buffer.from(packed);
    damaged.fill(0x55, Math.floor((blocks[1] ?? 0) / 8) + 400, Math.floor((blocks[1] ?? 0) / 8) + 500);
    const log = logOf(scratchDirectory('damaged'), 'x', damaged, 'bz2');
    const { bytes, problems } = await readBack(log);
    log.close();
    assert.match(problems.join(), /a packed block of the log is damaged/);
    assert.ok(bytes.subarray(-150_000).equals(text.subarray(-150_000)), 'the blocks behind it are whole');
  });

  test('a file that is something else is said to be, and random bytes do no harm', async () => {
    const at = scratchDirectory('garbage');
    const text = logOf(at, 'x', Buffer.from('plain text\n'), 'bz2');
    assert.match((await readBack(text)).problems.join(), /packed/);
    text.close();
    const packed = bzip2(Buffer.from(compilerText(20_000)), 1);
    for (let seed = 1; seed < 300; seed += 1) {
      const hurt = Buffer.from(packed);
      for (let i = 0; i < 3; i += 1) {
        const place = (Math.imul(seed + i, 0x9e3779b1) >>> 8) % hurt.length;
        hurt[place] = (hurt[place] ?? 0) ^ (1 << ((seed + i) % 8));
      }
      const log = logOf(at, 'y', hurt, 'bz2');
      const { bytes, problems } = await readBack(log);
      log.close();
      assert.ok(problems.length > 0 || bytes.length >= 20_000, `seed ${seed}`);
    }
  });

  test('a cut gzip log gives what it has', async () => {
    const text = Buffer.from(compilerText(300_000));
    const log = logOf(scratchDirectory('gzip'), 'x', gzipSync(text).subarray(0, -2000), 'gzip');
    const { bytes, problems } = await readBack(log);
    log.close();
    assert.ok(bytes.length > 200_000 && text.subarray(0, bytes.length).equals(bytes));
    assert.match(problems.join(), /cut off/);
  });

  test('zstd is read whole, cut off and damaged', { skip: missing('zstd') }, async () => {
    const text = Buffer.from(`${compilerText(700_000)}${'x'.repeat(3_000_000)}\n`);
    const zstd = (level: string): Buffer =>
      execFileSync('zstd', ['-q', '-c', level], { input: text, maxBuffer: 1 << 30 });
    const path = join(scratchDirectory('zstd'), 'x');
    const read = async (bytes: Uint8Array): Promise<{ readonly bytes: Buffer; readonly problems: string }> => {
      writeFileSync(path, bytes);
      const fd = openSync(path, 'r');
      const parts: Buffer[] = [];
      const problems: string[] = [];
      const options = { problem: (sentence: string) => problems.push(sentence) };
      for await (const piece of streamedPieces(unzstd, fd, { unit: 0, skip: 0 }, options))
        parts.push(Buffer.from(piece.bytes));
      closeSync(fd);
      return { bytes: Buffer.concat(parts), problems: problems.join() };
    };
    for (const level of ['-1', '-3', '-19']) {
      const { bytes, problems } = await read(zstd(level));
      assert.equal(problems, '');
      assert.ok(bytes.equals(text), level);
    }
    const cut = await read(zstd('-3').subarray(0, 60_000));
    assert.ok(cut.bytes.length > 0 && text.subarray(0, cut.bytes.length).equals(cut.bytes));
    assert.match(cut.problems, /cut off/);
    const hurt = zstd('-3');
    hurt.fill(0xff, 20_000);
    assert.match((await read(hurt)).problems, /damaged|cut off/);
    assert.match((await read(Buffer.from('no zstd at all, but some text'))).problems, /damaged|cut off/);
    const twice = await read(Buffer.concat([zstd('-3'), zstd('-1')]));
    assert.ok(twice.bytes.equals(Buffer.concat([text, text])));
  });

  test('the header of a zstd frame cannot ask for more memory than a window of 128 MiB', () => {
    const frame = (...rest: readonly number[]): Buffer =>
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd, ...rest, ...Buffer.alloc(14)]);
    assert.equal(windowOf(frame(0x00, 0x38)), 2 ** 17);
    assert.equal(windowOf(frame(0x00, 0xff)), 2 ** 41 + (2 ** 41 / 8) * 7);
    assert.equal(windowOf(frame(0x20, 200)), 200);
    assert.equal(windowOf(frame(0xa0, 0xff, 0xff, 0xff, 0xff)), 0xffffffff);
    assert.equal(windowOf(Buffer.from('something else, and long enough')), 0);
  });

  test('a small zstd log that unpacks to much takes no memory for it', { skip: missing('zstd') }, async () => {
    const text = Buffer.alloc(200_000_000, 'y');
    const packed = execFileSync('zstd', ['-q', '-c'], { input: text, maxBuffer: 1 << 30 });
    const stream = unzstd();
    const before = process.memoryUsage.rss();
    stream.end(packed);
    let size = 0;
    let most = 0;
    for await (const piece of stream) {
      size += (piece as Buffer).length;
      most = Math.max(most, stream.readableLength);
    }
    assert.equal(size, text.length);
    assert.ok(most < 100_000_000, `${most} bytes waited, ${process.memoryUsage.rss() - before} more`);
  });

  test('from every place that a piece names the rest can be read again', async () => {
    const text = Buffer.from(compilerText(400_000));
    const at = scratchDirectory('again');
    const packings = { none: text, bz2: bzip2(text, 1), gzip: gzipSync(text) } as const;
    for (const compression of ['none', 'bz2', 'gzip'] as const) {
      const log = logOf(at, compression, packings[compression], compression);
      let done = 0;
      for await (const { unit, skip, bytes } of log.pieces({ unit: 0, skip: 0 }, { problem: assert.fail })) {
        const again = await readBack(log, { unit, skip: skip + 7 });
        assert.ok(again.bytes.equals(text.subarray(done + 7)), `${compression} at ${done}`);
        done += bytes.length;
        if (done > 150_000) break;
      }
      log.close();
    }
  });
});

test('a log that is a FIFO or a link is not opened', () => {
  const at = scratchDirectory('fifo');
  execFileSync('mkfifo', [join(at, 'fifo')]);
  const fifo = openLog({ path: hostPath(join(at, 'fifo')), compression: 'none' });
  assert.ok(!fifo.ok && /a FIFO/.test(fifo.failure.because ?? ''));
  symlinkSync('/etc/passwd', join(at, 'link'));
  assert.ok(!openLog({ path: hostPath(join(at, 'link')), compression: 'none' }).ok);
});
