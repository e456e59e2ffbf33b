/** The settings file, as data: keys, colours, what programs in panes may do. Total: what cannot be used is a problem, not an error. */
import type { Binding } from './app.ts';
import { KEYS } from './keys.ts';
import { COLOURS, type Coloured, type ColourName, DEFAULT_COLOURS, type Look, THEMES, type Theme } from './look.ts';

export interface Settings {
  /** Own keys by the name of their action (docs/keys.md). */
  readonly keys: Readonly<Record<string, readonly string[]>>;
  /** What the background is. */
  readonly theme: Theme;
  /** Own colours, in place of the theme's. */
  readonly colours: Partial<Look['colours']>;
  /** The only key that a pane does not get: `ctrl-]`. */
  readonly reservedKey: string;
  /** Whether programs in panes may write the clipboard. */
  readonly clipboard: boolean;
  /** Whether programs in panes may ask for the mouse. */
  readonly mouse: boolean;
  /** Whether programs in panes are told the terminal's colours when they ask. */
  readonly tellColours: boolean;
  /** Whether the terminal's title follows that of the program in the pane. */
  readonly title: boolean;
  /** ASCII for everything that the program itself draws. */
  readonly ascii: boolean;
}

export const DEFAULT_SETTINGS: Settings = {
  keys: {},
  theme: 'auto',
  colours: {},
  reservedKey: 'ctrl-]',
  clipboard: false,
  mouse: true,
  tellColours: true,
  title: false,
  ascii: false,
};

export interface ParsedSettings {
  readonly settings: Settings;
  /** Each one sentence. */
  readonly problems: readonly string[];
}

/** What the file's text says; the rest is as without it. */
export function parseSettings(text: string): ParsedSettings {
  const problems: string[] = [];
  const given = objectOf(text, problems);
  let settings = DEFAULT_SETTINGS;
  for (const [name, value] of Object.entries(given)) {
    if (name === 'keys') settings = { ...settings, keys: keysOf(value, problems) };
    else if (name === 'theme') settings = { ...settings, theme: themeOf(value, problems) };
    else if (name === 'colours') settings = { ...settings, colours: coloursOf(value, problems) };
    else if (name === 'reservedKey') settings = { ...settings, reservedKey: reservedOf(value, problems) };
    else if (isFlag(name)) settings = { ...settings, [name]: flagOf(name, value, problems) };
    else problems.push(`there is no setting '${name}'`);
  }
  // Pressed twice, the reserved key goes to the program.
  const keys = { ...settings.keys, menuLiteral: [settings.reservedKey] };
  problems.push(...collisions(settings.keys));
  return { settings: { ...settings, keys }, problems };
}

/** Keys that do two things in one place: the order of the table decides then, which nobody meant. */
function collisions(own: Settings['keys']): readonly string[] {
  const bindings: readonly Binding[] = KEYS;
  const told = new Set<string>();
  for (const { id, when } of bindings)
    for (const key of own[id] ?? [])
      for (const other of bindings) {
        const meets = other.id !== id && other.when.some(context => when.includes(context));
        if (meets && (own[other.id] ?? other.keys).includes(key))
          told.add(`'${key}' does two things in one place: ${[id, other.id].sort().join(' and ')}`);
      }
  return [...told];
}

function objectOf(text: string, problems: string[]): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
    problems.push('it is not an object {…}');
  } catch (error) {
    problems.push(`it is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  return {};
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Names as `keyName` gives them. */
const KEY =
  /^(?:[^\p{C}\s]|ctrl-[a-z\]]|enter|escape|space|tab|shift-tab|backspace|delete|up|down|left|right|pageup|pagedown|home|end)$/u;

function keysOf(value: unknown, problems: string[]): Settings['keys'] {
  if (!isObject(value)) return refuse({}, "'keys' is not an object of actions and their keys", problems);
  const ids = new Set<string>(KEYS.map(({ id }) => id));
  const own: Record<string, readonly string[]> = {};
  for (const [id, keys] of Object.entries(value)) {
    const list: readonly unknown[] = Array.isArray(keys) ? keys : [keys];
    const wrong = list.find(key => typeof key !== 'string' || !KEY.test(key));
    if (!ids.has(id)) problems.push(`no action is called '${id}' (docs/keys.md has them)`);
    else if (wrong !== undefined) problems.push(`${JSON.stringify(wrong)} of '${id}' is no key`);
    else if (list.length === 0) problems.push(`'${id}' has no key`);
    else if (id === 'confirmDelete' && list.includes('enter')) problems.push('Enter never confirms a deletion');
    else own[id] = list as readonly string[];
  }
  return own;
}

function themeOf(value: unknown, problems: string[]): Theme {
  const theme = THEMES.find(each => each === value);
  return theme ?? refuse('auto', `'theme' is none of ${THEMES.join(', ')}`, problems);
}

function coloursOf(value: unknown, problems: string[]): Settings['colours'] {
  if (!isObject(value)) return refuse({}, "'colours' is not an object", problems);
  const colours: Partial<Record<Coloured, ColourName>> = {};
  for (const [meaning, name] of Object.entries(value)) {
    if (!Object.hasOwn(DEFAULT_COLOURS, meaning)) problems.push(`nothing has the colour '${meaning}'`);
    else if (typeof name !== 'string' || !Object.hasOwn(COLOURS, name))
      problems.push(`${JSON.stringify(name)} is none of the 16 colours: ${Object.keys(COLOURS).join(', ')}`);
    else colours[meaning as Coloured] = name as ColourName;
  }
  return colours;
}

/** Not those that are Enter, Tab, Backspace and line feed for a terminal. */
function reservedOf(value: unknown, problems: string[]): string {
  if (typeof value === 'string' && /^ctrl-[a-gk-ln-z\]]$/.test(value)) return value;
  return refuse(
    DEFAULT_SETTINGS.reservedKey,
    `${JSON.stringify(value)} cannot be the reserved key: ctrl- and a letter, or ctrl-]`,
    problems,
  );
}

const FLAGS = ['clipboard', 'mouse', 'tellColours', 'title', 'ascii'] as const;
type Flag = (typeof FLAGS)[number];

function isFlag(name: string): name is Flag {
  return (FLAGS as readonly string[]).includes(name);
}

function flagOf(name: Flag, value: unknown, problems: string[]): boolean {
  return typeof value === 'boolean'
    ? value
    : refuse(DEFAULT_SETTINGS[name], `'${name}' is neither true nor false`, problems);
}

function refuse<T>(instead: T, problem: string, problems: string[]): T {
  problems.push(problem);
  return instead;
}

/** The control character that `ctrl-]` or `ctrl-a` sends. */
export function controlCharacter(key: string): string {
  return String.fromCharCode((key.toUpperCase().charCodeAt(5) || 93) - 64);
}
