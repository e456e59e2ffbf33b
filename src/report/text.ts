/** Lays rows out as text for a terminal. Everything that comes from outside is made safe here (base/printable.ts). */
import { printable } from '../base/printable.ts';

/**
 * `label   value` lines, labels padded to one width; a null value leaves the line out, a list takes a line each. A sentence is wrapped
 * between words; a path at the beginning of a value stays in one piece, to be copied.
 */
export function fields(rows: readonly (readonly [label: string, value: string | readonly string[] | null])[]): string {
  const shown = rows.filter(([, value]) => value !== null && value.length > 0);
  const width = Math.max(0, ...shown.map(([label]) => label.length));
  return shown
    .flatMap(([label, value]) => {
      const lines = typeof value === 'string' ? [value] : (value ?? []);
      return lines.map((line, index) => {
        const first = `${(index === 0 ? label : '').padEnd(width)}  `;
        const safe = printable(line);
        return safe.startsWith('/') ? `${first}${safe}\n` : filled(safe.split(' '), ' '.repeat(width + 2), first);
      });
    })
    .join('');
}

/** Columns, each as wide as its widest cell; the last one is not padded. */
export function table(rows: readonly (readonly string[])[]): string {
  const safe = rows.map(row => row.map(printable));
  const widths: number[] = [];
  for (const row of safe) row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, cell.length)));
  return safe
    .map(row => `${row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0))).join('  ')}\n`)
    .join('');
}

/** A heading with its text below. */
export function section(title: string, body: string): string {
  return body === '' ? '' : `\n${title}\n${body}`;
}

/** Words wrapped at 80 columns behind an indent; a word that is longer is broken behind `|`, `,` or `/` where it has them. */
export function wrapped(text: string, indent: string, first = indent): string {
  const words = printable(text).split(' ');
  return filled(
    words.flatMap(whole => pieces(whole, 80 - indent.length)),
    indent,
    first,
  );
}

/** Lines of at most 80 columns, but for words that are longer. */
function filled(words: readonly string[], indent: string, first: string): string {
  const lines: string[] = [];
  let line = first;
  for (const word of words) {
    if (line.length + word.length + 1 > 80 && line.trim() !== '') {
      lines.push(line.trimEnd());
      line = indent;
    }
    line += `${word} `;
  }
  lines.push(line.trimEnd());
  return `${lines.join('\n')}\n`;
}

function pieces(word: string, width: number): readonly string[] {
  if (word.length <= width) return [word];
  const head = word.slice(0, width);
  const at = Math.max(...['|', ',', '/'].map(mark => head.lastIndexOf(mark))) + 1 || width;
  return [word.slice(0, at), ...pieces(word.slice(at), width)];
}

/** How long ago: `3 min`, `2 h`, `5 d`. */
export function age(thenMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - thenMs) / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}

/** `1.4 MB`; powers of 1,000. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  // 999.96 kB would be 1000.0 kB.
  while (value >= (unit === 0 ? 1000 : 999.95) && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** `1 file`, `2 files`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Data as JSON for people and programs: two blanks of indent, a newline at the end; escapes keep it 7-bit clean for a terminal. */
export function json(data: unknown): string {
  const text = JSON.stringify(data, null, 2);
  return `${text.replace(/[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}
