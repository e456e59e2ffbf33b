/**
 * The real terminal is asked for its colours, once, and not waited for: its answers are told from keys whenever they come. Of an answer only
 * numbers are kept, so that nothing that it holds can reach a program but a colour.
 */
import type { ColourOf } from './colours.ts';

const PALETTE = Array.from({ length: 16 }, (_, at) => at);
/** Text, background, cursor, and the sixteen colours of the palette. */
const QUESTIONS = ['10', '11', '12', ...PALETTE.map(at => `4;${at}`)];

/** What asks for all of them. */
export const ASK_COLOURS = ['10;?', '11;?', '12;?', `4;${PALETTE.map(at => `${at};?`).join(';')}`]
  .map(question => `\u001b]${question}\u001b\\`)
  .join('');

export interface ColourAnswers {
  /** The terminal was asked. */
  readonly begin: () => void;
  /** @returns what is left of a read: keys */
  readonly filter: (bytes: Buffer) => Buffer;
  /** What it has answered; null where it has not (yet). */
  readonly colourOf: ColourOf;
}

const ESC = 0x1b;
/** So long after the question a lone ESC may be the start of an answer; it is a key after a moment. */
const AWAITED_MS = 1000;
const KEY_MS = 25;
/** The rest of what can only be an answer is waited for so long. */
const REST_MS = 500;
const ANSWER = /\u001b\](1[012]|4);([\w:;/]{1,2000})(?:\u0007|\u001b\\)/g;
/** What can still become one, at the end of a read: for certain, and perhaps. */
const BEGUN = /\u001b\](?:1[012]|4);[\w:;/]{0,2000}\u001b?$/;
const MAY_BE = /\u001b(?:\](?:1[012]?|4)?)?$/;
/** `11;rgb:ffff/ffff/dddd`, `4;1;rgba:ff/0/0/ff`; several of the palette may be in one answer. */
const COLOUR = /(?:^|;)(1[012]|\d{1,3});rgba?:([0-9a-f]{1,4})\/([0-9a-f]{1,4})\/([0-9a-f]{1,4})(?=[;/]|$)/gi;

/** @param toKeys gets what was held back, and turned out to be keys */
export function makeColourAnswers(toKeys: (bytes: Buffer) => void): ColourAnswers {
  const known = new Map<string, string>();
  const open = new Set<string>();
  let held = '';
  let asked = 0;
  let timer: NodeJS.Timeout | null = null;

  const release = (): void => {
    const keys = Buffer.from(held, 'latin1');
    held = '';
    timer = null;
    toKeys(keys);
  };
  /** One answer; what was not asked for is left where it is. */
  const take = (whole: string, code: string, body: string): string => {
    let asked = false;
    for (const [, number = '', ...parts] of `${code === '4' ? '' : `${code};`}${body}`.matchAll(COLOUR)) {
      const question = code === '4' ? `4;${number}` : number;
      if (!open.delete(question)) continue;
      asked = true;
      known.set(question, `rgb:${parts.map(sixteenBits).join('/')}`);
    }
    return asked ? '' : whole;
  };
  const hold = (text: string): string => {
    const begun = BEGUN.exec(text)?.[0];
    const perhaps = Date.now() - asked < AWAITED_MS ? MAY_BE.exec(text)?.[0] : undefined;
    held = begun ?? perhaps ?? '';
    if (held !== '') timer = setTimeout(release, begun === undefined ? KEY_MS : REST_MS);
    return held === '' ? text : text.slice(0, -held.length);
  };
  return {
    begin: () => {
      for (const question of QUESTIONS) open.add(question);
      asked = Date.now();
    },
    filter: bytes => {
      if (held === '' && (open.size === 0 || !bytes.includes(ESC))) return bytes;
      if (timer !== null) clearTimeout(timer);
      timer = null;
      const rest = (held + bytes.toString('latin1')).replace(ANSWER, take);
      held = '';
      return Buffer.from(open.size === 0 ? rest : hold(rest), 'latin1');
    },
    colourOf: question => known.get(question) ?? null,
  };
}

/** A component of one to four digits, in four: `f` and `ff` are all of it. */
function sixteenBits(component: string): string {
  const value = Number.parseInt(component, 16) / (16 ** component.length - 1);
  return Math.round(value * 0xffff)
    .toString(16)
    .padStart(4, '0');
}
