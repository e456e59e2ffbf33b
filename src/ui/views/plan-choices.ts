/** What leaving a row of the plan out, or taking it in again, does to the options of the command. Pure. */
import type { Step } from '../../sandbox/step.ts';
import type { Choices } from '../state.ts';
import { leftOutGroup, type PlanRow } from './plan-rows.ts';

/** The choices without the row, or with it again; null where no sandbox can be made without it, or it is no step. */
export function changed(choices: Choices, row: PlanRow): Choices | null {
  if (row.kind === 'node') return row.steps.map(step => without(step, choices)).find(change => change !== null) ?? null;
  const group = row.kind === 'omission' ? leftOutGroup(row.omission) : null;
  if (group === null || !choices.without.includes(group)) return null;
  return { ...choices, without: choices.without.filter(name => name !== group) };
}

function without({ op, group }: Step, choices: Choices): Choices | null {
  if (group !== undefined) return { ...choices, without: [...choices.without, group] };
  if (op.kind === 'loopbackUp') return { ...choices, net: true };
  if (op.kind !== 'bind') return null;
  const binds = choices.binds.filter(bind => bind !== op.from && !bind.endsWith(`:${op.to}`));
  return binds.length === choices.binds.length ? null : { ...choices, binds };
}
