/** The settings of the machine's Nix that decide what a failed build leaves, and in what it ran; and what is wrong with their files. */
import { shellWord } from '../../base/printable.ts';
import { isKnownSetting } from '../../nix/known-settings.ts';
import { type ConfProblem, type NixConf, readNixConf, sayProblem } from '../../nix/nix-conf.ts';
import { buildSources, clientSources, nixConfOf, nixSettings } from '../../nix/nix-settings.ts';
import { lookAt } from '../../nix/read-regular.ts';
import { machinePaths } from '../machine-paths.ts';
import { type Answer, amiss, fine } from './answer.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What whoever builds reads, and what the caller's own Nix reads: the same where the store is the caller's. */
export interface Confs {
  /** The system's file. */
  readonly path: string;
  readonly build: NixConf;
  readonly client: NixConf;
}

/** @param root '' but for tests */
export function readConfs(root: string, environment: Environment): Confs {
  const read = (sources: ReturnType<typeof clientSources>): NixConf =>
    readNixConf(sources.map(source => (source.text === undefined ? { path: `${root}${source.path}` } : source)));
  return {
    path: `${root}${nixConfOf(environment)}`,
    build: read(buildSources(environment)),
    client: read(clientSources(environment)),
  };
}

const YES = ['true', 'yes', '1'];
const NO = ['false', 'no', '0'];

/** What is shown: the default, the values that Nix takes, and whether it is asked of the one who asks for the build. */
const SHOWN = {
  sandbox: { fallback: 'true', values: ['true', 'false', 'relaxed'], of: 'build' },
  'keep-failed': { fallback: 'false', values: [...YES, ...NO], of: 'client' },
  'keep-build-log': { fallback: 'true', values: [...YES, ...NO], of: 'build' },
} as const;

/** What the files set, and what of it failed builds suffer from. */
export function settings(confs: Confs): Answer {
  const asked = { id: 'nix.settings', title: "Nix' settings", source: confs.path } as const;
  const value = (name: keyof typeof SHOWN): string | undefined => confs[SHOWN[name].of].values.get(name)?.value;
  const names = Object.keys(SHOWN) as (keyof typeof SHOWN)[];
  const found = names.map(name => `${name} = ${value(name) ?? `${SHOWN[name].fallback} (the default)`}`).join(', ');
  if (NO.includes(value('keep-build-log') ?? ''))
    return amiss(
      asked,
      'warning',
      found,
      'there are no logs: what failed is not told',
      line(confs.path, 'keep-build-log = true'),
    );
  if (value('sandbox') === 'false')
    return amiss(
      asked,
      'warning',
      found,
      'a build that was not asked to run in a sandbox saw the whole machine, and sees less here',
      line(confs.path, 'sandbox = true'),
    );
  return fine(asked, found);
}

const MOST = 8;

/** What of the files Nix does not understand, or does not find; null where there is no file. */
export function confProblems(confs: Confs): Answer | null {
  const files = [...new Set([...confs.client.files, ...confs.build.files])];
  const problems = [...new Set(problemsOf(confs))];
  if (files.length === 0 && problems.length === 0) return null;
  const asked = { id: 'nix.conf', title: "the text of Nix' settings", source: files.join(', ') || confs.path } as const;
  if (problems.length === 0) return fine(asked, 'each line is understood');
  const more = problems.length > MOST ? `; and ${problems.length - MOST} more` : '';
  const affects =
    'Nix ignores what it does not know, and stops at what it cannot read; what builds see may not be shown here';
  return amiss(asked, 'warning', `${problems.slice(0, MOST).join('; ')}${more}`, affects);
}

function problemsOf({ build, client }: Confs): readonly string[] {
  const said = [build, client].flatMap(conf =>
    [...conf.problems, ...unknown(conf), ...impossible(conf)].map(sayProblem),
  );
  const shown = nixSettings(build);
  return [...said, ...shown.problems, ...machinePaths(shown.sandboxPaths).lost];
}

/** Names that no Nix has; the settings of plug-ins are not known here. */
function unknown({ values }: NixConf): readonly ConfProblem[] {
  if (values.has('plugin-files')) return [];
  return [...values]
    .filter(([name]) => !isKnownSetting(name))
    .map(([name, { file, line }]) => ({ file, line, what: `unknown setting '${name.slice(0, 60)}'` }));
}

function impossible({ values }: NixConf): readonly ConfProblem[] {
  return Object.entries(SHOWN).flatMap(([name, { values: possible }]) => {
    const made = values.get(name);
    if (made === undefined || (possible as readonly string[]).includes(made.value)) return [];
    const what = `${name} has the value '${made.value.slice(0, 60)}', and Nix stops there: ${possible.join(', ')}`;
    return [{ file: made.file, line: made.line, what }];
  });
}

/** Where the settings say that builds are made, and kept; null where they do not say. */
export function buildDirectory({ build }: Confs): string | null {
  const directory = build.values.get('build-dir')?.value ?? '';
  return directory.startsWith('/') ? directory.replace(/(.)\/+$/, '$1') : null;
}

/** Null where the file is made by something else, as on NixOS: there a line that is added would not stay. */
function line(conf: string, setting: string): string | null {
  if (lookAt(conf).stats?.isSymbolicLink() === true) return null;
  return `echo ${shellWord(setting)} | sudo tee -a ${shellWord(conf)}`;
}
