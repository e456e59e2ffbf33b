/** Every key of the UI: the router, the hints, the help, the palette and docs/keys.md are made from this table. */
import { askDelete, confirmDelete } from './actions/delete.ts';
import { back, goTo, move, movePage, quit, turnTab } from './actions/go.ts';
import { markAll, openShell, rescan, sortNext, toggleMark } from './actions/list.ts';
import { acceptTyped, clearTyped, eraseTyped, openHelp, openPalette, startTyping } from './actions/type.ts';
import { type Binding, get, set } from './app.ts';
import { KEEP_COMMAND } from './views/empty.ts';

const FAR = 1_000_000_000;

const MOVES: readonly Omit<Binding, 'when'>[] = [
  { id: 'down', keys: ['j', 'down'], title: 'one line down', run: app => move(app, 1) },
  { id: 'up', keys: ['k', 'up'], title: 'one line up', run: app => move(app, -1) },
  { id: 'pageDown', keys: ['pagedown'], title: 'a page down', run: app => movePage(app, 1) },
  { id: 'pageUp', keys: ['pageup'], title: 'a page up', run: app => movePage(app, -1) },
  { id: 'halfDown', keys: ['ctrl-d'], title: 'half a page down', run: app => movePage(app, 0.5) },
  { id: 'halfUp', keys: ['ctrl-u'], title: 'half a page up', run: app => movePage(app, -0.5) },
  { id: 'first', keys: ['g', 'home'], title: 'to the first line', run: app => move(app, -FAR) },
  { id: 'last', keys: ['G', 'end'], title: 'to the last line', run: app => move(app, FAR) },
];
const MOVING: readonly Binding[] = MOVES.map(binding => ({ ...binding, when: ['everywhere', 'help'] }));

const PICKER: readonly Binding[] = [
  {
    id: 'shell',
    keys: ['enter', 's'],
    when: ['dirs', 'env', 'plan', 'log'],
    title: "a shell in the build's sandbox",
    hint: 'shell',
    run: openShell,
  },
  {
    id: 'filter',
    keys: ['/'],
    when: ['dirs'],
    title: 'filter the list',
    hint: 'filter',
    run: app => startTyping(app, 'filter', get(app).filter),
  },
  { id: 'sort', keys: ['o'], when: ['dirs'], title: 'sort by age, name, size or owner', hint: 'sort', run: sortNext },
  {
    id: 'mark',
    keys: ['space'],
    when: ['dirs'],
    title: 'mark the build, for deleting several',
    hint: 'mark',
    run: toggleMark,
  },
  { id: 'markAll', keys: ['*'], when: ['dirs'], title: 'mark all that are shown, or none', run: markAll },
  {
    id: 'delete',
    keys: ['d', 'delete'],
    when: ['dirs'],
    title: 'delete the kept directory (asks)',
    hint: 'delete',
    run: askDelete,
  },
  {
    id: 'rescan',
    keys: ['r'],
    when: ['dirs', 'empty'],
    title: 'look for kept builds again',
    run: app => void rescan(app),
  },
  {
    id: 'copyPath',
    keys: ['y'],
    when: ['dirs'],
    title: 'copy the path',
    run: app => app.copy(get(app).selected ?? ''),
  },
  {
    id: 'openDirectory',
    keys: ['o'],
    when: ['empty'],
    title: 'look into another directory',
    hint: 'open',
    run: app => startTyping(app, 'directory'),
  },
  {
    id: 'copyHow',
    keys: ['y'],
    when: ['empty'],
    title: 'copy the command',
    hint: 'copy',
    run: app => app.copy(KEEP_COMMAND),
  },
];

const EVERYWHERE: readonly Binding[] = [
  { id: 'dirs', keys: ['1'], when: ['everywhere'], title: 'the list of builds', run: app => goTo(app, 'dirs') },
  { id: 'nextPanel', keys: ['tab'], when: ['everywhere'], title: 'the next panel', run: app => turnTab(app, 1) },
  {
    id: 'previousPanel',
    keys: ['shift-tab'],
    when: ['everywhere'],
    title: 'the panel before',
    run: app => turnTab(app, -1),
  },
  {
    id: 'palette',
    keys: [':', 'ctrl-p'],
    when: ['everywhere'],
    title: 'find an action by its name',
    hint: 'command',
    run: openPalette,
  },
  {
    id: 'help',
    keys: ['?', 'f1'],
    when: ['everywhere'],
    title: 'the keys that work here',
    hint: 'help',
    run: openHelp,
  },
  { id: 'repaint', keys: ['ctrl-l'], when: ['everywhere'], title: 'paint the screen again', run: app => app.repaint() },
  { id: 'suspend', keys: ['ctrl-z'], when: ['everywhere'], title: 'suspend; fg comes back', run: app => app.suspend() },
  {
    id: 'back',
    keys: ['escape'],
    when: ['everywhere', 'paneMenu', 'typing', 'help', 'palette', 'failure'],
    title: 'one step back',
    run: back,
  },
  { id: 'quit', keys: ['q', 'ctrl-c'], when: ['everywhere'], title: 'leave', hint: 'quit', run: quit },
];

const TYPING: readonly Binding[] = [
  { id: 'accept', keys: ['enter'], when: ['typing'], title: 'done', hint: 'done', run: acceptTyped },
  { id: 'erase', keys: ['backspace'], when: ['typing'], title: 'erase a character', run: eraseTyped },
  { id: 'clear', keys: ['ctrl-u'], when: ['typing'], title: 'erase the line', run: clearTyped },
  {
    id: 'typedUp',
    keys: ['up', 'ctrl-k'],
    when: ['palette', 'typing'],
    title: 'one line up',
    run: app => move(app, -1),
  },
  {
    id: 'typedDown',
    keys: ['down', 'ctrl-j'],
    when: ['palette', 'typing'],
    title: 'one line down',
    run: app => move(app, 1),
  },
  {
    id: 'leaveTyping',
    keys: ['ctrl-c'],
    when: ['typing', 'help', 'palette', 'failure'],
    title: 'one step back',
    run: back,
  },
];

const OVERLAYS: readonly Binding[] = [
  {
    id: 'confirmDelete',
    keys: ['y'],
    when: ['delete'],
    title: 'delete',
    hint: 'delete',
    run: app => void confirmDelete(app),
  },
  {
    id: 'keep',
    keys: ['n', 'escape', 'q', 'ctrl-c'],
    when: ['delete'],
    title: 'keep',
    hint: 'keep',
    run: app => set(app, { overlay: null }),
  },
  {
    id: 'confirmQuit',
    keys: ['y', 'q', 'ctrl-c'],
    when: ['quit'],
    title: 'leave, and end the shell',
    hint: 'leave',
    run: quit,
  },
  {
    id: 'stay',
    keys: ['n', 'escape'],
    when: ['quit'],
    title: 'stay',
    hint: 'stay',
    run: app => set(app, { overlay: null }),
  },
  {
    id: 'closeHelp',
    keys: ['?', 'q', 'enter', 'f1'],
    when: ['help', 'failure'],
    title: 'close',
    hint: 'close',
    run: app => set(app, { overlay: null }),
  },
  {
    id: 'filterHelp',
    keys: ['/'],
    when: ['help'],
    title: 'filter the keys',
    hint: 'filter',
    run: app => startTyping(app, 'help'),
  },
];

/** All keys. Where two work at once, the first one counts. */
export const BINDINGS: readonly Binding[] = [...TYPING, ...OVERLAYS, ...PICKER, ...MOVING, ...EVERYWHERE];
