import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { controlCharacter, parseSettings } from './settings.ts';

test('keys, colours and the reserved key are taken', () => {
  const { settings, problems } = parseSettings(
    '{"keys": {"sort": "S", "quit": ["Q", "ctrl-q"]}, "colours": {"accent": "brightBlue"}, "reservedKey": "ctrl-a", "ascii": true}',
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(settings.keys, { sort: ['S'], quit: ['Q', 'ctrl-q'], menuLiteral: ['ctrl-a'] });
  assert.equal(settings.colours.accent, 'brightBlue');
  assert.equal(settings.colours.bad, undefined);
  assert.equal(settings.ascii, true);
});

test('what cannot be used is said, and the rest is used', () => {
  const { settings, problems } = parseSettings(
    '{"keys": {"sort": "ctrl-shift-x", "fly": "f", "help": "H"}, "colours": {"accent": "#ff0000"}, "reservedKey": "ctrl-m", "mood": 1}',
  );
  assert.equal(problems.length, 5);
  assert.deepEqual(settings.keys, { help: ['H'], menuLiteral: ['ctrl-]'] });
  assert.equal(settings.reservedKey, 'ctrl-]');
});

test('a key that would do two things in one place is told, and Enter never confirms a deletion', () => {
  assert.deepEqual(parseSettings('{"keys": {"sort": "d"}}').problems, [
    "'d' does two things in one place: delete and sort",
  ]);
  assert.deepEqual(parseSettings('{"keys": {"sort": "d", "delete": "o"}}').problems, []);
  const { settings, problems } = parseSettings(
    '{"keys": {"confirmDelete": ["y", "enter"], "quit": [], "sort": "\\u001b"}}',
  );
  assert.equal(problems.length, 3);
  assert.deepEqual(Object.keys(settings.keys), ['menuLiteral']);
});

test('permissions of programs in panes are as without a setting where it is no flag', () => {
  assert.equal(parseSettings('{"mouse": false}').settings.mouse, false);
  assert.equal(parseSettings('{"tellColours": false}').settings.tellColours, false);
  assert.equal(parseSettings('{"title": true}').settings.title, true);
  const { settings, problems } = parseSettings('{"mouse": "no", "clipboard": 1, "tellColours": null, "title": "x"}');
  const { mouse, clipboard, tellColours, title } = settings;
  assert.deepEqual([mouse, clipboard, tellColours, title, problems.length], [true, false, true, false, 4]);
});

test('any text gives settings', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), text => parseSettings(text).settings.reservedKey !== ''));
});

test('a control key is the character that terminals send for it', () => {
  assert.equal(controlCharacter('ctrl-]'), '\u001d');
  assert.equal(controlCharacter('ctrl-a'), '\u0001');
});

test('the theme is taken, and one that is none is said', () => {
  assert.equal(parseSettings('{"theme": "light"}').settings.theme, 'light');
  const { settings, problems } = parseSettings('{"theme": "pink"}');
  assert.equal(settings.theme, 'auto');
  assert.deepEqual(problems, ["'theme' is none of auto, light, dark"]);
});
