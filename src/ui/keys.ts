/** Every key of the UI, as data: the router, the hints, the help, the palette and docs/keys.md are made from this table; `runs.ts` says what each does. */
import type { Context } from './app.ts';

/** A row of the table. @param keys as `keyName` names them, blanks between @param hint one word for the last line */
function key<const I extends string>(id: I, keys: string, when: readonly Context[], title: string, hint?: string) {
  return { id, keys: keys.split(' '), when, title, ...(hint === undefined ? {} : { hint }) };
}

/** While a line is typed. */
const TYPING = [
  key('accept', 'enter', ['typing'], 'done', 'done'),
  key('erase', 'backspace', ['typing'], 'erase a character'),
  key('clear', 'ctrl-u', ['typing'], 'erase the line'),
  key('typedUp', 'up ctrl-k', ['palette', 'pick', 'typing'], 'one line up'),
  key('typedDown', 'down ctrl-j', ['palette', 'pick', 'typing'], 'one line down'),
  key('leaveTyping', 'ctrl-c', ['typing', 'help', 'palette', 'pick', 'notes', 'failure'], 'one step back'),
] as const;

/** Questions, help and lists that lie over the panels. */
const OVERLAYS = [
  key('confirmDelete', 'y', ['delete'], 'delete', 'delete'),
  key('keep', 'n escape q ctrl-c', ['delete'], 'keep', 'keep'),
  key('copyDelete', 'c', ['delete'], 'copy the command that does the same'),
  key('confirmQuit', 'y q ctrl-c', ['quit'], 'leave, and end the shell', 'leave'),
  key('stay', 'n escape', ['quit'], 'stay', 'stay'),
  key('confirmEnd', 'y', ['endOthers'], 'do it, and end the other shells', 'yes'),
  key('keepOthers', 'n escape q ctrl-c', ['endOthers'], 'leave all as it is', 'no'),
  key('closeHelp', '? q enter', ['help', 'notes', 'failure'], 'close', 'close'),
  key('filterHelp', '/', ['help'], 'filter the keys', 'filter'),
] as const;

/** The list of kept builds. */
const PICKER = [
  key('enter', 'enter', ['dirs'], "a shell in the build's sandbox", 'shell'),
  key('shell', 's', ['dirs', 'env', 'plan', 'log'], "a shell in the build's sandbox, as its plan says"),
  key('openEnv', 'e', ['dirs'], 'its environment', 'env'),
  key('openPlan', 'p', ['dirs'], 'its plan', 'plan'),
  key('openLog', 'l', ['dirs'], 'its log', 'log'),
  key('filter', '/', ['dirs'], 'filter the list', 'filter'),
  key('sort', 'o', ['dirs'], 'sort by age, name, size or owner', 'sort'),
  key('mark', 'space', ['dirs'], 'mark the build, for deleting several', 'mark'),
  key('markAll', '*', ['dirs'], 'mark all that are shown, or none'),
  key('delete', 'd delete', ['dirs'], 'delete the kept directory (asks)', 'delete'),
  key('rescan', 'r', ['dirs', 'empty'], 'look for kept builds again'),
  key('copyPath', 'y', ['dirs'], 'copy the path'),
  key('lookInto', 'O', ['dirs'], 'look into another directory'),
  key('openDirectory', 'o', ['empty'], 'look into another directory', 'open'),
  key('demo', 'd', ['empty'], 'enter the failed build that comes with the program', 'demo'),
  key('copyHow', 'y', ['empty'], 'copy the command', 'copy'),
] as const;

/** The environment. */
const INSPECTOR = [
  key('envToggle', 'enter space', ['env'], 'open or close the group or value', 'open'),
  key('envOpen', 'l right', ['env'], 'open it'),
  key('envClose', 'h left', ['env'], 'close it'),
  key('envGroups', 'o', ['env'], 'open or close all groups', 'all'),
  key('envFilter', '/', ['env'], 'search names and values', 'search'),
  key('envCopy', 'y', ['env'], 'copy the value', 'copy'),
  key('envCopyBoth', 'Y', ['env'], 'copy NAME=value'),
  key('envWrap', 'w', ['env'], 'wrap all long values, or fold them', 'wrap'),
  key('envFull', 'f', ['env'], 'store paths in full, or without their hashes', 'full paths'),
  key('envCompare', '=', ['env'], 'compare with another build', 'compare'),
] as const;

/** The plan. */
const PLAN = [
  key('planToggle', 'enter space', ['plan'], "why a step is there, and Nix' counterpart", 'why'),
  key('planOpen', 'l right', ['plan'], 'open it'),
  key('planClose', 'h left', ['plan'], 'close it'),
  key('planWithout', 'x', ['plan'], 'leave the step out (--without), or take a bind away', 'leave out'),
  key('planBind', 'b', ['plan'], 'show a file or directory of the host inside (--bind)', 'bind'),
  key('planNet', 'n', ['plan'], "the host's network, or none (--net)", 'net'),
  key('planReset', 'X', ['plan'], 'the plan as it was'),
  key('planDifferences', 'D', ['plan'], 'only what is different from the build', 'differences'),
  key('planCopy', 'y', ['plan'], 'copy the command', 'copy'),
  key('planJson', 'Y', ['plan'], 'copy the plan as JSON'),
] as const;

