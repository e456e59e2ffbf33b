/** Trees with everything that a file system can hold, and what they look like. */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { allocate } from '../../src/ffi/memory.ts';
import { syscall } from '../../src/ffi/syscalls.ts';

/** Every kind of file but devices, with odd names, modes, times, holes, and links. */
const MAKE = `
set -e; umask 022
echo plain >plain; touch -d '2001-02-03 04:05:06.123456789' plain
for mode in 0000 0200 0400 0444 0711 1777 4755; do echo $mode >mode$mode; chmod $mode mode$mode; done
truncate -s 300M sparse; printf middle | dd of=sparse bs=1 seek=100M conv=notrunc status=none
printf 'no hole' >dense; : >empty
ln plain hard; mkdir sub; ln plain sub/hard; ln -s nowhere dangling; ln dangling hard-dangling; ln -s loop loop
ln -s "$(printf '%04000d' 0)" long; ln -s $'\\xff\\x80' odd-link; ln -s /etc/passwd absolute
mkfifo fifo; perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0); bind(S, sockaddr_un("socket")) or die'
mkdir closed sticky; echo x >closed/x; echo y >sticky/y; chmod 1733 sticky
for name in $'new\\nline' $'tab\\t' ' ' '-rf' $'\\xff\\xfe' $'\\e[31mred' "$(printf '%0255d' 0)"; do echo x >"./$name"; done
touch -h -d '1999-12-31 23:59:59.000000001' dangling long
touch -d '2000-01-01 00:00:00.5' closed/x closed sub fifo socket
chmod 0500 closed
`;

/** Deeper than descriptors are kept open, and paths longer than PATH_MAX. */
const MAKE_DEEP = `
sub down { my ($name, $levels) = @_; for (1..$levels) { mkdir $name or die; chdir $name or die }
  open(my $file, ">", "file") or die; print $file "bottom\\n" }
my $pid = fork(); if ($pid == 0) { down("d", 1000); exit 0 } waitpid($pid, 0);
down("0" x 250, 17);
`;

/** Fills a directory. */
export function makeOddTree(directory: string): void {
  execFileSync('bash', ['-c', MAKE], { cwd: directory });
  setAttribute(join(directory, 'dense'), 'user.note', 'kept');
  setAttribute(join(directory, 'sub'), 'user.note', 'of a directory');
}

/** Fills a directory with a tree 1,000 deep, and one whose paths have more than 4,000 bytes; to be removed by rm(1). */
export function makeDeepTree(directory: string): void {
  execFileSync('perl', ['-e', MAKE_DEEP], { cwd: directory });
}

/** find(1)'s own order and quoting: type, mode, size, links, times (ns), target; not owners, nor what directories alone have. */
const PRINTED = '%P %y %m %s %n %T@ %l\\0';

/** Every entry of a tree but its top, a line each, and the content of its files. */
export function listing(directory: string, without: readonly string[] = []): readonly string[] {
  const entries = find(directory, ['-not', '-type', 'd', '-printf', PRINTED]);
  const directories = find(directory, ['-mindepth', '1', '-type', 'd', '-printf', '%P %y %m %T@\\0']);
  // Not below the deep ones: execdir would be needed, which opens each directory anew.
  const sums = find(directory, [
    '-type',
    'f',
    '-size',
    '-1M',
    '-exec',
    'sh',
    '-c',
    'cat <"$1" | cksum | tr "\\n" " "; printf "%s\\0" "$1"',
    'x',
    '{}',
    ';',
  ]);
  return [...entries, ...directories, ...sums].filter(line => !without.some(name => line.includes(name))).sort();
}

/** Access times of what is no directory: reading a directory changes its own. */
export function accessTimes(directory: string): readonly string[] {
  return find(directory, ['-not', '-type', 'd', '-printf', '%P %A@\\0']).toSorted();
}

/** What find(1) prints, split at NUL; bytes as Latin-1, so that nothing is lost. */
export function find(directory: string, words: readonly string[]): readonly string[] {
  const maxBuffer = 256 * 1024 * 1024;
  return execFileSync('find', ['.', ...words], { cwd: directory, maxBuffer })
    .toString('latin1')
    .split('\0')
    .slice(0, -1);
}

/** Sets an extended attribute. */
function setAttribute(path: string, name: string, value: string): void {
  onFile(path, (fd, at) => syscall('fsetxattr', fd, at(`${name}\0`), at(value), value.length, 0));
}

/** The value of an extended attribute; '' where there is none. */
export function attribute(path: string, name: string): string {
  const room = allocate(256);
  const length = onFile(path, (fd, at) => syscall('fgetxattr', fd, at(`${name}\0`), room.address, 256));
  return room.bytes.toString('latin1', 0, Math.max(0, length));
}

function onFile(path: string, action: (fd: number, at: (text: string) => number) => number): number {
  const memories: unknown[] = [];
  const fd = openSync(path, 'r');
  try {
    return action(fd, text => {
      const memory = allocate(text.length);
      memories.push(memory);
      memory.bytes.write(text, 'latin1');
      return memory.address;
    });
  } finally {
    closeSync(fd);
  }
}
