/** How much a kept directory holds, in words. */
import { counted, size } from '../report/text.ts';
import type { Facts } from './facts.ts';

/** As far as it is known: `38.4 MB in 1204 files`. */
export function contentsOf({
  sizeBytes,
  files,
  partly,
  done,
}: Pick<Facts, 'sizeBytes' | 'files' | 'partly' | 'done'>): string {
  if (sizeBytes === null) return done ? 'cannot be counted' : 'being counted';
  return `${partly ? 'at least ' : ''}${size(sizeBytes)} in ${counted(files ?? 0, 'file')}`;
}
