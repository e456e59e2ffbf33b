/** Everything but a plain run: subcommands, help and usage errors, by commander. */
import { Command, CommanderError, Option } from 'commander';
import { EXIT } from '../base/failure.ts';
import type { GroupName } from '../sandbox/groups.ts';
import { RUNGS } from '../sandbox/working-copy.ts';
import { type CommandName, NO_OPTIONS, OPTIONS, type OptionName, type RunOptions, withGroups } from './arguments.ts';
import { doctor } from './commands/doctor.ts';
import { enter, listRunning } from './commands/enter.ts';
import { showEnvironment } from './commands/env.ts';
import { list } from './commands/list.ts';
import { type LogForm, log } from './commands/log.ts';
import { showPlan } from './commands/plan.ts';
import { show } from './commands/show.ts';
import { print, say } from './say.ts';
import { version } from './version.ts';

const EXAMPLES = `
Examples:
  nix-build-shell                                the list, worked by keys
  nix-build-shell --ui DIR…                      the same, of more directories
  nix-build-shell list                           the kept builds of this machine
  nix-build-shell /tmp/nix-build-hello.drv-0     a shell in the build's sandbox
  nix-build-shell DIR make -k check              one command in it, for scripts
  nix-build-shell DIR bash -c 'source $stdenv/setup; runPhase buildPhase'
  nix-build-shell --bind ~/src/fix:/fix DIR patch -p1 -i /fix/a.patch
  nix-build-shell show DIR                       what is known of a build
  nix-build-shell log --errors DIR               what failed, from its log
  nix-build-shell plan DIR                       what a run does, step by step
  nix-build-shell enter DIR                      one more shell in one that runs
  nix-build-shell doctor                         why it does not work here

DIR is what Nix named in "note: keeping build directory '…'", after a build with
--keep-failed. It is never changed: /build is a copy of it, or a layer over it.

Exit status: that of CMD; 128+n when signal n ended it; 125 when the sandbox
could not be made; 126 and 127 when CMD could not be executed or found; 2 for
wrong usage.
`;

/** Answers a command line that is not a plain run. @returns the exit status */
export async function runFull(words: readonly string[]): Promise<number> {
  if (words.length === 0) {
    say("which kept build? nix-build-shell DIR [CMD…]; 'nix-build-shell list' names them");
    return EXIT.usage;
  }
  let status = 0;
  const program = makeProgram(
    done => {
      status = done;
    },
    // Help comes in several pieces.
    text => {
      if (status === 0) status = print(text);
    },
  );
  try {
    await program.parseAsync([...words], { from: 'user' });
    return status;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return status;
    // `help WORD` of no command.
    say(usageProblem(error.code === 'commander.help' ? `no such command: ${words[1] ?? ''}` : error.message));
    return EXIT.usage;
  }
}

/** Commander's sentence as a line of ours, with what helps. */
function usageProblem(message: string): string {
  const problem = message
    .replace(/^error: /, '')
    .replaceAll('\n', ' ')
    .replace(/\. Expected (.*)\.$/, ': expected $1');
  const help = "'nix-build-shell --help' tells more";
  return `${problem}; ${/\bDIR\b/.test(problem) ? "'nix-build-shell list' names the kept builds, " : ''}${help}`;
}

type Done = (status: number) => void;

/** @param write for help and version; usage errors are said by {@link runFull}, in one line */
function makeProgram(done: Done, write: (text: string) => void): Command {
  const program = new Command('nix-build-shell');
  program
    .description('Enter the sandbox of a failed Nix build, from its kept directory, without root.')
    .usage(
      '[--ui [DIR…]]\n       nix-build-shell [OPTION…] DIR [CMD [ARG…]]\n       nix-build-shell COMMAND [OPTION…] [DIR]',
    )
    .version(version, '-V, --version', 'the version')
    .helpOption('-h, --help', 'this text')
    .helpCommand('help [COMMAND]', 'this text, or that of a command')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: () => undefined })
    .enablePositionalOptions();
  withOptions(program, Object.keys(OPTIONS) as OptionName[]);
  // `--store ROOT show DIR` means what `show --store ROOT DIR` means.
  program.hook('preAction', (_, command) => {
    for (const [name, value] of Object.entries(program.opts()))
      if (command.getOptionValue(name) === undefined) command.setOptionValue(name, value);
  });
  addCommands(program, done);
  program.action((_, command: Command) => {
    const word = command.args[0];
    throw new CommanderError(2, 'usage', word === undefined ? 'DIR is missing' : `no such command: ${word}`);
  });
  return program;
}

/** The options of a subcommand that names a build; `--store` and the like mean what they mean before DIR. */
interface Given {
  readonly json?: true;
  readonly calls?: true;
  readonly store?: string;
  readonly bind?: readonly string[];
  readonly net?: true;
  readonly wholeStore?: true;
  readonly without?: readonly GroupName[];
  readonly derivation?: string;
  readonly copy?: string;
  readonly errors?: true;
  readonly phases?: true;
  readonly tail?: number;
}

