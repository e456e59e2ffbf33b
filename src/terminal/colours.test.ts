import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ASK_COLOURS, makeColourAnswers } from './colour-answers.ts';
import { answerTo, usualColour } from './colours.ts';
import { makeScreen } from './screen.ts';

const ST = '\u001b\\';
const dark = (question: string): string | null => usualColour(question, false);

test('a program is answered what it asks for, and nothing else', () => {
  assert.equal(answerTo(11, '?', dark), `\u001b]11;rgb:0000/0000/0000${ST}`);
  assert.equal(
    answerTo(11, '?', question => usualColour(question, true)),
    `\u001b]11;rgb:ffff/ffff/ffff${ST}`,
  );
  assert.equal(answerTo(10, '?;?', dark), `\u001b]10;rgb:e5e5/e5e5/e5e5${ST}\u001b]11;rgb:0000/0000/0000${ST}`);
  assert.equal(
    answerTo(4, '1;?;2;#fff;196;?;999;?;x;?', dark),
    `\u001b]4;1;rgb:cdcd/0000/0000${ST}\u001b]4;196;rgb:ffff/0000/0000${ST}`,
  );
  assert.equal(answerTo(12, '?;?;?', dark), `\u001b]12;rgb:e5e5/e5e5/e5e5${ST}`);
  for (const [code, data] of [
    [11, '#000000'],
    [10, ''],
    [4, '?'],
    [4, '1'],
  ] as const)
    assert.equal(answerTo(code, data, dark), '');
  assert.equal(
    answerTo(11, '?', () => null),
    '',
  );
});

test('the 256 colours are those of xterm', () => {
  const colour = (number: number): string | null => dark(`4;${number}`);
  assert.equal(colour(9), 'rgb:ffff/0000/0000');
  assert.equal(colour(16), 'rgb:0000/0000/0000');
  assert.equal(colour(110), 'rgb:8787/afaf/d7d7');
  assert.equal(colour(231), 'rgb:ffff/ffff/ffff');
  assert.equal(colour(232), 'rgb:0808/0808/0808');
  assert.equal(colour(255), 'rgb:eeee/eeee/eeee');
  assert.equal(colour(256), null);
});

test('a screen answers as long as somebody says what, with one question or a thousand', async () => {
  const answers: string[] = [];
  const made = (colourOf?: (question: string) => string | null) =>
    makeScreen({
      columns: 10,
      rows: 2,
      scrollback: 0,
      onAnswer: text => answers.push(text),
      ...(colourOf === undefined ? {} : { colourOf }),
    });
  const written = (of: ReturnType<typeof made>, text: string): Promise<void> =>
    new Promise(resolve => of.write(text, resolve));
  await written(made(dark), '\u001b]11;?\u0007');
  assert.deepEqual(answers.splice(0), [`\u001b]11;rgb:0000/0000/0000${ST}`]);
  await written(made(dark), `\u001b]4${';7;?'.repeat(1000)}\u0007`);
  assert.equal(
    answers
      .splice(0)
      .join('')
      .match(/\]4;7;/g)?.length,
    256,
  );
  for (const question of ['\u001b]11;?\u0007', '\u001b]4;1;?\u0007', '\u001b]10;?\u0007\u001b]12;?\u0007'])
    await written(made(), question);
  assert.deepEqual(answers, []);
});

const ANSWERS = [
  `\u001b]10;rgb:ffff/ffff/dddd${ST}`,
  '\u001b]11;rgb:12/34/56\u0007',
  `\u001b]12;rgba:f/0/f/f${ST}`,
  `\u001b]4;0;rgb:0000/0000/0000${ST}`,
  `\u001b]4;1;rgb:cccc/1111/1111;2;rgb:00/ff/00${ST}`,
];

function asked() {
  const late: string[] = [];
  const answers = makeColourAnswers(bytes => late.push(bytes.toString('latin1')));
  answers.begin();
  const read = (text: string): string => answers.filter(Buffer.from(text, 'latin1')).toString('latin1');
  return { ...answers, read, late };
}

test('answers are told from the keys around them, wherever a read is split', async () => {
  const stream = `a${ANSWERS.join('j\u001b[A')}q`;
  for (let at = 0; at <= stream.length; at += 1) {
    const { read, colourOf, late } = asked();
    assert.equal(
      read(stream.slice(0, at)) + read(stream.slice(at)),
      'aj\u001b[Aj\u001b[Aj\u001b[Aj\u001b[Aq',
      `split at ${at}`,
    );
    assert.deepEqual(['10', '11', '12', '4;0', '4;1', '4;2', '4;3'].map(colourOf), [
      'rgb:ffff/ffff/dddd',
      'rgb:1212/3434/5656',
      'rgb:ffff/0000/ffff',
      'rgb:0000/0000/0000',
      'rgb:cccc/1111/1111',
      'rgb:0000/ffff/0000',
      null,
    ]);
    assert.deepEqual(late, []);
  }
});

test('a key that could begin an answer comes a moment later', async () => {
  for (const key of ['\u001b', '\u001b]']) {
    const { read, late } = asked();
    assert.equal(read(key), '');
    while (late.length === 0) await sleep(5);
    assert.deepEqual(late, [key]);
    assert.equal(read('\u001b[A'), '\u001b[A');
  }
});

test('what was not asked for, and what is no colour, is no answer', () => {
  const { read, colourOf } = asked();
  for (const other of [
    '\u001b]52;c;aGk=\u0007',
    '\u001b]11;#fff\u0007',
    '\u001b]13;rgb:1/1/1\u0007',
    '\u001b[?1;2c',
    '\u001bOP',
  ])
    assert.equal(read(other), other);
  read(ANSWERS[1] ?? '');
  assert.equal(read(ANSWERS[1] ?? ''), ANSWERS[1]);
  assert.equal(colourOf('11'), 'rgb:1212/3434/5656');
  const never = makeColourAnswers(() => undefined);
  assert.equal(never.filter(Buffer.from(ANSWERS[0] ?? '')).toString(), ANSWERS[0]);
});

test('the question holds nothing but questions', () => {
  assert.match(ASK_COLOURS, /^(?:\u001b\](?:1[012];\?|4(?:;\d+;\?){16})\u001b\\){4}$/);
});
