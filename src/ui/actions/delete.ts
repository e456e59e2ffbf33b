/** Deleting kept directories: asked first, and looked at once more before. */
import type { Failure } from '../../base/failure.ts';
import { type App, get, set } from '../app.ts';
import { selectedBuild } from '../state.ts';
import { rescan } from './rescan.ts';

/** Asks whether the marked builds, or the selected one, shall go. */
export function askDelete(app: App): void {
  const state = get(app);
  const marked = state.builds.filter(({ outer }) => state.marked.has(outer));
  const selected = selectedBuild(state);
  const targets = marked.length > 0 ? marked : selected === null ? [] : [selected];
  if (targets.length > 0) set(app, { overlay: { kind: 'delete', targets, cursor: 0 } });
}

/** Deletes what was asked about. What cannot be deleted is said, and stays. */
export async function confirmDelete(app: App): Promise<void> {
  const { overlay } = get(app);
  if (overlay?.kind !== 'delete') return;
  set(app, { toast: `deleting ${overlay.targets.length} …`, overlay: null });
  let gone = 0;
  let failure: Failure | null = null;
  for (const build of overlay.targets) {
    const removed = await app.core.remove(build);
    if (removed.ok) gone += 1;
    else failure ??= removed.failure;
  }
  const of = failure === null ? '' : ` of ${overlay.targets.length}`;
  const toast = `deleted ${gone}${of} kept build ${gone === 1 && of === '' ? 'directory' : 'directories'}`;
  set(app, failure === null ? { toast } : { toast, overlay: { kind: 'failure', failure } });
  await rescan(app);
}
