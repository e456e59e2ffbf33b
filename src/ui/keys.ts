/** Every key of the UI: the router, the hints, the help, the palette and docs/keys.md are made from this table. */
import { askDelete, confirmDelete } from './actions/delete.ts';
import { askCompare, compareWith, copyEnv, toggleEnv, toggleFull, toggleGroups, toggleWrap } from './actions/env.ts';
import { back, goTo, move, movePage, quit, turnTab } from './actions/go.ts';
import { markAll, openShell, rescan, sortNext, toggleMark } from './actions/list.ts';
import { currentLine, foldOthers, jumpToFailure, nextError, nextPhase, searchLog, toggleFold } from './actions/log.ts';
import {
  copyCommand,
  copyPlan,
  openPlan,
  resetChoices,
  toggleDifferences,
  toggleNet,
  togglePlan,
  toggleStep,
} from './actions/plan.ts';
import { acceptTyped, clearTyped, eraseTyped, openHelp, openPalette, startTyping } from './actions/type.ts';
import { type Binding, get, set } from './app.ts';
import { PANE } from './pane-keys.ts';
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
const MOVING: readonly Binding[] = MOVES.map(binding => ({ ...binding, when: ['everywhere', 'help', 'pick'] }));

const PICKER: readonly Binding[] = [
  {
    id: 'enter',
    keys: ['enter'],
    when: ['dirs'],
    title: "a shell in the build's sandbox",
    hint: 'shell',
    run: openShell,
  },
  {
    id: 'shell',
    keys: ['s'],
    when: ['dirs', 'env', 'plan', 'log'],
    title: "a shell in the build's sandbox, with what was changed in its plan",
    run: openShell,
  },
  { id: 'openEnv', keys: ['e'], when: ['dirs'], title: 'its environment', hint: 'env', run: app => goTo(app, 'env') },
  { id: 'openPlan', keys: ['p'], when: ['dirs'], title: 'its plan', hint: 'plan', run: app => goTo(app, 'plan') },
  { id: 'openLog', keys: ['l'], when: ['dirs'], title: 'its log', hint: 'log', run: app => goTo(app, 'log') },
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

const INSPECTOR: readonly Binding[] = [
  {
    id: 'envToggle',
    keys: ['enter', 'space'],
    when: ['env'],
    title: 'open or close the group or value',
    hint: 'open',
    run: app => toggleEnv(app),
  },
  { id: 'envOpen', keys: ['l', 'right'], when: ['env'], title: 'open it', run: app => toggleEnv(app, true) },
  { id: 'envClose', keys: ['h', 'left'], when: ['env'], title: 'close it', run: app => toggleEnv(app, false) },
  { id: 'envGroups', keys: ['o'], when: ['env'], title: 'open or close all groups', hint: 'all', run: toggleGroups },
  {
    id: 'envFilter',
    keys: ['/'],
    when: ['env'],
    title: 'search names and values',
    hint: 'search',
    run: app => startTyping(app, 'envFilter', get(app).env.filter),
  },
  {
    id: 'envCopy',
    keys: ['y'],
    when: ['env'],
    title: 'copy the value',
    hint: 'copy',
    run: app => copyEnv(app, 'value'),
  },
  { id: 'envCopyBoth', keys: ['Y'], when: ['env'], title: 'copy NAME=value', run: app => copyEnv(app, 'assignment') },
  {
    id: 'envWrap',
    keys: ['w'],
    when: ['env'],
    title: 'wrap all long values, or fold them',
    hint: 'wrap',
    run: toggleWrap,
  },
  {
    id: 'envFull',
    keys: ['f'],
    when: ['env'],
    title: 'store paths in full, or without their hashes',
    hint: 'full paths',
    run: toggleFull,
  },
  {
    id: 'envCompare',
    keys: ['='],
    when: ['env'],
    title: 'compare with another build',
    hint: 'compare',
    run: askCompare,
  },
];

const PLAN: readonly Binding[] = [
  {
    id: 'planToggle',
    keys: ['enter', 'space'],
    when: ['plan'],
    title: "why a step is there, and Nix' counterpart",
    hint: 'why',
    run: togglePlan,
  },
  { id: 'planOpen', keys: ['l', 'right'], when: ['plan'], title: 'open it', run: app => openPlan(app, true) },
  { id: 'planClose', keys: ['h', 'left'], when: ['plan'], title: 'close it', run: app => openPlan(app, false) },
  {
    id: 'planWithout',
    keys: ['x'],
    when: ['plan'],
    title: 'leave the step out (--without), or take a bind away',
    hint: 'leave out',
    run: toggleStep,
  },
  {
    id: 'planBind',
    keys: ['b'],
    when: ['plan'],
    title: 'show a file or directory of the host inside (--bind)',
    hint: 'bind',
    run: app => startTyping(app, 'bind'),
  },
  {
    id: 'planNet',
    keys: ['n'],
    when: ['plan'],
    title: "the host's network, or none (--net)",
    hint: 'net',
    run: toggleNet,
  },
  { id: 'planReset', keys: ['X'], when: ['plan'], title: 'the plan as it was', run: resetChoices },
  {
    id: 'planDifferences',
    keys: ['D'],
    when: ['plan'],
    title: 'only what is different from the build',
    hint: 'differences',
    run: toggleDifferences,
  },
  { id: 'planCopy', keys: ['y'], when: ['plan'], title: 'copy the command', hint: 'copy', run: copyCommand },
  { id: 'planJson', keys: ['Y'], when: ['plan'], title: 'copy the plan as JSON', run: copyPlan },
];

const LOG: readonly Binding[] = [
  {
    id: 'logFailure',
    keys: ['f'],
    when: ['log'],
    title: 'to the line that says best what failed',
    hint: 'failure',
    run: jumpToFailure,
  },
  {
    id: 'logError',
    keys: ['e'],
    when: ['log'],
    title: 'to the next error',
    hint: 'next error',
    run: app => nextError(app, 1),
  },
  { id: 'logErrorBack', keys: ['E'], when: ['log'], title: 'to the error before', run: app => nextError(app, -1) },
  { id: 'logPhase', keys: [']'], when: ['log'], title: 'to the next phase', run: app => nextPhase(app, 1) },
  { id: 'logPhaseBack', keys: ['['], when: ['log'], title: 'to the phase before', run: app => nextPhase(app, -1) },
  {
    id: 'logFold',
    keys: ['enter', 'space', 'z'],
    when: ['log'],
    title: 'fold the phase, or unfold it',
    hint: 'fold',
    run: toggleFold,
  },
  {
    id: 'logFoldOthers',
    keys: ['Z'],
    when: ['log'],
    title: 'fold all phases but the failing one, or none',
    run: foldOthers,
  },
  {
    id: 'logSearch',
    keys: ['/'],
    when: ['log'],
    title: 'search',
    hint: 'search',
    run: app => startTyping(app, 'search'),
  },
  {
    id: 'logNext',
    keys: ['n'],
    when: ['log'],
    title: 'the next place that was searched for',
    run: app => void searchLog(app, 1),
  },
  { id: 'logBefore', keys: ['N'], when: ['log'], title: 'the place before', run: app => void searchLog(app, -1) },
  {
    id: 'logCopy',
    keys: ['y'],
    when: ['log'],
    title: 'copy the line',
    hint: 'copy',
    run: app => app.copy(currentLine(get(app))),
  },
];

const EVERYWHERE: readonly Binding[] = [
  { id: 'dirs', keys: ['1'], when: ['everywhere'], title: 'the list of builds', run: app => goTo(app, 'dirs') },
  { id: 'env', keys: ['2'], when: ['everywhere'], title: 'the environment', run: app => goTo(app, 'env') },
  { id: 'plan', keys: ['3'], when: ['everywhere'], title: 'the plan', run: app => goTo(app, 'plan') },
  { id: 'log', keys: ['4'], when: ['everywhere'], title: 'the log', run: app => goTo(app, 'log') },
  { id: 'shellPanel', keys: ['5'], when: ['everywhere'], title: 'the shell', run: app => goTo(app, 'shell') },
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
    keys: ['?'],
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
    when: ['everywhere', 'paneMenu', 'typing', 'help', 'palette', 'failure', 'pick'],
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
    keys: ['?', 'q', 'enter'],
    when: ['help', 'failure'],
    title: 'close',
    hint: 'close',
    run: app => set(app, { overlay: null }),
  },
  {
    id: 'choose',
    keys: ['enter'],
    when: ['pick'],
    title: 'choose',
    hint: 'choose',
    run: app => {
      const { overlay } = get(app);
      const chosen = overlay?.kind === 'pick' ? overlay.options[overlay.cursor] : undefined;
      if (chosen !== undefined) compareWith(app, chosen.id);
    },
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
export const BINDINGS: readonly Binding[] = [
  ...TYPING,
  ...OVERLAYS,
  ...PICKER,
  ...INSPECTOR,
  ...PLAN,
  ...LOG,
  ...PANE,
  ...MOVING,
  ...EVERYWHERE,
];