function runOptions(given: Given): RunOptions {
  return {
    ...NO_OPTIONS,
    store: given.store ?? null,
    binds: given.bind ?? [],
    net: given.net ?? false,
    wholeStore: given.wholeStore ?? false,
    without: given.without ?? [],
    derivation: given.derivation ?? null,
    copy: RUNGS.find(rung => rung === given.copy) ?? null,
  };
}

function addCommands(program: Command, done: Done): void {
  const command = (name: CommandName, help: string): Command =>
    program.command(name).description(help).option('--json', 'as JSON').exitOverride();
  const ofBuild = (name: CommandName, help: string): Command =>
    withOptions(command(name, help).argument('<DIR>', 'a kept build directory'), ['--store', '--derivation']);
  withOptions(command('list', 'the kept builds of this machine, newest first'), ['--store'])
    .argument('[DIR...]', 'more directories to look into')
    .action(async (more: string[], given: Given) =>
      done(await list({ json: given.json ?? false, store: given.store ?? null, more })),
    );
  ofBuild('show', 'what is known of one kept build').action(async (directory: string, given: Given) =>
    done(await show(directory, runOptions(given), given.json ?? false)),
  );
  ofBuild('log', "the build's log")
    .option('--errors', 'the lines that tell of errors, with those around them')
    .option('--phases', 'the phases, and where they stand in the log')
    .option('--tail <N>', 'the last N lines', lineNumber)
    .action(async (directory: string, given: Given) => done(await log(directory, runOptions(given), logForm(given))));
  ofBuild('env', "the build's environment").action(async (directory: string, given: Given) =>
    done(await showEnvironment(directory, runOptions(given), given.json ?? false)),
  );
  withOptions(ofBuild('plan', 'what a run would do, step by step, and what differs from Nix'), [
    '--net',
    '--bind',
    '--without',
    '--copy',
    '--whole-store',
  ])
    .argument('[CMD...]', 'the command of the run; none is an interactive shell')
    .option('--calls', 'the system calls of each step')
    .passThroughOptions()
    .action(async (directory: string, words: string[], given: Given) => {
      const { command: run, json, calls } = formBehind(words, given);
      done(
        await showPlan(directory, run, runOptions(given), json === true ? 'json' : calls === true ? 'calls' : 'text'),
      );
    });
  command('enter', 'one more command in a sandbox that runs; without WHICH: those that run')
    .argument('[WHICH]', 'its kept build directory, or the number of the process that runs it')
    .argument('[CMD...]', 'the command; none is an interactive shell')
    .passThroughOptions()
    .action(async (which: string | undefined, words: string[], given: Given) =>
      done(which === undefined ? listRunning(given.json ?? false) : await enter(which, words)),
    );
  command('doctor', 'what this machine has and lacks for the sandbox, and how to mend it').action(
    async (given: Given) => done(await doctor({ json: given.json ?? false })),
  );
}

/** The form of a plan may stand behind DIR, as with the other subcommands; what else looks like that is no command, but an option in the wrong place. */
function formBehind(words: readonly string[], given: Given): Given & { readonly command: readonly string[] } {
  const [first, ...rest] = words;
  if (first === '--json') return formBehind(rest, { ...given, json: true });
  if (first === '--calls') return formBehind(rest, { ...given, calls: true });
  if (first?.startsWith('--') === true && first !== '--')
    throw new CommanderError(EXIT.usage, 'usage', `${first} is to stand before DIR`);
  return { ...given, command: words };
}

function lineNumber(word: string): number {
  if (!/^\d{1,9}$/.test(word)) throw new CommanderError(EXIT.usage, 'usage', `--tail needs a number, not ${word}`);
  return Number(word);
}

function logForm({ errors, phases, tail, json: asJson }: Given): LogForm {
  if ([errors, phases, tail].filter(given => given !== undefined).length > 1 && asJson !== true)
    throw new CommanderError(EXIT.usage, 'usage', 'one of --errors, --phases and --tail at a time, but for --json');
  const part = errors === true ? 'errors' : phases === true ? 'phases' : 'all';
  return { part, tail: tail ?? null, json: asJson ?? false };
}

function addGroups(words: string, before: readonly GroupName[] | undefined): readonly GroupName[] {
  const groups = withGroups(before ?? [], words);
  if (typeof groups === 'string') throw new CommanderError(EXIT.usage, 'usage', groups);
  return groups;
}

function withOptions(command: Command, names: readonly OptionName[]): Command {
  for (const name of names) {
    const { value, help } = OPTIONS[name];
    if (name === '--bind')
      command.option(`${name} <${value}>`, help, (word: string, before: string[] | undefined) => [
        ...(before ?? []),
        word,
      ]);
    else if (name === '--without') command.option(`${name} <${value}>`, help, addGroups);
    else if (name === '--copy') command.addOption(new Option(`${name} <${value}>`, help).choices(RUNGS));
    else command.option(value === null ? name : `${name} <${value}>`, help);
  }
  return command;
}
