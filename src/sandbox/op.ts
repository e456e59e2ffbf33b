/** Each operation of a plan: its sentence and its system calls, side by side, in a table for each kind of thing. The order of the steps is plan.ts's. */
import type { Call } from '../base/call.ts';
import { CONFINEMENT_OPS } from './confinement-ops.ts';
import { FILE_OPS } from './file-ops.ts';
import { MOUNT_OPS } from './mount-ops.ts';
import { NAMESPACE_OPS } from './namespace-ops.ts';
import { PROCESS_OPS } from './process-ops.ts';
import type { Meanings, Op, OpOf } from './step.ts';
import { STORE_OPS } from './store-ops.ts';

/** A kind that no table has is an error of the compiler. */
export const OPS: Meanings<Op['kind']> = {
  ...NAMESPACE_OPS,
  ...PROCESS_OPS,
  ...MOUNT_OPS,
  ...STORE_OPS,
  ...FILE_OPS,
  ...CONFINEMENT_OPS,
};

/** The operation in words. */
export function sayOp<K extends Op['kind']>(op: OpOf<K> & { readonly kind: K }): string {
  return OPS[op.kind].say(op);
}

/** The system calls of an operation, in order. */
export function opCalls<K extends Op['kind']>(op: OpOf<K> & { readonly kind: K }, root: string): readonly Call[] {
  return OPS[op.kind].calls(op, root);
}
