/** Colours for a line of bash: enough to read phase code by. Nothing is run, and a wrong guess costs a colour. */
import { type Line, type Style, span } from '../line.ts';

const TOKENS: readonly (readonly [RegExp, Style])[] = [
  [/^#.*/, 'dim'],
  [/^"(?:[^"\\]|\\.)*"?/, 'good'],
  [/^'[^']*'?/, 'good'],
  [/^\$(?:\{[^}]*\}?|\w+|[@#?*!$-])/, 'accent'],
  [/^(?:if|then|elif|else|fi|for|in|do|done|while|until|case|esac|function|return|local|export|exit|set)\b/, 'strong'],
  [/^[\w./+=:-]+/, 'plain'],
  [/^\s+/, 'plain'],
];

/** The line in spans. `text` must be safe to print already. A line longer than 2,000 characters stays plain. */
export function bashLine(text: string): Line {
  if (text.length > 2000) return [span(text)];
  const spans = [];
  for (let rest = text; rest !== ''; ) {
    const token = TOKENS.map(([pattern, style]) => ({ found: pattern.exec(rest)?.[0] ?? '', style })).find(
      ({ found }) => found !== '',
    );
    const found = token?.found ?? rest.slice(0, 1);
    spans.push(span(found, token?.style ?? 'plain'));
    rest = rest.slice(found.length);
  }
  return spans;
}
