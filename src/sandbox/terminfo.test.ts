import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { terminalDescription } from './terminfo.ts';

const infocmp = (...words: string[]): ReturnType<typeof spawnSync> =>
  spawnSync('infocmp', words, { encoding: 'utf8', env: { ...process.env, TERMINFO: terminalDescription() } });

test('ncurses reads the description that is made here, and finds in it what was meant', {
  skip: infocmp('-V').status === 0 ? false : 'no infocmp here',
}, () => {
  const { stdout, stderr } = infocmp('-1', '-x', 'xterm-256color');
  assert.equal(stderr, '');
  assert.deepEqual(
    String(stdout)
      .split('\n')
      .filter(line => line.startsWith('\t'))
      .map(line => line.trim()),
    [
      'am,',
      'xenl,',
      'cols#80,',
      'lines#24,',
      'clear=\\E[H\\E[2J,',
      'cr=\\r,',
      'cub1=^H,',
      'cuf1=\\E[C,',
      'cuu1=\\E[A,',
      'dch1=\\E[P,',
      'el=\\E[K,',
      'kdch1=\\E[3~,',
    ],
  );
});
