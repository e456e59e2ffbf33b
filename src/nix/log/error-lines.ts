/** Which lines of a log tell of an error, and how much they tell. Lists of words, so: a help for the eye, never a verdict. */

/**
 * How much a line tells: `cause`: what went wrong (`fatal error: x.h: No such file`); `step`: that a step failed for
 * something said before (`make: *** […] Error 2`); `sign`: words that mostly stand beside an error.
 */
export type ErrorRank = 'cause' | 'step' | 'sign';

/** A line that holds none of these is no error: one cheap look for nearly all lines. */
const WORDS =
  /error|fail|fatal|exception|panic|undefined|not found|no rule|no package|cannot|killed|fault|no space|no such|denied|unbound|\*\*\*|\.go:\d/i;

const HARMLESS =
  /^checking |\b(?:0|no) (?:errors?|failures|failed)\b|^\s*-- (?:Looking for|Performing Test|Check)|\.\.\. (?:no|ok|yes)\b/i;

const STEP = [
  /\bmake(?:\[\d+\])?: \*\*\* (?!No rule)/,
  /^FAILED: |^ninja: build stopped|^ninja: error: rebuilding/,
  /\berror: (?:could not compile|aborting due to|build failed|test failed|process didn't exit|builder for|builder failed)/,
  /\berror: \d+ dependenc|\berror: command .* failed with|collect2: (?:fatal )?error: |linker command failed/,
  /^CMake Error at |^-- Configuring incomplete|^(?:FAIL|FAILED)\b|\bFAILED$|\bfailed in \d/,
  /^error: Recipe |^npm (?:ERR!|error) (?:code|errno|command|path)|returned a non-zero|exited with (?:status|code) [1-9]/,
];

const CAUSE = [
  /(?:^|[^\w-])(?:fatal |internal |internal compiler )?error(?:\[\w+\])?:(?:\s|$)/i,
  /(?:^|: )fatal: /i,
  /\berror (?:FS|CS|TS|C|LNK)\d+\b/,
  /^(?:\w+\.)*\w*(?:Error|Exception)(?:: |$)|^Exception in thread /,
  /undefined reference to|cannot find -l|undefined symbol|unresolved (?:import|external)|symbol\(s\) not found/,
  /: (?:command )?not found$|: command not found\b/,
  /No package '.*' found|^Package .* (?:was )?not found|required by .*, not found|[Dd]ependency .* not found/,
  /No rule to make target|Hunk #\d+ FAILED|\bpatch: \*\*\*\*/,
  /panicked at|^panic: |^\[ERROR\]|^npm (?:ERR!|error) /,
  /Segmentation fault|Bus error|Illegal instruction|^Killed\b|[Oo]ut of memory|No space left on device/,
  /[Aa]ssertion .*failed|: unbound variable|\.go:\d+:\d+: /,
];

const SIGN =
  /(?:^|[\s:(['"])(?:errors?|fail(?:ed|ure)|fatal|cannot)\b(?![-./=])|No such file or directory|Permission denied/i;

/** A command, which names files called `error.c` and options called `-Werror`. */
const COMMAND =
  /^\s*(?:\[[\d/ %]+\] |libtool: |Running `|\+ )|^\s*(?:\S*\/)?(?:gcc|g\+\+|cc|c\+\+|clang(?:\+\+)?|ld|ar|rustc)\s/;

/** The rank of a line, without its terminal sequences; null where it tells of no error. */
function errorRank(line: string): ErrorRank | null {
  if (!WORDS.test(line) || HARMLESS.test(line)) return null;
  if (STEP.some(pattern => pattern.test(line))) return 'step';
  if (CAUSE.some(pattern => pattern.test(line))) return /\bwarning: /i.test(line) ? 'sign' : 'cause';
  return SIGN.test(line) && !COMMAND.test(line) && !/\bwarning\b/i.test(line) ? 'sign' : null;
}

/**
 * As {@link errorRank}, over lines in order: what ends a Python traceback and what stands below `CMake Error at` is a cause,
 * whatever its words are.
 */
export function errorRanker(): (line: string) => ErrorRank | null {
  let awaiting: 'nothing' | 'traceback' | 'cmake' = 'nothing';
  return line => {
    if (awaiting !== 'nothing' && line.trim() !== '') {
      if (awaiting === 'traceback' && /^\s/.test(line)) return null;
      awaiting = 'nothing';
      return 'cause';
    }
    if (line.startsWith('Traceback (most recent call last)')) awaiting = 'traceback';
    else if (line.startsWith('CMake Error at ')) awaiting = 'cmake';
    return errorRank(line);
  };
}
