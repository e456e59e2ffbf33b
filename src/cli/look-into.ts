/** Directories that a person named, to look for kept builds in. */
import { opendirSync } from 'node:fs';
import { fail, ok, type Result, systemError } from '../base/failure.ts';
import { fsPath } from '../base/path.ts';

/** Whether a place can be listed: those that are looked into anyway may be missing, one that was named may not. */
export function lookInto(place: string): Result<null> {
  try {
    opendirSync(fsPath(place)).closeSync();
    return ok(null);
  } catch (error) {
    return fail(`look into ${place}`, { ...systemError(error), call: `opendir("${place}")` });
  }
}
