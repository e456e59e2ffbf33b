/** `--trace[=layer,layer]`: lines on stderr that tell what the program does, per layer. */
import { writeSync } from 'node:fs';
import { printable } from './printable.ts';

/** The layers that can be traced. `time` prints milliseconds since the process started with each step of the walk. */
export const TRACE_LAYERS = ['plan', 'calls', 'child', 'nix', 'copy', 'time'] as const;
export type TraceLayer = (typeof TRACE_LAYERS)[number];

let enabled: ReadonlySet<string> = new Set();

/** Switches layers on; called once, by the command line. */
export function enableTrace(layers: readonly TraceLayer[]): void {
  enabled = new Set(layers);
}

/** Whether the layer is traced: ask before making a costly line. */
export function traces(layer: TraceLayer): boolean {
  return enabled.has(layer);
}

/** Writes `nix-build-shell[layer]: line` to stderr, where the layer is on. */
export function trace(layer: TraceLayer, line: string): void {
  if (!enabled.has(layer)) return;
  const stamp = enabled.has('time') ? ` +${performance.now().toFixed(1)}ms` : '';
  try {
    writeSync(2, `nix-build-shell[${layer}]${stamp}: ${printable(line)}\n`);
  } catch {
    // A closed stderr must not end the run that is being traced.
  }
}
