/** The settings of the machine's Nix that decide what a failed build leaves, and in what it ran. */
import { shellWord } from '../../base/printable.ts';
import { nixValues } from '../../nix/nix-conf.ts';
import { lookAt } from '../../nix/read-regular.ts';
import { type Answer, amiss, fine } from './answer.ts';

/** Name and default of what is shown. */
const SHOWN = { sandbox: 'true', 'keep-failed': 'false', 'keep-build-log': 'true' } as const;

/** What a `nix.conf` says; a user's own file does not count for a daemon. */
export function settings(conf: string): Answer {
  const asked = { id: 'nix.settings', title: "Nix' settings", source: conf } as const;
  const { values, problems } = nixValues(conf);
  const value = (name: keyof typeof SHOWN): string => values.get(name) ?? SHOWN[name];
  const found = Object.keys(SHOWN)
    .map(name => `${name} = ${values.get(name) ?? `${SHOWN[name as keyof typeof SHOWN]} (the default)`}`)
    .join(', ');
  if (value('keep-build-log') === 'false')
    return amiss(
      asked,
      'warning',
      found,
      'there are no logs: what failed is not told',
      line(conf, 'keep-build-log = true'),
    );
  if (value('sandbox') === 'false')
    return amiss(
      asked,
      'warning',
      found,
      'a build that was not asked to run in a sandbox saw the whole machine, and sees less here',
      line(conf, 'sandbox = true'),
    );
  if (problems.length > 0)
    return amiss(
      asked,
      'warning',
      `${found}; ${problems.join('; ')}`,
      'what the file means may not be shown to builds',
    );
  return fine(asked, found);
}

/** Where the settings say that builds are made, and kept; null where they do not say. */
export function buildDirectory(conf: string): string | null {
  const directory = nixValues(conf).values.get('build-dir') ?? '';
  return directory.startsWith('/') ? directory.replace(/(.)\/+$/, '$1') : null;
}

/** Null where the file is made by something else, as on NixOS: there a line that is added would not stay. */
function line(conf: string, setting: string): string | null {
  if (lookAt(conf).stats?.isSymbolicLink() === true) return null;
  return `echo ${shellWord(setting)} | sudo tee -a ${shellWord(conf)}`;
}
