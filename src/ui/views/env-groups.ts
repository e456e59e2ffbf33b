/** Groups of a build's variables, told from their names as stdenv uses them (nix-sandbox.md, section 3). */

export type EnvGroup = 'inputs' | 'phases' | 'flags' | 'paths' | 'outputs' | 'nix' | 'other';

/** In the order in which they are shown. */
export const ENV_GROUPS: readonly (readonly [id: EnvGroup, title: string, names: RegExp])[] = [
  ['inputs', 'Inputs', /(?:[iI]nputs|^deps(?:Build|Host|Target)\w*|^srcs?$|^patches$|^cargoDeps|^\w+Deps$)/],
  ['phases', 'Phases', /(?:Phases?$|^(?:pre|post)[A-Z]\w*|^buildCommand(?:Path)?$|Hooks?$)/],
  [
    'flags',
    'Flags',
    /(?:Flags?(?:Array)?$|FLAGS$|^(?:do|dont|enable|disable|strict|with)[A-Z]\w*|^__\w+|^cmake\w+|^meson\w+|Targets?$)/,
  ],
  [
    'paths',
    'Paths',
    /(?:PATH$|_PATH_\w+$|_DIRS?$|_DIR$|^PWD$|^OLDPWD$|^HOME$|^TMP$|^TEMP$|^TMPDIR$|^TEMPDIR$|^\w+Root$|^sourceRoot$|^NIX_BUILD_TOP$)/,
  ],
  [
    'outputs',
    'Outputs',
    /^(?:outputs?|out|dev|lib|bin|doc|man|info|static|debug|output[A-Z]\w*|prefix|outputHash\w*)$/,
  ],
  [
    'nix',
    'Nix and stdenv',
    /^(?:NIX_\w+|stdenv|SHELL|CONFIG_SHELL|builder|system|name|pname|version|shell|initialPath|SOURCE_DATE_EPOCH|STRIP|AR|AS|CC|CXX|LD|NM|RANLIB|OBJCOPY|OBJDUMP|READELF|SIZE|STRINGS|TERM|SHLVL|TZ|DETERMINISTIC_BUILD|HOST_PATH|PYTHON\w+)$/,
  ],
  ['other', 'Other', /^/],
];

/** The first group that a name fits. */
export function groupOf(name: string): EnvGroup {
  return ENV_GROUPS.find(([, , names]) => names.test(name))?.[0] ?? 'other';
}

/** The entries of a value that is a list: paths between colons, or store paths and flags between blanks; null where it is none. */
export function entriesOf(value: string): readonly string[] | null {
  if (value.includes('\n')) return null;
  if (/^[^\s:]*\/[^\s:]*(?::[^\s:]*)+$/.test(value)) return value.split(':');
  const words = value.trim().split(/\s+/);
  if (words.length < 2) return null;
  return words.every(word => word.startsWith('/') || word.startsWith('-')) ? paired(words) : null;
}

/** Compilers' flags whose operand is the next word, with it: `-isystem /nix/store/…`. */
function paired(words: readonly string[]): readonly string[] {
  const entries: string[] = [];
  for (const word of words) {
    const flag = entries.at(-1) ?? '';
    if (
      word.startsWith('/') &&
      /^-(?:isystem|idirafter|iquote|include|rpath|rpath-link|dynamic-linker|I|L|B|o)$/.test(flag)
    )
      entries[entries.length - 1] = `${flag} ${word}`;
    else entries.push(word);
  }
  return entries;
}

/** `/nix/store/<hash>-bash-5.2/bin/sh` → `…-bash-5.2/bin/sh`: what tells one from another for people. */
export function withoutHashes(text: string): string {
  return text.replace(/\/(?:nix|gnu)\/store\/[0-9abcdfghijklmnpqrsvwxyz]{32}-/g, '…-');
}
