/** Reads the commands of bash that declare variables: `declare -x A="…"`, `export A=…`, `A=…`. */
import { fromBytes } from '../base/path.ts';
import { atCommandEnd, type FunctionEnds, skipArray, skipBlanks, skipCommand } from './bash-skip.ts';
import { type BashText, BYTE, isAssignment, readName, readWord, wordText } from './bash-word.ts';
import { note, type Problems } from './env-problems.ts';

interface Variable {
  readonly value: string | null;
  readonly attributes: string;
  readonly exported: boolean;
}

/** What was read so far. */
export interface Reading {
  readonly text: BashText;
  readonly variables: Map<string, Variable>;
  readonly arrays: Set<string>;
  readonly functions: Set<string>;
  readonly problems: Problems;
  readonly functionEnds: FunctionEnds;
}

/** What a declaring command says of all its names. */
interface Declaration {
  readonly attributes: string;
  readonly exports: boolean;
  /** `export -n`, `declare +x`. */
  readonly hides: boolean;
}

/** Reads `declare`, `export`… and its names, behind the keyword. */
export function readDeclaration(reading: Reading, keyword: string): void {
  const { text } = reading;
  let given = keyword === 'export' ? 'x' : keyword === 'readonly' ? 'r' : '';
  let hides = false;
  skipBlanks(text);
  for (let sign = text.bytes[text.at]; sign === 0x2d || sign === 0x2b; sign = text.bytes[text.at]) {
    readWord(text);
    const letters = wordText(text).slice(1);
    if (sign === 0x2b) hides ||= letters.includes('x');
    else if (keyword === 'export') hides ||= letters.includes('n');
    if (sign === 0x2d && (keyword !== 'export' || !letters.includes('n'))) given += letters;
    skipBlanks(text);
    if (letters === '-') break;
  }
  const attributes = given.replaceAll('-', '');
  if (attributes.includes('f')) readFunctionNames(reading);
  else readOperands(reading, { attributes, exports: attributes.includes('x'), hides });
}

function readFunctionNames(reading: Reading): void {
  const { text } = reading;
  while (!atCommandEnd(text)) {
    const start = text.at;
    readWord(text);
    if (text.at === start) return;
    reading.functions.add(wordText(text));
    skipBlanks(text);
  }
}

/** Reads names and assignments up to the end of the command. */
export function readOperands(reading: Reading, declaration: Declaration): void {
  const { text } = reading;
  for (skipBlanks(text); !atCommandEnd(text); skipBlanks(text)) {
    const start = text.at;
    const name = readName(text);
    const assigns = isAssignment(text.bytes, text.at);
    if (name !== '' && (assigns || atWordEnd(text))) {
      readOperand(reading, declaration, name, start);
      continue;
    }
    readWord(text);
    if (text.at === start) skipCommand(text);
    const end = text.at;
    note(reading.problems, start, () => `not a variable: ${excerpt(text, start, end)}`);
  }
}

function readOperand(reading: Reading, { attributes, exports, hides }: Declaration, name: string, start: number): void {
  const { text, variables, arrays, problems } = reading;
  const before = variables.get(name);
  const exported = (exports || before?.exported === true) && !hides;
  const appends = text.bytes[text.at] === 0x2b;
  let value = before?.value ?? null;
  let isArray = /[aA]/.test(attributes);
  if (isAssignment(text.bytes, text.at)) {
    text.at += appends ? 2 : 1;
    if (text.bytes[text.at] === BYTE.open) {
      isArray = true;
      skipArray(text);
    } else {
      readWord(text);
      value = (appends ? (value ?? '') : '') + wordText(text);
    }
    if (text.cutOff) return note(problems, start, () => `the file ends within the value of ${name}: it is left out`);
  }
  if (isArray) {
    variables.delete(name);
    arrays.add(name);
    return;
  }
  arrays.delete(name);
  if (text.expansion !== null && text.at > start + name.length) {
    const { expansion } = text;
    variables.delete(name);
    return note(
      problems,
      start,
      () => `${name} asks bash to expand '${expansion}…': not done, the variable is left out`,
    );
  }
  if (attributes.includes('n')) note(problems, start, () => `${name} is a reference: its value is a variable's name`);
  if (text.bytes[text.at - 1] === BYTE.return && text.bytes[text.at] === BYTE.newline)
    note(problems, start, () => `the line ends in CR LF: the CR belongs to the value of ${name}`);
  variables.set(name, { value, attributes: exported && !exports ? (before?.attributes ?? 'x') : attributes, exported });
}

function atWordEnd(text: BashText): boolean {
  const byte = text.bytes[text.at];
  return byte === BYTE.blank || byte === BYTE.tab || (byte !== BYTE.hash && atCommandEnd(text));
}

/** The first bytes of a part of the text, for a message. */
export function excerpt(text: BashText, start: number, end: number): string {
  return fromBytes(text.bytes.subarray(start, Math.min(end, start + 60))) + (end > start + 60 ? '…' : '');
}
