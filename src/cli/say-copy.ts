/** What is said about a copy: how far it is, and what became of it. */
import type { CopyReport } from '../session/session.ts';
import type { Prepared } from './prepare.ts';
import { say, writeAll } from './say.ts';

/** A line on the terminal that counts the files of a copy that takes longer than a moment; nothing where stderr is no terminal. */
export function progressLine(): { readonly show: (files: number) => void; readonly clear: () => void } {
  let shown = false;
  return {
    show: files => {
      // Asked only here: making process.stderr loads streams, 2 ms that a plain run does not need.
      if (!process.stderr.isTTY) return;
      shown = true;
      writeAll(2, `\r\x1b[Knix-build-shell: copying: ${files} files`);
    },
    clear: () => {
      if (shown) writeAll(2, '\r\x1b[K');
    },
  };
}

/** What is missing in the copy, in one line (a re-constructed env-vars is not), and whether it may be half old and half new. */
export function sayReport(report: CopyReport, prepared: Prepared): void {
  saySkipped(report, prepared);
  if (report.changed !== null)
    say(
      `${report.changed} changed while it was copied (is the build still running?): the copy may be half old and half new`,
    );
}

function saySkipped(report: CopyReport, { env, build }: Prepared): void {
  const replaced = env.source.kind === 're-constructed' && report.skipped.some(({ path }) => path === 'env-vars');
  const count = report.skippedCount - (replaced ? 1 : 0);
  if (count === 0) return;
  const first = report.skipped.filter(({ path }) => !(replaced && path === 'env-vars')).slice(0, 3);
  const names = first.map(({ path, errno }) => `${path} (${errno})`).join(', ');
  const closed = build.owner.uid !== process.geteuid?.() && report.skipped.some(({ errno }) => errno === 'EACCES');
  const more = count > first.length ? ", …; 'show DIR' names those that you cannot read" : '';
  const hint = closed ? `${more === '' ? '; ' : ', '}--sudo copies ${count === 1 ? 'it' : 'them'}, too` : '';
  say(
    `${count} of its files could not be copied and ${count === 1 ? 'is' : 'are'} missing inside: ${names}${more}${hint}`,
  );
}
