/**
 * A real kept directory as other versions of Nix would have left it (layouts, owners and modes): Debian's Nix leaves the
 * old flat form only. The content stays what real Nix and the real builder made.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Kept } from './kept.ts';
import { scratchDirectory } from './scratch.ts';

export type Arrangement =
  /** `nix-build-NAME.drv-0`, content directly in it: Nix up to 2.23. */
  | 'flat'
  /** `nix-build-NAME.drv-0/build`: Nix 2.18.4 to 2.29. */
  | 'nested'
  /** The same with the top directory 0700 of root: versions before PR 11473. */
  | 'nested-closed'
  /** `builds/nix-build-NAME.drv-PID-CTR/build`: 2.30.0 to 2.31.1. */
  | 'builds-named'
  /** `builds/nix-PID-CTR/build`: today's. */
  | 'builds-nameless'
  /** `builds/nix-PID-CTR`, content directly in it: the same without a sandbox. */
  | 'builds-unsandboxed'
  /** `b/RANDOM/b`, owned by who asked for the build: Lix 2.94. */
  | 'lix';

export interface Arranged {
  /** The top directory. */
  readonly outer: string;
  /** What was /build. */
  readonly content: string;
  /** What that version prints in its note. */
  readonly printed: string;
}

export interface ArrangeOptions {
  /** The directory that holds it; default: a new scratch directory. `/nix/var/nix/builds` is where today's Nix puts it. */
  readonly under?: string;
  /** Who owns the content; default: who owns it now. Only root can give files away. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** The mode of env-vars; default: as it is (0600 of a build user since 2024). */
  readonly envVarsMode?: number;
}

const PID = 4711;
const COUNTER = 1619075871;
const RANDOM = '0w8q3x7g5hdl2cjn1k4vmpa9s6';

const SHAPES: Record<Arrangement, (name: string) => { readonly outer: string; readonly inner: string }> = {
  flat: name => ({ outer: `nix-build-${name}.drv-0`, inner: '' }),
  nested: name => ({ outer: `nix-build-${name}.drv-0`, inner: 'build' }),
  'nested-closed': name => ({ outer: `nix-build-${name}.drv-0`, inner: 'build' }),
  'builds-named': name => ({ outer: `builds/nix-build-${name}.drv-${PID}-${COUNTER}`, inner: 'build' }),
  'builds-nameless': () => ({ outer: `builds/nix-${PID}-${COUNTER}`, inner: 'build' }),
  'builds-unsandboxed': () => ({ outer: `builds/nix-${PID}-${COUNTER}`, inner: '' }),
  lix: () => ({ outer: `b/${RANDOM}`, inner: 'b' }),
};

/** A copy of the kept directory in that form: with everything where we are root, else with what we can read. */
export function arrange(kept: Kept, form: Arrangement, options: ArrangeOptions = {}): Arranged {
  const shape = SHAPES[form](kept.name);
  const under = options.under ?? scratchDirectory(form);
  const outer = join(under, options.under === undefined ? shape.outer : (shape.outer.split('/').at(-1) ?? ''));
  const content = shape.inner === '' ? outer : join(outer, shape.inner);
  if (existsSync(outer)) throw new Error(`${outer} exists already`);
  mkdirSync(dirname(content), { recursive: true, mode: 0o755 });
  // cp of a FIFO or a sparse file is right with -a; node:fs' cpSync refuses both.
  execFileSync('cp', ['-a', '--sparse=always', kept.path, content], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (options.owner !== undefined) execFileSync('chown', ['-hR', `${options.owner.uid}:${options.owner.gid}`, content]);
  if (options.envVarsMode !== undefined) chmodSync(join(content, 'env-vars'), options.envVarsMode);
  chmodSync(content, 0o755);
  if (content !== outer) chmodSync(outer, form === 'nested-closed' ? 0o700 : 0o755);
  const today = form === 'builds-nameless' || form === 'builds-named' || form.startsWith('nested');
  return { outer, content, printed: today ? content : outer };
}

/** The log that Nix wrote of the build, compressed: `/nix/var/log/nix/drvs/8j/jp4l…-plain-1.0.drv.bz2`. */
export function logOf(kept: Kept): string {
  const base = kept.drv.slice('/nix/store/'.length);
  return join(kept.store, 'nix/var/log/nix/drvs', base.slice(0, 2), `${base.slice(2)}.bz2`);
}

/**
 * Makes the log end when the directory was kept: Nix closes the log and then changes the content directory, so log mtime
 * and directory ctime are one clock tick (measured with 2.34.8). A copy has a ctime of its own, so root moves the log's.
 */
export function pairLog(kept: Kept, content: string): void {
  const { ctimeNs } = statSync(content, { bigint: true });
  const seconds = ctimeNs / 1_000_000_000n;
  const nanoseconds = String(ctimeNs % 1_000_000_000n).padStart(9, '0');
  execFileSync('touch', ['-m', '-d', `@${seconds}.${nanoseconds}`, logOf(kept)]);
}
