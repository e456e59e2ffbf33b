import assert from 'node:assert/strict';
import test from 'node:test';
import { type Answer, diagnosis } from '../sandbox/doctor/answer.ts';
import { doctorText } from './doctor.ts';
import { json, wrapped } from './text.ts';

const FINE: Answer = {
  id: 'kernel.version',
  title: 'Linux',
  state: 'ok',
  found: '6.12',
  affects: null,
  mend: null,
  source: 'uname -r',
};
const BROKEN: Answer = {
  id: 'sandbox.limits',
  title: 'limits of namespaces',
  state: 'broken',
  found: `a limit ${'that is told at some length '.repeat(5)}is 0`,
  affects: `no sandbox, ${'and it takes a while to say so '.repeat(4)}`.trim(),
  mend: `echo ${'x'.repeat(90)} |\n  sudo tee /etc/file`,
  source: '/proc/sys/user',
};
const ADA = { user: 'ada', uid: 1000, gid: 1000 };

test('a diagnosis is laid out for 80 columns; only commands are longer, as they are for copying', () => {
  const text = doctorText(diagnosis(ADA, [FINE, BROKEN]));
  const long = text.split('\n').filter(line => line.length > 80);
  assert.deepEqual(long, [`             echo ${'x'.repeat(90)} |`]);
  assert.match(text, /^ {15}sudo tee \/etc\/file$/m);
});

test('the verdict says who asked, and counts what is amiss', () => {
  assert.match(
    doctorText(diagnosis(ADA, [FINE])),
    /^Sandboxes can be made on this machine \(asked as ada, 1000:1000\)/,
  );
  const text = doctorText(diagnosis(ADA, [BROKEN, { ...FINE, state: 'warning' }]));
  assert.match(text.replaceAll('\n', ' '), /^No sandbox can be made .*: 1 broken, 1 warning\./);
});

test('groups stand in their order, whatever the order of the answers', () => {
  const text = doctorText(diagnosis(ADA, [FINE, BROKEN]));
  assert.ok(text.indexOf('BROKEN') < text.indexOf('Linux: 6.12 [uname -r]'));
});

test('nothing from outside reaches the terminal raw', () => {
  const evil = '\u001b]0;owned\u0007\u009b31m\u202e\udcff';
  const answer = { ...BROKEN, found: evil, affects: evil, mend: `rm ${evil}`, source: evil, title: evil };
  const text = doctorText(diagnosis({ ...ADA, user: evil }, [answer, { ...answer, state: 'ok' }]));
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\udc80-\udcff]/);
});

test('JSON holds the answers as they are', () => {
  const given = diagnosis(ADA, [FINE, BROKEN]);
  assert.deepEqual(JSON.parse(json(given)), given);
  assert.equal(given.works, false);
});

test('text is wrapped at blanks, and long words behind their separators', () => {
  assert.equal(wrapped(`${'a'.repeat(70)} bcd efgh ij`, '  ', ''), `${'a'.repeat(70)} bcd efgh\n  ij\n`);
  assert.equal(wrapped(`/${'a'.repeat(60)}/${'b'.repeat(30)}`, ''), `/${'a'.repeat(60)}/\n${'b'.repeat(30)}\n`);
  assert.equal(wrapped('c'.repeat(100), ''), `${'c'.repeat(80)}\n${'c'.repeat(20)}\n`);
});
