import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type InputEvent, mouseReport, ROUTER_START, type RouterState, route } from './router.ts';

const RESERVED = 0x1d;

/** The events of some reads, with neighbouring bytes joined and a held-back start flushed, as after a pause. */
function routed(chunks: readonly Buffer[]): readonly unknown[] {
  const all: InputEvent[] = [];
  let state: RouterState = ROUTER_START;
  for (const chunk of chunks) {
    const next = route(state, chunk, RESERVED);
    all.push(...next.events);
    state = next.state;
  }
  if (state.pending.length > 0) all.push({ kind: 'bytes', bytes: state.pending });
  const joined: unknown[] = [];
  let text = '';
  for (const event of [...all, null]) {
    if (event?.kind === 'bytes') text += event.bytes.toString('latin1');
    else {
      if (text !== '') joined.push(text);
      text = '';
      if (event !== null) joined.push(event);
    }
  }
  return joined;
}

const SAMPLES: readonly (readonly [string, readonly unknown[]])[] = [
  ['plain text é€', ['plain text é€']],
  ['\u001b[A\u001bOA\u001b[1;5C', ['\u001b[A\u001bOA\u001b[1;5C']],
  ['a\u001db', ['a', { kind: 'reserved' }, 'b']],
  [
    '\u001b[200~x\u001d\u001b[A\u001b[<0;1;1M\u001b[I\u001b[201~y',
    [{ kind: 'pasteStart' }, 'x\u001d\u001b[A\u001b[<0;1;1M\u001b[I', { kind: 'pasteEnd' }, 'y'],
  ],
  [
    '\u001b[<0;12;7M\u001b[<0;12;7m',
    [
      { kind: 'mouse', button: 0, x: 11, y: 6, release: false },
      { kind: 'mouse', button: 0, x: 11, y: 6, release: true },
    ],
  ],
  [
    '\u001b[I\u001b[O',
    [
      { kind: 'focus', gained: true },
      { kind: 'focus', gained: false },
    ],
  ],
  ['\u001b', ['\u001b']],
  ['\u001b\u001b[I', ['\u001b', { kind: 'focus', gained: true }]],
  ['\u001b[<9999999;1;1M', ['\u001b[<9999999;1;1M']],
  ['\u001b[<;;', ['\u001b[<;;']],
];

for (const [input, expected] of SAMPLES)
  test(`tells ${JSON.stringify(input)} apart, wherever the reads split it`, () => {
    const bytes = Buffer.from(input, 'utf8');
    const wanted = expected.map(each =>
      typeof each === 'string' ? Buffer.from(each, 'utf8').toString('latin1') : each,
    );
    assert.deepEqual(routed([bytes]), wanted);
    for (let at = 1; at < bytes.length; at += 1)
      assert.deepEqual(routed([bytes.subarray(0, at), bytes.subarray(at)]), wanted, `split at ${at}`);
    assert.deepEqual(routed([...bytes].map(byte => Buffer.of(byte))), wanted, 'byte by byte');
  });

test('any bytes, split anywhere, are the same events', () => {
  const piece = fc.constantFrom(
    '\u001b',
    '[',
    '<',
    '200~',
    '201~',
    'I',
    'O',
    '0',
    ';',
    '5',
    'M',
    'm',
    '\u001d',
    'x',
    '\u00e9',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.array(fc.nat(60), { maxLength: 6 }), (pieces, cuts) => {
      const bytes = Buffer.from(pieces.join(''), 'utf8');
      const at = [...new Set(cuts)].filter(cut => cut > 0 && cut < bytes.length).sort((a, b) => a - b);
      const chunks = [0, ...at].map((from, index) => bytes.subarray(from, at[index] ?? bytes.length));
      assert.deepEqual(routed(chunks), routed([bytes]));
    }),
    { numRuns: 2000 },
  );
});

test('a mouse report is encoded as the program asked for it', () => {
  const click = { kind: 'mouse', button: 0, x: 9, y: 4, release: false } as const;
  assert.equal(mouseReport(click, 1006)?.toString('latin1'), '\u001b[<0;10;5M');
  assert.equal(mouseReport({ ...click, release: true }, 1006)?.toString('latin1'), '\u001b[<0;10;5m');
  assert.equal(mouseReport(click, 1015)?.toString('latin1'), '\u001b[32;10;5M');
  assert.equal(mouseReport(click, null)?.toString('latin1'), '\u001b[M *%');
  assert.equal(mouseReport({ ...click, release: true }, null)?.toString('latin1'), '\u001b[M#*%');
  assert.equal(mouseReport({ ...click, x: 300 }, null), null);
  assert.equal(mouseReport({ ...click, x: 300 }, 1005)?.toString('utf8'), `\u001b[M ${String.fromCharCode(333)}%`);
  assert.equal(mouseReport({ ...click, x: 3000 }, 1005), null);
});