/** The log. */
const LOG = [
  key('logFailure', 'f', ['log'], 'to the line that says best what failed', 'failure'),
  key('logError', 'e', ['log'], 'to the next error', 'next error'),
  key('logErrorBack', 'E', ['log'], 'to the error before'),
  key('logPhase', ']', ['log'], 'to the next phase'),
  key('logPhaseBack', '[', ['log'], 'to the phase before'),
  key('logRight', 'right l', ['log'], 'to the right, in long lines', 'sideways'),
  key('logLeft', 'left h', ['log'], 'to the left'),
  key('logFold', 'enter space z', ['log'], 'fold the phase, or unfold it', 'fold'),
  key('logFoldOthers', 'Z', ['log'], 'fold all phases but the failing one, or none'),
  key('logSearch', '/', ['log'], 'search', 'search'),
  key('logNext', 'n', ['log'], 'the next place that was searched for'),
  key('logBefore', 'N', ['log'], 'the place before'),
  key('logCopy', 'y', ['log'], 'copy the line', 'copy'),
] as const;

/** The shell's panel without the keyboard: scrolled back, or its program has ended. */
const READING = [
  key('paneFocus', 'enter i', ['shell'], 'back into the shell', 'into the shell'),
  key('paneAnother', 's', ['shell'], 'one more shell in the same sandbox', 'new'),
  key('paneRestart', 'r', ['shell'], 'start it again', 'restart'),
  key('paneClose', 'x', ['shell'], 'close the pane', 'close'),
  key('paneSearch', '/', ['shell'], 'search upwards in what it printed', 'search'),
  key('paneFound', 'n', ['shell'], 'the next place that was searched for, upwards'),
  key('paneFoundBack', 'N', ['shell'], 'the place before, downwards'),
  key('paneSelect', 'v', ['shell'], 'select lines; again: begin at this one', 'select'),
  key('paneCopy', 'y', ['shell'], 'copy the selected lines, or all that it printed', 'copy'),
  key('paneNext', ']', ['shell'], 'the next pane'),
  key('paneBefore', '[', ['shell'], 'the pane before'),
  key('paneZoom', 'z', ['shell'], 'the pane alone, or with the panels'),
] as const;

/** The menu behind the reserved key. */
const MENU = [
  key('menuLeave', 'q', ['paneMenu'], 'to the list; the shell goes on', 'list'),
  key('menuEnv', 'e', ['paneMenu'], 'its environment', 'env'),
  key('menuPlan', 'p', ['paneMenu'], 'its plan', 'plan'),
  key('menuLog', 'l', ['paneMenu'], 'its log', 'log'),
  key('menuZoom', 'z', ['paneMenu'], 'the pane alone, or with the panels', 'zoom'),
  key('menuAnother', 's', ['paneMenu'], 'one more shell in the same sandbox', 'new'),
  key('menuScroll', '[', ['paneMenu'], 'scroll back, search, copy', 'scroll'),
  key('menuRestart', 'r', ['paneMenu'], 'start it again', 'again'),
  key('menuClose', 'x', ['paneMenu'], 'close the pane'),
  key('menuNext', 'n', ['paneMenu'], 'the next pane'),
  key('menuLiteral', 'ctrl-]', ['paneMenu'], 'the key itself, for the program', 'itself'),
] as const;

/** Moving up and down, in every list and tree. */
const MOVES = [
  key('down', 'j down', ['everywhere', 'help', 'delete'], 'one line down'),
  key('up', 'k up', ['everywhere', 'help', 'delete'], 'one line up'),
  key('pageDown', 'pagedown', ['everywhere', 'help', 'palette', 'pick', 'delete'], 'a page down'),
  key('pageUp', 'pageup', ['everywhere', 'help', 'palette', 'pick', 'delete'], 'a page up'),
  key('halfDown', 'ctrl-d', ['everywhere', 'help', 'delete'], 'half a page down'),
  key('halfUp', 'ctrl-u', ['everywhere', 'help', 'delete'], 'half a page up'),
  key('first', 'g home', ['everywhere', 'help', 'delete'], 'to the first line'),
  key('last', 'G end', ['everywhere', 'help', 'delete'], 'to the last line'),
] as const;

/** What works in every panel. */
const EVERYWHERE = [
  key('dirs', '1', ['everywhere'], 'the list of builds'),
  key('env', '2', ['everywhere'], 'the environment'),
  key('plan', '3', ['everywhere'], 'the plan'),
  key('log', '4', ['everywhere'], 'the log'),
  key('shellPanel', '5', ['everywhere'], 'the shell'),
  key('nextPanel', 'tab', ['everywhere'], 'the next panel'),
  key('previousPanel', 'shift-tab', ['everywhere'], 'the panel before'),
  key('palette', ': ctrl-p', ['everywhere'], 'find an action by its name', 'command'),
  key('help', '?', ['everywhere'], 'the keys that work here', 'help'),
  key('repaint', 'ctrl-l', ['everywhere'], 'paint the screen again'),
  key('suspend', 'ctrl-z', ['everywhere'], 'suspend; fg comes back'),
  key(
    'back',
    'escape',
    ['everywhere', 'paneMenu', 'typing', 'help', 'palette', 'notes', 'failure', 'pick'],
    'one step back',
  ),
  key('quit', 'q ctrl-c', ['everywhere'], 'leave', 'quit'),
] as const;

/** All keys. Where two work at once, the first one counts. */
export const KEYS = [
  ...TYPING,
  ...OVERLAYS,
  ...PICKER,
  ...INSPECTOR,
  ...PLAN,
  ...LOG,
  ...READING,
  ...MENU,
  ...MOVES,
  ...EVERYWHERE,
] as const;

/** The name of a key's action, as in the settings file. */
export type KeyId = (typeof KEYS)[number]['id'];
