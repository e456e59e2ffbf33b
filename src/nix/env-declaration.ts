/** Reads the commands of bash that declare variables: `declare -x A="…"`, `export A=…`, `A=…`. */
import { fromBytes } from '../base/path.ts';
import { atCommandEnd, type FunctionEnds, skipArray, skipBlanks, skipCommand } from './bash-skip.ts';
import { type BashText, BYTE, isAssignment, readName, readWord, wordText } from './bash-word.ts';
import { note, type Problems } from './env-problems.ts';
import type { EnvVariable } from './env-vars.ts';

const PLUS = 0x2b;
const MINUS = 0x2d;

/** What was read so far. */
export interface Reading {
  readonly text: BashText;
  readonly exported: Map<string, EnvVariable>;
  /** Variables that are not exported, or not yet. */
  readonly shell: Map<string, EnvVariable>;
  readonly arrays: Set<string>;
  readonly functions: Set<string>;
  readonly problems: Problems;
  readonly functionEnds: FunctionEnds;
}

/** What a declaring command says of all its names. */
interface Declaration {
  readonly attributes: string;
  readonly isArray: boolean;
  readonly exports: boolean;
  /** `export -n`, `declare +x`. */
  readonly hides: boolean;
}

/** `declare -x `: nearly every record begins so, and is read in half the time when it is known as a whole. */
export const EXPORTED: Declaration = { attributes: 'x', isArray: false, exports: true, hides: false };
/** `A=…` alone. */
export const ASSIGNED: Declaration = { attributes: '', isArray: false, exports: false, hides: false };

/** bash(1), "declare", and `c`, which the manual does not tell; with another letter, bash declares nothing. */
const LETTERS = /^[aAcfFgiIlnprtux]*$/;

/** Reads `declare`, `export`… and its names, behind the keyword. */
export function readDeclaration(reading: Reading, keyword: string): void {
  const { text, problems } = reading;
  let given = keyword === 'export' ? 'x' : keyword === 'readonly' ? 'r' : '';
  let hides = false;
  skipBlanks(text);
  for (let sign = text.bytes[text.at]; sign === MINUS || sign === PLUS; sign = text.bytes[text.at]) {
    const start = text.at;
    readWord(text);
    const letters = wordText(text).slice(1);
    if (letters !== '-' && !LETTERS.test(letters)) {
      skipCommand(text);
      const end = text.at;
      return note(problems, start, () => `${keyword} has no option ${excerpt(text, start, end)}`);
    }
    if (sign === PLUS) hides ||= letters.includes('x');
    else if (keyword === 'export') hides ||= letters.includes('n');
    if (sign === MINUS && (keyword !== 'export' || !letters.includes('n'))) given += letters;
    skipBlanks(text);
    if (letters === '-') break;
  }
  const attributes = given.replaceAll('-', '');
  if (attributes.includes('f')) readFunctionNames(reading);
  else
    readOperands(reading, { attributes, isArray: /[aA]/.test(attributes), exports: attributes.includes('x'), hides });
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

function readOperand(reading: Reading, declaration: Declaration, name: string, start: number): void {
  const { text, exported, shell, arrays, problems } = reading;
  const appends = text.bytes[text.at] === PLUS;
  const given = readValue(text);
  if (text.cutOff) return note(problems, start, () => `the file ends within the value of ${name}: it is left out`);
  if (given === 'array' || declaration.isArray) {
    forget(reading, name);
    arrays.add(name);
    return;
  }
  if (arrays.size > 0) arrays.delete(name);
  if (given === 'word' && text.expansion !== null) {
    const { expansion } = text;
    forget(reading, name);
    return note(problems, start, () => `${name} asks bash to expand '${expansion}…': the variable is left out`);
  }
  const exportedBefore = exported.get(name);
  const before = exportedBefore ?? shell.get(name);
  let value = before?.value ?? null;
  if (given === 'word') value = (appends ? (value ?? '') : '') + wordText(text);
  const { attributes, exports, hides } = declaration;
  if (attributes.includes('n')) note(problems, start, () => `${name} is a reference: its value is a variable's name`);
  if (text.bytes[text.at - 1] === BYTE.return && text.bytes[text.at] === BYTE.newline)
    note(problems, start, () => `the line ends in CR LF: the CR belongs to the value of ${name}`);
  if (hides) forget(reading, name);
  if ((exports || exportedBefore !== undefined) && !hides)
    exported.set(name, { name, value, attributes: exports ? attributes : (before?.attributes ?? 'x') });
  else shell.set(name, { name, value, attributes });
}

/** Reads `=…` or `+=…`, where it is there; a word is in `text` then. */
function readValue(text: BashText): 'none' | 'word' | 'array' {
  if (!isAssignment(text.bytes, text.at)) return 'none';
  text.at += text.bytes[text.at] === PLUS ? 2 : 1;
  if (text.bytes[text.at] === BYTE.open) {
    skipArray(text);
    return 'array';
  }
  readWord(text);
  return 'word';
}

function forget({ exported, shell }: Reading, name: string): void {
  exported.delete(name);
  shell.delete(name);
}

function atWordEnd(text: BashText): boolean {
  const byte = text.bytes[text.at];
  return byte === BYTE.blank || byte === BYTE.tab || (byte !== BYTE.hash && atCommandEnd(text));
}

/** The first bytes of a part of the text, for a message. */
export function excerpt(text: BashText, start: number, end: number): string {
  return fromBytes(text.bytes.subarray(start, Math.min(end, start + 60))) + (end > start + 60 ? '…' : '');
}
