/** The keys of the shell's panel, and those of the menu behind the reserved key. */
import { goTo } from './actions/go.ts';
import { startTyping } from './actions/type.ts';
import { type App, type Binding, get, set } from './app.ts';
import type { Tab } from './state.ts';

/** What a key of the menu does; the pane has the keyboard again afterwards, unless `run` took it. */
const menu =
  (run: (app: App) => void) =>
  (app: App): void => {
    set(app, { paneMenu: false });
    run(app);
  };

const away = (tab: Tab) =>
  menu(app => {
    set(app, { focus: 'chrome' });
    goTo(app, tab);
  });

const copyText = (app: App): void => app.copy(app.panes.text());
const toggleZoom = (app: App): void => set(app, { zoomed: !get(app).zoomed });
const reading = (app: App): void => set(app, { focus: 'chrome' });

/** The panel without the keyboard: scrolled back, or its program has ended. */
const READING: readonly Binding[] = [
  {
    id: 'paneFocus',
    keys: ['enter', 'i'],
    when: ['shell'],
    title: 'back into the shell',
    hint: 'into the shell',
    run: app => app.panes.focus('pane'),
  },
  {
    id: 'paneRestart',
    keys: ['r'],
    when: ['shell'],
    title: 'start it again',
    hint: 'restart',
    run: app => app.panes.restart(),
  },
  {
    id: 'paneClose',
    keys: ['x'],
    when: ['shell'],
    title: 'close the pane',
    hint: 'close',
    run: app => app.panes.close(),
  },
  {
    id: 'paneSearch',
    keys: ['/'],
    when: ['shell'],
    title: 'search upwards in what it printed',
    hint: 'search',
    run: app => startTyping(app, 'paneSearch'),
  },
  { id: 'paneCopy', keys: ['y'], when: ['shell'], title: 'copy all that it printed', hint: 'copy', run: copyText },
  { id: 'paneNext', keys: ['n'], when: ['shell'], title: 'the next pane', run: app => app.panes.turn(1) },
  { id: 'paneBefore', keys: ['N'], when: ['shell'], title: 'the pane before', run: app => app.panes.turn(-1) },
  { id: 'paneZoom', keys: ['z'], when: ['shell'], title: 'the pane alone, or with the panels', run: toggleZoom },
];

const MENU: readonly Binding[] = [
  {
    id: 'menuLeave',
    keys: ['q'],
    when: ['paneMenu'],
    title: 'to the list; the shell goes on',
    hint: 'list',
    run: away('dirs'),
  },
  { id: 'menuEnv', keys: ['e'], when: ['paneMenu'], title: 'its environment', hint: 'env', run: away('env') },
  { id: 'menuPlan', keys: ['p'], when: ['paneMenu'], title: 'its plan', hint: 'plan', run: away('plan') },
  { id: 'menuLog', keys: ['l'], when: ['paneMenu'], title: 'its log', hint: 'log', run: away('log') },
  {
    id: 'menuZoom',
    keys: ['z'],
    when: ['paneMenu'],
    title: 'the pane alone, or with the panels',
    hint: 'zoom',
    run: menu(toggleZoom),
  },
  {
    id: 'menuScroll',
    keys: ['['],
    when: ['paneMenu'],
    title: 'scroll back, search, copy',
    hint: 'scroll',
    run: menu(reading),
  },
  {
    id: 'menuRestart',
    keys: ['r'],
    when: ['paneMenu'],
    title: 'start it again',
    hint: 'restart',
    run: menu(app => app.panes.restart()),
  },
  { id: 'menuClose', keys: ['x'], when: ['paneMenu'], title: 'close the pane', run: menu(app => app.panes.close()) },
  { id: 'menuNext', keys: ['n'], when: ['paneMenu'], title: 'the next pane', run: menu(app => app.panes.turn(1)) },
  {
    id: 'menuLiteral',
    keys: ['ctrl-]'],
    when: ['paneMenu'],
    title: 'the key itself, for the program',
    hint: 'itself',
    run: menu(app => app.panes.literal()),
  },
];

export const PANE: readonly Binding[] = [...READING, ...MENU];
