/** docs/keys.md, made from the key table. */
import type { Context } from '../../src/ui/app.ts';
import { shownKey } from '../../src/ui/binding.ts';
import { KEYS } from '../../src/ui/keys.ts';
import { COLOURS, DEFAULT_COLOURS } from '../../src/ui/look.ts';

const PLACES: readonly (readonly [Context, string])[] = [
  ['everywhere', 'In every panel'],
  ['dirs', 'The list of kept builds'],
  ['empty', 'The list, where there is no build'],
  ['env', 'The environment'],
  ['plan', 'The plan'],
  ['log', 'The log'],
  ['shell', "The shell's panel, while the keyboard is not the program's"],
  ['paneMenu', 'The menu behind the reserved key'],
  ['typing', 'While a line is typed'],
  ['help', 'Help'],
  ['palette', 'The list of commands'],
  ['pick', 'A choice'],
  ['delete', 'The question before a deletion'],
  ['quit', 'The question before leaving'],
  ['endOthers', 'The question before the first shell of a sandbox is closed, or started again'],
  ['notes', 'Notes'],
  ['failure', 'A failure'],
];

/** The page's text. */
export function keysPage(): string {
  const sections = PLACES.map(([context, title]) => {
    const rows = KEYS.filter(({ when }) => (when as readonly Context[]).includes(context)).map(
      ({ id, keys, title: what }) => `| ${keys.map(key => `\`${shownKey(key)}\``).join(' ')} | ${what} | \`${id}\` |`,
    );
    return `## ${title}\n\n| keys | what they do | action |\n|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `${HEAD}\n${sections.join('\n')}`;
}

const HEAD = `# Keys

Made from the key table (\`src/ui/keys.ts\`) by \`UPDATE_GOLDEN=1 npm test -- keys-page\`. \`?\` shows those that work where you are.

A program in the shell's pane gets every key but one, Ctrl-]: it opens a menu, and pressed twice it is the program's, too. Nothing in a paste is
a key.

## The settings file

\`$XDG_CONFIG_HOME/nix-build-shell/settings.json\`, or \`~/.config/nix-build-shell/settings.json\`; all of it is optional. What cannot be used is
said when the UI opens.

    {
      "keys": { "sort": "S", "quit": ["q", "ctrl-q"] },
      "theme": "auto",
      "colours": { "accent": "brightBlue" },
      "reservedKey": "ctrl-a",
      "clipboard": false,
      "mouse": true,
      "tellColours": true,
      "title": false,
      "ascii": false
    }

- \`keys\`: the keys of an action, in place of ours: a character, \`enter\`, \`space\`, \`tab\`, \`up\`, \`pagedown\`, \`ctrl-x\` and the like. A key
  that would do two things in one place is said; Enter cannot be the key that confirms a deletion.
- \`theme\`: \`light\` or \`dark\`, as the background is; \`auto\` believes COLORFGBG where the terminal sets it, and is dark otherwise. All colours are of
  the terminal's own sixteen.
- \`colours\`: in place of the theme's, of ${Object.keys(DEFAULT_COLOURS)
  .map(name => `\`${name}\``)
  .join(', ')}; each one of ${Object.keys(COLOURS)
  .map(name => `\`${name}\``)
  .join(', ')}. \`NO_COLOR\` leaves all of them out.
- \`reservedKey\`: the one key that a pane does not get.
- \`clipboard\`: whether programs in panes may write your clipboard.
- \`mouse\`: whether programs in panes get the mouse when they ask for it; with \`false\` the terminal's own selection works there, too.
- \`tellColours\`: whether programs in panes are told your terminal's colours when they ask, as Vim does to know a light background. The terminal
  is asked with the first pane; where it does not answer, they are told what is usual for \`theme\`.
- \`title\`: whether your terminal's title follows that of the program in the pane.
- \`ascii\`: no other characters in what the program itself draws; the same as \`--ui --ascii\`, and as a locale that is not UTF-8.
`;
