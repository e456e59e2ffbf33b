/** What the C compiler and the kernel's headers say about constants and structures. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratchDirectory } from './scratch.ts';

/** The values of integer expressions, on this machine. A pointer counts as its address. */
export function valuesInC(headers: readonly string[], expressions: readonly string[]): ReadonlyMap<string, bigint> {
  const directory = scratchDirectory('cc');
  const source = [
    '#define _GNU_SOURCE',
    ...[...headers, 'stdio.h', 'stddef.h'].map(header => `#include <${header}>`),
    'int main(void) {',
    ...expressions.map(expression => `  printf("%lld\\n", (long long)(${expression}));`),
    '}\n',
  ];
  writeFileSync(join(directory, 'ask.c'), source.join('\n'));
  execFileSync('cc', ['-w', '-o', join(directory, 'ask'), join(directory, 'ask.c')]);
  const values = execFileSync(join(directory, 'ask'), { encoding: 'utf8' }).trimEnd().split('\n');
  return new Map(expressions.map((expression, index) => [expression, BigInt(values[index] ?? '')]));
}

/** What macros stand for after headers were read, as text; without running anything, so for any architecture. */
export function expandedInC(lines: readonly string[], macros: readonly string[]): ReadonlyMap<string, string> {
  const source = [...lines, ...macros.map(macro => `ASK_${macro} ${macro}`)].join('\n');
  const text = execFileSync('cc', ['-E', '-P', '-xc', '-'], { input: `${source}\n`, encoding: 'utf8' });
  return new Map([...text.matchAll(/^ASK_(\S+) (.*)$/gm)].map(match => [match[1] ?? '', (match[2] ?? '').trim()]));
}
