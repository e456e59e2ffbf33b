/** A diagnosis as text for a terminal of 80 columns. Pure; everything printed is made safe for a terminal. */
import { printable } from '../base/printable.ts';
import { type Answer, type Diagnosis, GROUPS, type Group, groupOf, type State } from '../sandbox/doctor/answer.ts';
import { section, wrapped } from './text.ts';

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
function answerText({ title, state, found, affects, mend, source }: Answer): string {
  const mark = `  ${MARK[state].padEnd(9)}`;
  if (state === 'ok') return wrapped(`${title}: ${found} [${source}]`, INDENT, mark);
  return [
    wrapped(`${title}: ${found}`, INDENT, mark),
    affects === null ? '' : labelled('so:', affects),
    mend === null ? '' : `${INDENT}mend:\n${mend.split('\n').map(commandLine).join('')}`,
    labelled('from:', source),
  ].join('');
}

function labelled(label: string, text: string): string {
  const first = `${INDENT}${label} `;
  return wrapped(text, ' '.repeat(first.length), first);
}

function commandLine(line: string): string {
  return `${INDENT}  ${printable(line)}\n`;
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
    return section(HEADING[group], answers.map(answerText).join(''));
  });
  return `${wrapped(summary(diagnosis), '')}${sections.join('')}`;
}
