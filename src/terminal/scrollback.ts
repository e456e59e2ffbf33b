/** Text and search in what a terminal has kept above its screen. */
import type { Terminal } from '@xterm/headless';

/** The lines as text, without blanks at their ends; wrapped lines are joined. */
export function textOf(terminal: Terminal, selection?: { readonly from: number; readonly to: number }): string {
  const buffer = terminal.buffer.active;
  const from = Math.max(0, selection?.from ?? 0);
  const to = Math.min(buffer.length, selection?.to ?? buffer.length);
  let text = '';
  for (let at = from; at < to; at += 1) {
    const line = buffer.getLine(at);
    if (at > from && line?.isWrapped !== true) text += '\n';
    const goesOn = buffer.getLine(at + 1)?.isWrapped === true;
    text += line?.translateToString(!goesOn) ?? '';
  }
  return `${text.replace(/\n+$/, '')}\n`;
}

/** The nearest line with the text above or below what is shown, as the new first line; null where there is none. Case does not count. */
export function findLine(terminal: Terminal, text: string, direction: 'up' | 'down'): number | null {
  if (text === '') return null;
  const buffer = terminal.buffer.active;
  const wanted = text.toLowerCase();
  const step = direction === 'up' ? -1 : 1;
  for (let at = buffer.viewportY + step; at >= 0 && at < buffer.length; at += step)
    if (buffer.getLine(at)?.translateToString(true).toLowerCase().includes(wanted) === true) return at;
  return null;
}
