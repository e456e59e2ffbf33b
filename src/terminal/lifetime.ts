/** What must happen to the terminal when this process is ended, stopped or continued, however that comes. */

export interface LifetimeHooks {
  /** Gives the terminal back; may be called often. */
  readonly leave: () => void;
  /** Ends the programs in the panes. */
  readonly hangUp: () => void;
  /** Takes the terminal over again, after a stop. */
  readonly enter: () => void;
  /** Whether it is ours. */
  readonly entered: () => boolean;
}

const DEADLY = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const;

/** Begins to look after it. @returns a function that ends that, and one that stops the process as Ctrl-Z does */
export function guard(
  input: NodeJS.ReadStream,
  hooks: LifetimeHooks,
): { readonly release: () => void; readonly stop: () => void } {
  const die = (signal: NodeJS.Signals): void => {
    hooks.hangUp();
    hooks.leave();
    release();
    // With the handlers gone the signal does what it does to everybody: our parent sees why we ended.
    process.kill(process.pid, signal);
  };
  /** The terminal is gone: what a hang-up means. process.exit would abort in libuv, which cannot reset it (tcsetattr gives EIO). */
  const lost = (): void => die('SIGHUP');
  const stop = (): void => {
    hooks.leave();
    // The whole group, as the terminal's own Ctrl-Z: a wrapper (npm, npx) must stop as well, or the shell gets no prompt.
    process.kill(0, 'SIGSTOP');
    // We go on here when we are continued.
    hooks.enter();
  };
  const continued = (): void => {
    if (!hooks.entered()) return;
    // Somebody else stopped us: the shell has changed the terminal meanwhile.
    hooks.leave();
    hooks.enter();
  };
  const release = (): void => {
    for (const signal of DEADLY) process.off(signal, die);
    process.off('SIGTSTP', stop);
    process.off('SIGCONT', continued);
    process.off('exit', hooks.leave);
    process.off('uncaughtExceptionMonitor', hooks.leave);
    input.off('end', lost);
    input.off('error', lost);
  };
  for (const signal of DEADLY) process.on(signal, die);
  process.on('SIGTSTP', stop);
  process.on('SIGCONT', continued);
  process.on('exit', hooks.leave);
  process.on('uncaughtExceptionMonitor', hooks.leave);
  input.on('end', lost);
  input.on('error', lost);
  return { release, stop };
}
