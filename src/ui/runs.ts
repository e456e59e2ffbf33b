/** What each key of the table does (keys.ts). */
import { askDelete, confirmDelete } from './actions/delete.ts';
import { askCompare, copyEnv, toggleEnv, toggleFull, toggleGroups, toggleWrap } from './actions/env.ts';
import { back, goTo, move, movePage, quit, turnTab } from './actions/go.ts';
import { markAll, openDemo, openShell, sortNext, toggleMark } from './actions/list.ts';
import { currentLine, foldOthers, jumpToFailure, nextError, nextPhase, toggleFold } from './actions/log.ts';
import { searchLog } from './actions/log-search.ts';
import { moveSideways } from './actions/log-sideways.ts';
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
import { rescan } from './actions/rescan.ts';
import { closePane, confirmEnd, copyPane, restartPane, searchPane } from './actions/shell.ts';
import { acceptTyped, clearTyped, eraseTyped, openHelp, openPalette, startTyping } from './actions/type.ts';
import { type App, get, set } from './app.ts';
import type { KeyId } from './keys.ts';
import type { Tab } from './state.ts';
import { deleteCommand } from './views/delete.ts';
import { KEEP_COMMAND } from './views/empty.ts';

const FAR = 1_000_000_000;

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

const oneMore = (app: App): void => {
  if (!app.panes.another()) openShell(app);
};
const toggleZoom = (app: App): void => set(app, { zoomed: !get(app).zoomed });
const reading = (app: App): void => set(app, { focus: 'chrome' });

/** One action for each row of the table: a missing one is an error of the compiler. */
export const RUNS: { readonly [I in KeyId]: (app: App) => void } = {
  accept: acceptTyped,
  erase: eraseTyped,
  clear: clearTyped,
  typedUp: app => move(app, -1),
  typedDown: app => move(app, 1),
  leaveTyping: back,
  confirmDelete: app => void confirmDelete(app),
  copyDelete: app => {
    const { overlay } = get(app);
    if (overlay?.kind === 'delete') app.copy(deleteCommand(overlay));
  },
  keep: app => set(app, { overlay: null }),
  confirmQuit: quit,
  stay: app => set(app, { overlay: null }),
  confirmEnd,
  keepOthers: app => set(app, { overlay: null }),
  closeHelp: app => set(app, { overlay: null }),
  filterHelp: app => {
    const { overlay } = get(app);
    startTyping(app, 'help', overlay?.kind === 'help' ? overlay.filter : '');
  },
  enter: openShell,
  shell: openShell,
  openEnv: app => goTo(app, 'env'),
  openPlan: app => goTo(app, 'plan'),
  openLog: app => goTo(app, 'log'),
  filter: app => startTyping(app, 'filter', get(app).filter),
  sort: sortNext,
  mark: toggleMark,
  markAll,
  delete: askDelete,
  rescan: app => void rescan(app, true),
  copyPath: app => app.copy(get(app).selected ?? ''),
  lookInto: app => startTyping(app, 'directory'),
  openDirectory: app => startTyping(app, 'directory'),
  demo: openDemo,
  copyHow: app => app.copy(KEEP_COMMAND),
  envToggle: app => toggleEnv(app),
  envOpen: app => toggleEnv(app, true),
  envClose: app => toggleEnv(app, false),
  envGroups: toggleGroups,
  envFilter: app => startTyping(app, 'envFilter', get(app).env.filter),
  envCopy: app => copyEnv(app, 'value'),
  envCopyBoth: app => copyEnv(app, 'assignment'),
  envWrap: toggleWrap,
  envFull: toggleFull,
  envCompare: askCompare,
  planToggle: togglePlan,
  planOpen: app => openPlan(app, true),
  planClose: app => openPlan(app, false),
  planWithout: toggleStep,
  planBind: app => startTyping(app, 'bind'),
  planNet: toggleNet,
  planReset: resetChoices,
  planDifferences: toggleDifferences,
  planCopy: copyCommand,
  planJson: copyPlan,
  logFailure: jumpToFailure,
  logError: app => nextError(app, 1),
  logErrorBack: app => nextError(app, -1),
  logPhase: app => nextPhase(app, 1),
  logPhaseBack: app => nextPhase(app, -1),
  logRight: app => moveSideways(app, 1),
  logLeft: app => moveSideways(app, -1),
  logFold: toggleFold,
  logFoldOthers: foldOthers,
  logSearch: app => startTyping(app, 'search'),
  logNext: app => void searchLog(app, 1),
  logBefore: app => void searchLog(app, -1),
  logCopy: app => app.copy(currentLine(get(app))),
  paneFocus: app => app.panes.focus('pane'),
  paneAnother: oneMore,
  paneRestart: restartPane,
  paneClose: closePane,
  paneSearch: app => startTyping(app, 'paneSearch'),
  paneFound: app => searchPane(app, 'up'),
  paneFoundBack: app => searchPane(app, 'down'),
  paneSelect: app => app.panes.select(),
  paneCopy: copyPane,
  paneNext: app => app.panes.turn(1),
  paneBefore: app => app.panes.turn(-1),
  paneZoom: toggleZoom,
  menuLeave: away('dirs'),
  menuEnv: away('env'),
  menuPlan: away('plan'),
  menuLog: away('log'),
  menuZoom: menu(toggleZoom),
  menuAnother: menu(oneMore),
  menuScroll: menu(reading),
  menuRestart: menu(restartPane),
  menuClose: menu(closePane),
  menuNext: menu(app => app.panes.turn(1)),
  menuLiteral: menu(app => app.panes.literal()),
  down: app => move(app, 1),
  up: app => move(app, -1),
  pageDown: app => movePage(app, 1),
  pageUp: app => movePage(app, -1),
  halfDown: app => movePage(app, 0.5),
  halfUp: app => movePage(app, -0.5),
  first: app => move(app, -FAR),
  last: app => move(app, FAR),
  dirs: app => goTo(app, 'dirs'),
  env: app => goTo(app, 'env'),
  plan: app => goTo(app, 'plan'),
  log: app => goTo(app, 'log'),
  shellPanel: app => goTo(app, 'shell'),
  nextPanel: app => turnTab(app, 1),
  previousPanel: app => turnTab(app, -1),
  palette: openPalette,
  help: openHelp,
  repaint: app => app.repaint(),
  suspend: app => app.suspend(),
  back,
  quit,
};
