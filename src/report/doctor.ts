/** A diagnosis as text for a terminal of 80 columns, and as JSON. Pure; everything printed is made safe for a terminal. */
import { printable } from '../base/printable.ts';
import { type Answer, type Diagnosis, GROUPS, type Group, groupOf, type State } from '../sandbox/doctor/answer.ts';
import { wrap } from './wrap.ts';

const COLUMNS = 80;
const INDENT = ' '.repeat(11);

const MARK: Readonly<Record<State, string>> = { ok: 'ok', warning: 'warning', broken: 'BROKEN', unknown: 'unknown' };
const HEADING: Readonly<Record<Group, string>> = {
  sandbox: 'Sandbox: what the kernel allows',
  security: 'Security: who may forbid it',
  kernel: 'Kernel: what a sandbox needs besides',
  files: 'Files: working copies and privileges',
  nix: 'Nix and Guix: what failed builds leave',
};

/** What is fine takes as few lines as it can; the rest says each thing on its own, and commands are never broken. */
function answerLines(answer: Answer): readonly string[] {
  const fine = answer.state === 'ok';
  const said = `${answer.title}: ${answer.found}${fine ? ` [${answer.source}]` : ''}`;
  const [first = '', ...rest] = wrap(printable(said), COLUMNS - INDENT.length);
  const lines = [`  ${MARK[answer.state].padEnd(9)}${first}`, ...rest.map(line => INDENT + line)];
  if (answer.affects !== null) lines.push(...hanging('so: ', answer.affects));
  if (answer.mend !== null)
    lines.push(`${INDENT}mend:`, ...answer.mend.split('\n').map(line => `${INDENT}  ${printable(line)}`));
  return fine ? lines : [...lines, ...hanging('from: ', answer.source)];
}

function hanging(label: string, text: string): readonly string[] {
  const [first = '', ...rest] = wrap(printable(text), COLUMNS - INDENT.length - label.length);
  return [`${INDENT}${label}${first}`, ...rest.map(line => INDENT + ' '.repeat(label.length) + line)];
}

function summary({ works, asked, answers }: Diagnosis): string {
  const count = (state: State): number => answers.filter(answer => answer.state === state).length;
  const said = [
    [count('broken'), 'broken'],
    [count('warning'), count('warning') === 1 ? 'warning' : 'warnings'],
    [count('unknown'), 'unknown'],
  ] as const;
  const amiss = said.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`);
  const who = `asked as ${asked.user ?? 'a user without a name'}, ${asked.uid}:${asked.gid}`;
  const verdict = works ? 'Sandboxes can be made on this machine' : 'No sandbox can be made on this machine';
  return `${verdict} (${who}): ${amiss.length === 0 ? 'nothing is amiss' : amiss.join(', ')}.`;
}

/** The diagnosis for a person: a verdict, then the answers under their headings. */
export function doctorText(diagnosis: Diagnosis): string {
  const sections = GROUPS.map(group => {
    const answers = diagnosis.answers.filter(answer => groupOf(answer) === group);
    return answers.length === 0 ? [] : ['', HEADING[group], ...answers.flatMap(answerLines)];
  });
  const verdict = wrap(printable(summary(diagnosis)), COLUMNS);
  return `${[...verdict, ...sections.flat()].join('\n')}\n`;
}

/** The diagnosis for a script. */
export function doctorJson(diagnosis: Diagnosis): string {
  return `${JSON.stringify(diagnosis, null, 2)}\n`;
}
