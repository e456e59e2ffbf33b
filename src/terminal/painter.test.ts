import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { makePainter } from './painter.ts';

test('a change is painted in the next turn; one of which more is to come with the last of it, or soon', async context => {
  context.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1000 });
  let frames = 0;
  const painter = makePainter(() => (frames += 1) > 0);
  painter.request();
  await turn();
  assert.equal(frames, 1);
  context.mock.timers.tick(100);
  painter.request(true);
  await turn();
  assert.equal(frames, 1);
  painter.request(true);
  painter.request();
  await turn();
  assert.equal(frames, 2);
  context.mock.timers.tick(100);
  assert.equal(frames, 2);
  painter.request(true);
  await turn();
  context.mock.timers.tick(2);
  assert.equal(frames, 3);
  painter.stop();
});

test('while much happens, a frame in 16 ms; none while the terminal is behind', async context => {
  context.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1000 });
  let frames = 0;
  let takes = true;
  const painter = makePainter(() => {
    frames += 1;
    return takes;
  });
  painter.request();
  await turn();
  for (let times = 0; times < 10; times += 1) painter.request();
  context.mock.timers.tick(15);
  assert.equal(frames, 1);
  takes = false;
  context.mock.timers.tick(1);
  assert.equal(frames, 2);
  painter.request();
  context.mock.timers.tick(1000);
  assert.equal(frames, 2);
  takes = true;
  painter.unblock();
  await turn();
  assert.equal(frames, 3);
  painter.stop();
});
