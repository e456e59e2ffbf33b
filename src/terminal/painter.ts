/** When a frame is painted: at once after a pause, at most every 16 ms while much happens, never while the terminal is behind. */

export interface Painter {
  /** Something has changed; `more`: as much again is about to change, and one frame does for both. */
  request(more?: boolean): void;
  /** The terminal takes bytes again. */
  unblock(): void;
  stop(): void;
}

const FRAME_MS = 16;
const MORE_MS = 2;

/** @param paint draws what differs. Gives true where it could; false: not now, {@link Painter.unblock} comes */
export function makePainter(paint: () => boolean): Painter {
  let waiting = false;
  let blocked = false;
  let stopped = false;
  let last = 0;
  let timer: NodeJS.Timeout | null = null;
  const run = (): void => {
    waiting = false;
    timer = null;
    if (stopped) return;
    last = Date.now();
    blocked = !paint();
  };
  const request = (more = false): void => {
    if (waiting || blocked || stopped) return;
    waiting = true;
    const since = Date.now() - last;
    if (since < 0 || since >= FRAME_MS) {
      if (more) timer = setTimeout(run, MORE_MS);
      else setImmediate(run);
    } else timer = setTimeout(run, FRAME_MS - since);
  };
  return {
    request,
    unblock: () => {
      blocked = false;
      request();
    },
    stop: () => {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}
