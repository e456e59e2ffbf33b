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

/** While the terminal is lent to a program in the foreground, the keys that end or stop it are meant for that one. */
const MEANT_FOR_IT: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT']);

export interface Guard {
  /** Ends it. */
  release(): void;
  /** Stops the process as Ctrl-Z does. */
  stop(): void;
  /** The terminal is gone: what a hang-up means. process.exit would abort in libuv, which cannot reset it (tcsetattr gives EIO). */
  lost(): void;
}

/** Begins to look after it. */
export function guard(input: NodeJS.ReadStream, output: NodeJS.WriteStream, hooks: LifetimeHooks): Guard {
  const die = (signal: NodeJS.Signals): void => {
    if (MEANT_FOR_IT.has(signal) && !hooks.entered()) return;
    hooks.hangUp();
    hooks.leave();
    release();
    // With the handlers gone the signal does what it does to everybody: our parent sees why we ended.
    process.kill(process.pid, signal);
  };
  const lost = (): void => die('SIGHUP');
  const stop = (): void => {
    const entered = hooks.entered();
    hooks.leave();
    process.off('SIGTSTP', stop);
    // The whole group, as the terminal's own Ctrl-Z: a wrapper (npm, npx) must stop as well, or the shell gets no prompt. SIGTSTP stops
    // nobody where no shell could let them go on (the group is orphaned: a terminal that runs us alone); SIGSTOP would for good.
    process.kill(0, 'SIGTSTP');
    // We go on here when we are continued.
    process.on('SIGTSTP', stop);
    if (entered) hooks.enter();
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
    for (const stream of [input, output]) stream.off('error', lost);
    input.off('end', lost);
  };
  for (const signal of DEADLY) process.on(signal, die);
  process.on('SIGTSTP', stop);
  process.on('SIGCONT', continued);
  process.on('exit', hooks.leave);
  process.on('uncaughtExceptionMonitor', hooks.leave);
  for (const stream of [input, output]) stream.on('error', lost);
  input.on('end', lost);
  return { release, stop, lost };
}
