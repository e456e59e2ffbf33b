/** Text in lines of a given width. */

/**
 * Breaks a text at its blanks into lines of at most `width` columns; a longer word is broken behind `|`, `,` or `/` where it has
 * them, else where the line ends. Columns are counted in characters, so wide ones may stick out.
 */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap(whole => pieces(whole, width))) {
    if (line !== '' && length(line) + 1 + length(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function length(text: string): number {
  return Array.from(text).length;
}

/** A word that fits a line as it is, a longer one in pieces. */
function pieces(word: string, width: number): readonly string[] {
  const characters = Array.from(word);
  if (characters.length <= width) return [word];
  const head = characters.slice(0, width);
  const at = Math.max(...['|', ',', '/'].map(mark => head.lastIndexOf(mark))) + 1 || width;
  return [characters.slice(0, at).join(''), ...pieces(characters.slice(at).join(''), width)];
}
