/** Which keys of the table work where, and how they are called. The table is `keys.ts`. */
import type { Binding, Context } from './app.ts';
import type { State } from './state.ts';

/** Where the person is; overlays and typing hide what is below them. */
export function contextsOf(state: State): readonly Context[] {
  if (state.typing !== null) return state.overlay === null ? ['typing'] : ['typing', contextOfOverlay(state)];
  if (state.overlay !== null) return [contextOfOverlay(state)];
  if (state.paneMenu) return ['paneMenu'];
  if (state.tab === 'dirs' && state.builds.length === 0) return ['empty', 'everywhere'];
  return [state.tab, 'everywhere'];
}

function contextOfOverlay({ overlay }: State): Context {
  return overlay?.kind ?? 'everywhere';
}

/** Names of keys as people read them. */
const SHOWN: Readonly<Record<string, string>> = {
  enter: 'Enter',
  escape: 'Esc',
  up: '↑',
  down: '↓',
  left: '←',
  right: '→',
  pageup: 'PgUp',
  pagedown: 'PgDn',
  home: 'Home',
  end: 'End',
  space: 'Space',
  tab: 'Tab',
  'shift-tab': 'Shift-Tab',
  backspace: 'Backspace',
  delete: 'Del',
};

/** `ctrl-d` → `Ctrl-D`, `enter` → `Enter`, `j` → `j`. */
export function shownKey(key: string): string {
  if (key.startsWith('ctrl-')) return `Ctrl-${key.slice(5).toUpperCase()}`;
  return SHOWN[key] ?? key;
}

/** The keys of a binding: the person's own, where the settings name some. */
export function keysOf(binding: Binding, own: State['keys']): readonly string[] {
  return own[binding.id] ?? binding.keys;
}
