/** When a frame is painted: at once after a pause, at most every 16 ms while much happens, never while the terminal is behind. */

export interface Painter {
  /** Something has changed; `more`: more is about to change, and one frame does for all of it. */
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
  /** The frame is due, and more is about to change. */
  let forMore = false;
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
    if (blocked || stopped) return;
    if (waiting) return more ? undefined : noMore();
    waiting = true;
    const since = Date.now() - last;
    const due = since < 0 || since >= FRAME_MS;
    if (due && !more) setImmediate(run);
    else timer = setTimeout(run, due ? MORE_MS : FRAME_MS - since);
    forMore = due && more;
  };
  /** What the frame waits for has come. */
  const noMore = (): void => {
    if (!forMore || timer === null) return;
    clearTimeout(timer);
    timer = null;
    forMore = false;
    setImmediate(run);
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
