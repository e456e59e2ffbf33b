/** From what Ink reads to actions: key names, and which binding a key has here. */
import type { Key } from 'ink';
import { typeText } from './actions/type.ts';
import { type App, type Binding, get, set } from './app.ts';
import { contextsOf, keysOf } from './binding.ts';
import { clusters } from './line.ts';
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

/** What Ctrl-] sends. */
const RESERVED = '\u001d';

/** The name of a key: `j`, `space`, `ctrl-d`, `shift-tab`; null for what is text, or nothing that has a name. */
function keyName(input: string, key: Key): string | null {
  if (key.tab) return key.shift ? 'shift-tab' : 'tab';
  for (const [flag, name] of NAMED) if (key[flag] === true) return name;
  if (key.ctrl && input.length === 1) return `ctrl-${input.toLowerCase()}`;
  // A line feed is what Ctrl-J sends.
  if (input === '\n') return 'ctrl-j';
  if (input === ' ') return 'space';
  if (input === RESERVED || (key.ctrl && input === ']')) return 'ctrl-]';
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

/** Keys that a slow line delivers at once come as one text; longer ones are no keys (a paste without its marks). */
const MOST_AT_ONCE = 32;

/** Does what a key, or a run of keys, asks for. */
export function onInput(app: App, input: string, key: Key): void {
  const name = keyName(input, key);
  if (name !== null) return onKey(app, name);
  if (key.meta || input.length > MOST_AT_ONCE) return;
  for (const character of clusters(input)) onKey(app, CONTROL[character] ?? controlName(character));
}

const CONTROL: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'ctrl-j',
  '\t': 'tab',
  '\u007f': 'backspace',
  '\u0008': 'backspace',
  '\u001b': 'escape',
  [RESERVED]: 'ctrl-]',
  ' ': 'space',
};

function controlName(character: string): string {
  const code = character.charCodeAt(0);
  return code > 0 && code < 27 ? `ctrl-${String.fromCharCode(code + 96)}` : character;
}

/** A paste goes into a line that is being typed; elsewhere nothing of it is a key. */
export function onPaste(app: App, text: string): void {
  if (get(app).typing !== null) typeText(app, text);
}

/** Does what a key asks for; while a line is typed, a character is text. */
export function onKey(app: App, name: string): void {
  const state = get(app);
  if (state.toast !== null) set(app, { toast: null });
  const text = name === 'space' ? ' ' : name;
  if (state.typing !== null && clusters(text).length === 1) return typeText(app, text);
  const binding = bindingFor(state, app.bindings, name);
  if (binding !== null) app.runs[binding.id]?.(app);
}
