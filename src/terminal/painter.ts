/** When a frame is painted: at once after a pause, at most every 16 ms while much happens, never while the terminal is behind. */

export interface Painter {
  /** Something has changed. */
  request(): void;
  /** The terminal takes bytes again. */
  unblock(): void;
  stop(): void;
}

const FRAME_MS = 16;

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
  const request = (): void => {
    if (waiting || blocked || stopped) return;
    waiting = true;
    const since = Date.now() - last;
    if (since >= FRAME_MS || since < 0) setImmediate(run);
    else timer = setTimeout(run, FRAME_MS - since);
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
