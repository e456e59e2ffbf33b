/** The terminal between the first frame and the UI, which then looks after it itself: it is given back however the process ends. */
import { writeAll } from './say.ts';

const LEAVE = '\u001b[?25h\u001b[?1049l';
const DEADLY = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const;

/** Begins to look after it. @returns the end of that */
export function guardFirstFrame(): () => void {
  const leave = (): void => {
    writeAll(1, LEAVE);
    try {
      process.stdin.setRawMode(false);
    } catch {
      // The terminal is gone.
    }
  };
  const die = (signal: NodeJS.Signals): void => {
    leave();
    release();
    // With the handlers gone the signal does what it does to everybody: our parent sees why we ended.
    process.kill(process.pid, signal);
  };
  const release = (): void => {
    for (const signal of DEADLY) process.off(signal, die);
    process.off('exit', leave);
  };
  for (const signal of DEADLY) process.on(signal, die);
  process.on('exit', leave);
  return release;
}
