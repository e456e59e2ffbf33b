/** Reads `env-vars`: what bash's builtin `export` printed (nix-sandbox.md, sections 2.3 and 2.4), or what a person made of it. */
import { atCommandEnd, skipBlanks, skipCommand, skipFunction, skipLine } from './bash-skip.ts';
import { BYTE, bashText, isAssignment, isNameByte, readName, readWord, wordText } from './bash-word.ts';
import { ASSIGNED, EXPORTED, excerpt, type Reading, readDeclaration, readOperands } from './env-declaration.ts';
import { noProblems, note, type Problems, withLines } from './env-problems.ts';
import type { EnvSource, EnvVars } from './env-vars.ts';

const PREFIX = Buffer.from('declare -x ');
const KEYWORDS: ReadonlySet<string> = new Set(['declare', 'typeset', 'export', 'readonly']);

/**
 * The variables that the text exports. Total: any bytes give an answer, in time linear in their number, and nothing is
 * executed or expanded. A value that would need it (`$(…)`, `${…}`, `~`) is unknown, so its variable is left out.
 * What bash would do otherwise than set variables is listed under `problems`, at most about a hundred of them.
 */
export function parseEnvVars(bytes: Uint8Array, source: EnvSource): EnvVars {
  const problems = noProblems();
  const text = bashText(withoutNul(bytes, problems));
  const functionEnds = { declared: null, braces: true };
  const reading: Reading = {
    text,
    exported: new Map(),
    shell: new Map(),
    arrays: new Set(),
    functions: new Set(),
    problems,
    functionEnds,
  };
  const length = text.bytes.length;
  while (text.at < length) readCommand(reading);
  if (length === 0) note(problems, 0, () => 'the file is empty: the build was stopped while bash wrote it');
  else if (!text.cutOff && text.bytes[length - 1] !== BYTE.newline)
    note(problems, length, () => 'the last line has no end: the file may be cut off');
  return {
    version: 1,
    source,
    variables: [...reading.exported.values()],
    arrays: [...reading.arrays],
    functions: [...reading.functions],
    problems: withLines(problems, text.bytes),
  };
}

function withoutNul(bytes: Uint8Array, problems: Problems): Uint8Array {
  const first = bytes.indexOf(0);
  if (first < 0) return bytes;
  const kept = bytes.filter(byte => byte !== 0);
  note(problems, first, () => `${bytes.length - kept.length} NUL bytes: dropped, as bash drops them`);
  return kept;
}

function readCommand(reading: Reading): void {
  const { text } = reading;
  skipBlanks(text);
  if (atCommandEnd(text)) {
    if (text.bytes[text.at] === BYTE.hash) skipLine(text);
    else text.at += 1;
    return;
  }
  if (startsWith(text.bytes, text.at, PREFIX) && isNameByte(text.bytes[text.at + PREFIX.length], false)) {
    text.at += PREFIX.length;
    return readOperands(reading, EXPORTED);
  }
  const start = text.at;
  const name = readName(text);
  const next = text.bytes[text.at];
  if (KEYWORDS.has(name) && (next === BYTE.blank || next === BYTE.tab || atCommandEnd(text)))
    return readDeclaration(reading, name);
  text.at = start;
  if (isAssignment(text.bytes, start + name.length) && name !== '') return readOperands(reading, ASSIGNED);
  readFunction(reading);
  if (text.at > start) return;
  skipCommand(text);
  const end = text.at;
  note(reading.problems, start, () => `not understood: ${excerpt(text, start, end)}`);
  if (text.cutOff) note(reading.problems, start, () => 'the file ends within quotes that begin here');
}

function startsWith(bytes: Uint8Array, at: number, prefix: Uint8Array): boolean {
  for (let i = 0; i < prefix.length; i += 1) if (bytes[at + i] !== prefix[i]) return false;
  return true;
}

function readFunction(reading: Reading): void {
  const { text } = reading;
  const start = text.at;
  readWord(text);
  let name = wordText(text);
  skipBlanks(text);
  if (name === 'function') {
    readWord(text);
    name = wordText(text);
    skipBlanks(text);
  }
  const { bytes } = text;
  if (bytes[text.at] === BYTE.open && text.at > start) {
    text.at += 1;
    skipBlanks(text);
    if (bytes[text.at] === BYTE.close) {
      text.at += 1;
      return skipFunction(text, name, reading.functionEnds);
    }
  }
  text.at = start;
  text.cutOff = false;
}
