/** How the program of a pane leaves a real terminal, however it ends, stops, or is ended. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { alive, gone, left, PROGRAM, pressed, shellPid, start, startOuter } from '../support/outer-terminal.ts';

for (const [signal, status] of [
  ['TERM', 143],
  ['HUP', 129],
  ['INT', 130],
] as const)
  test(`SIG${signal} leaves the terminal as it was`, async () => {
    const outer = start('bash --norc');
    await outer.until(/[$#]/);
    outer.pty.write('printf "\\033[?1000h\\033[?1006h\\033[?1h\\033[?1004h"; echo modes "are on"\r');
    await outer.until(/^modes are on$/m);
    outer.pty.write(`kill -${signal} $PPID\r`);
    await outer.until(new RegExp(`RESTORED\\nSTATUS ${status}`));
    left(outer);
  });

test('a program that ends at once, and one that is not there, leave the terminal as it was', async () => {
  const ends = start('true');
  await ends.until(/RESTORED\nSTATUS 0/);
  left(ends);
  const absent = start('/does/not/exist');
  await absent.until(/RESTORED\nSTATUS \d+/);
  left(absent);
});

test('a crash in the chrome leaves the terminal as it was, and no program behind', async () => {
  const outer = start('bash --norc');
  await outer.until(/[$#]/);
  const pid = await shellPid(outer);
  await pressed(outer, 'x');
  await outer.until(/a bug in the chrome[^]*RESTORED\nSTATUS 1/);
  left(outer);
  await gone(pid);
});

test('a program that ignores the hang-up is ended all the same', async () => {
  const outer = start('bash --norc -c "trap \\"\\" HUP TERM INT; echo pid \\$\\$ of x; while :; do sleep 1; done"');
  await outer.until(/^pid \d+/m);
  await pressed(outer, 'q');
  await outer.until(/RESTORED\nSTATUS 137/);
  left(outer);
});

test('Ctrl-Z in the chrome and SIGTSTP stop it, and fg goes on', async () => {
  const outer = startOuter(['bash', '--norc', '-i']);
  await outer.until(/[$#]/);
  outer.pty.write(`stty -g > $HOME/before; '${process.execPath}' '${PROGRAM}' bash --norc\r`);
  await outer.until(/\[pane\]/);
  const pid = await shellPid(outer);
  for (const stop of [
    () => pressed(outer, 'z'),
    async () => outer.pty.write('kill -TSTP $PPID\r'),
    async () => outer.pty.write('kill -STOP $PPID\r'),
  ]) {
    await stop();
    // What is typed before the prompt is there may still be read by the program.
    await outer.until(/Stopped[^]*^bash-\S+[$#]$/m);
    assert.ok(alive(pid));
    outer.pty.write('fg\r');
    await outer.until(/^pid \d+ of[^]*\[(pane|reserved)\]/m);
    outer.pty.write('\u001d');
    await outer.until(/\[reserved\]/);
    outer.pty.write(' ');
    await outer.until(/\[pane\]/);
    outer.pty.write('clear; echo pid $$ of again; stty -a | grep -o -- -icanon\r');
    await outer.until(/^pid \d+ of again\n/m);
  }
  outer.pty.write('exit\r');
  await outer.until(/^(?![^]*\[pane\])[^]*[$#]$/);
  outer.pty.write('clear; stty -g | diff - $HOME/before && echo RESTORED\r');
  await outer.until(/^RESTORED/m);
  outer.pty.write('exit\r');
  await outer.ended();
});

test('alone on its terminal it cannot be stopped: nobody could let it go on', async () => {
  const outer = startOuter([process.execPath, PROGRAM, 'bash', '--norc']);
  await outer.until(/[$#]/);
  await pressed(outer, 'z');
  await outer.until(/\[pane\]/);
  outer.pty.write('echo still $((40+2))\r');
  await outer.until(/^still 42/m);
  outer.pty.write('exit\r');
  await outer.ended();
});

test('a lost terminal ends it by a hang-up, and its program with it', async () => {
  const outer = startOuter([process.execPath, PROGRAM, 'bash', '--norc']);
  await outer.until(/[$#]/);
  const pid = await shellPid(outer);
  outer.pty.hangUp();
  assert.deepEqual(await outer.ended(), { status: 0, signal: 1 });
  await gone(pid);
});

test('a stalled terminal does not keep it from ending', async () => {
  const outer = start('bash --norc');
  await outer.until(/[$#]/);
  const pid = await shellPid(outer);
  const own = Number(/^pid \d+ of (\d+)/m.exec(outer.shown())?.[1]);
  outer.pty.write('n=0; while :; do echo $((n++)) $RANDOM $RANDOM $RANDOM $RANDOM $RANDOM $RANDOM $RANDOM; done\r');
  await outer.until(/^(\d+ ?){8}$/m);
  outer.pty.pause();
  await sleep(500);
  process.kill(own, 'SIGTERM');
  await gone(own);
  await gone(pid);
  outer.pty.resume();
  await outer.until(/STATUS 143/);
});

test("lent to a program, the terminal is that one's: Ctrl-C ends only what it is meant for", async () => {
  const outer = start('bash --norc');
  await outer.until(/[$#]/);
  await pressed(outer, 'f');
  await outer.until(/^(?![^]*\[(pane|reserved)\])[^]*[$#]/);
  outer.pty.write('trap "echo got it" INT; tty\r');
  await outer.until(/^\/dev\/pts/m);
  outer.pty.write('\u0003');
  await outer.until(/^got it/m);
  outer.pty.write('exit\r');
  await outer.until(/\[(pane|reserved)\]/);
  outer.pty.write(' exit\r');
  await outer.until(/RESTORED\nSTATUS 0/);
  left(outer);
});
