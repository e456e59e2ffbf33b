/** From what Ink reads to actions: key names, and which binding a key has here. */
import type { Key } from 'ink';
import { typeText } from './actions/type.ts';
import { type App, type Binding, get, set } from './app.ts';
import { contextsOf, keysOf } from './binding.ts';
import type { State } from './state.ts';

const NAMED = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pageup'],
  ['pageDown', 'pagedown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'escape'],
  ['backspace', 'backspace'],
  ['delete', 'delete'],
] as const satisfies readonly (readonly [keyof Key, string])[];

/** The name of a key: `j`, `space`, `ctrl-d`, `shift-tab`; null for what is text, or nothing that has a name. */
export function keyName(input: string, key: Key): string | null {
  if (key.tab) return key.shift ? 'shift-tab' : 'tab';
  for (const [flag, name] of NAMED) if (key[flag] === true) return name;
  if (key.ctrl && input.length === 1) return `ctrl-${input.toLowerCase()}`;
  // A line feed is what Ctrl-J sends.
  if (input === '\n') return 'ctrl-j';
  if (input === ' ') return 'space';
  return input.length === 1 && !key.meta ? input : null;
}

/** The binding that a key has in this state. */
export function bindingFor(state: State, bindings: readonly Binding[], name: string): Binding | null {
  for (const context of contextsOf(state)) {
    const found = bindings.find(
      binding => binding.when.includes(context) && keysOf(binding, state.keys).includes(name),
    );
    if (found !== undefined) return found;
  }
  return null;
}

/** Does what a key, or a run of keys, asks for. */
export function onInput(app: App, input: string, key: Key): void {
  const { typing } = get(app);
  const name = keyName(input, key);
  if (typing !== null) {
    const binding =
      name === null || (name.length === 1 && name !== ' ') || name === 'space'
        ? null
        : bindingFor(get(app), app.bindings, name);
    if (binding !== null) return binding.run(app);
    if (!key.ctrl && !key.meta && (name === null || name === 'space' || name.length === 1)) typeText(app, input);
    return;
  }
  if (name !== null) return onKey(app, name);
  // Several keys that arrived at once, by a slow line: each is one. A paste is no key.
  if (!key.meta && input.length <= 16 && /^[\u0020-\u007e]+$/.test(input))
    for (const character of input) onInput(app, character, { ...key, ctrl: false });
}

/** Does what a key asks for. */
export function onKey(app: App, name: string): void {
  const state = get(app);
  if (state.toast !== null) set(app, { toast: null });
  bindingFor(state, app.bindings, name)?.run(app);
}
