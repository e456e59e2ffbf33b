/** The words behind `--ui`. */

export interface UiArguments {
  /** `--store ROOT`. */
  readonly store: string | null;
  /** `--plain`: line mode, for screen readers and simple terminals. */
  readonly plain: boolean;
  /** `--ascii`: no characters but ASCII's in what the program itself draws. */
  readonly ascii: boolean;
  /** More directories to look into, or kept builds. */
  readonly directories: readonly string[];
}

/** @returns what was asked for, or a usage error */
export function uiArguments(words: readonly string[]): UiArguments | { readonly problem: string } {
  let given: UiArguments = { store: null, plain: false, ascii: false, directories: [] };
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--') return { ...given, directories: [...given.directories, ...words.slice(at + 1)] };
    if (word === '--plain') given = { ...given, plain: true };
    else if (word === '--ascii') given = { ...given, ascii: true };
    else if (word === '--store' || word.startsWith('--store=')) {
      const root = word === '--store' ? words[(at += 1)] : word.slice('--store='.length);
      if (root === undefined || root === '') return { problem: 'option --store needs ROOT' };
      given = { ...given, store: root };
    } else if (word.startsWith('-')) return { problem: `--ui has no option ${word}` };
    else given = { ...given, directories: [...given.directories, word] };
  }
  return given;
}
