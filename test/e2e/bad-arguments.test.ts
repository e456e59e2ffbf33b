/** What stands on the command line: one clear line, and the documented status. */
import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { missing } from '../support/need.ts';
import { type SmallBuild, smallBuild } from '../support/small-build.ts';
import { isFailure, watched } from '../support/watched.ts';

const skip = missing('user-namespaces', 'static-bash', 'static-busybox');

/** Names after the program's, what is said, and the status. */
const ARGUMENTS: Readonly<Record<string, readonly [(build: SmallBuild) => readonly string[], number, RegExp]>> = {
  'nothing at all': [() => [], 2, /'nix-build-shell list'/],
  'no CMD and no terminal': [({ directory }) => [directory], 2, /'nix-build-shell list'/],
  'an empty DIR': [() => ['', 'true'], 2, /DIR is empty/],
  'a DIR that does not exist': [() => ['/no/such/dir', 'true'], 125, /realpath\("\/no\/such\/dir"\) = ENOENT/],
  'a DIR with links in a circle': [({ store }) => [circleIn(dirname(store)), 'true'], 125, /= ELOOP; links on the way/],
  'a DIR that is too long': [() => [`/${'x'.repeat(300)}`, 'true'], 125, /= ENAMETOOLONG; 'nix-build-shell list'/],
  'a DIR below a file': [() => ['/etc/passwd/x', 'true'], 125, /= ENOTDIR; 'nix-build-shell list'/],
  'a file for DIR': [() => ['/etc/passwd', 'true'], 125, /ENOTDIR.*a regular file/],
  'a FIFO for DIR': [({ store }) => [fifoIn(dirname(store)), 'true'], 125, /ENOTDIR.*a FIFO/],
  'the env-vars for DIR': [
    ({ directory }) => [`${directory}/env-vars`, 'true'],
    125,
    /give the directory that holds it/,
  ],
  'a directory that Nix did not keep': [() => ['/usr', 'true'], 125, /no env-vars/],
  'a DIR with escapes': [() => ['/no\u001b[31m\u009b2J\udcff\n', 'true'], 125, /\/no\\e\[31m\\x9b2J\\xff\\n/],
  'an unknown option': [() => ['--no-such', 'x'], 2, /unknown option '--no-such'/],
  'an option with escapes': [() => ['--\u001b[2J'], 2, /unknown option '--\\e\[2J'/],
  'a misspelled option': [() => ['--stor', 'x', 'y'], 2, /unknown option '--stor' \(Did you mean --store\?\)/],
  'an unknown option of a command': [() => ['list', '--nope'], 2, /unknown option '--nope'/],
  'a value for a flag': [({ directory }) => ['--net=1', directory, 'true'], 2, /--net takes no value/],
  'an option without its value': [() => ['--store'], 2, /--store needs ROOT/],
  'an unknown trace': [() => ['--trace=\u001bx', '/', 'true'], 2, /no trace layer is called \\ex/],
  'a command without DIR': [() => ['show'], 2, /missing required argument 'DIR'/],
  'a bind of nothing': [
    ({ directory, store }) => ['--store', store, '--bind', '/none\u001b', directory, 'true'],
    125,
    /bind \/none\\e: .*ENOENT/,
  ],
  'a bind over the sandbox': [
    ({ directory, store }) => ['--store', store, '--bind', '/usr:/etc', directory, 'true'],
    2,
    /\/etc is the sandbox's own/,
  ],
  'a relative DEST': [
    ({ directory, store }) => ['--store', store, '--bind', '/usr:x', directory, 'true'],
    2,
    /DEST must be an absolute path/,
  ],
  'a store that does not exist': [
    ({ directory }) => ['--store', '/none', directory, 'true'],
    125,
    /lstat\("\/none\/nix"\) = ENOENT/,
  ],
  'a derivation that does not exist': [
    ({ directory, store }) => ['--store', store, '--derivation', '/nix/store/x.drv', directory, 'true'],
    125,
    /cannot use \/nix\/store\/x\.drv as the derivation: lstat\(.*\) = ENOENT; --derivation takes a path such as/,
  ],
  'a derivation that is none': [
    ({ directory, store }) => ['--store', store, '--derivation', '/etc/passwd', directory, 'true'],
    125,
    /its name does not end in \.drv; --derivation takes a path such as/,
  ],
};

function fifoIn(directory: string): string {
  execFileSync('mkfifo', [join(directory, 'fifo')]);
  return join(directory, 'fifo');
}

function circleIn(directory: string): string {
  symlinkSync('circle', join(directory, 'circle'));
  return join(directory, 'circle');
}

for (const [what, [words, status, line]] of Object.entries(ARGUMENTS)) {
  test(`${what}: one line, status ${status}`, { skip }, () => {
    const build = smallBuild();
    const args = words(build);
    isFailure(watched(build, args), status, line);
  });
}
