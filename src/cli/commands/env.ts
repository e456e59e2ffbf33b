/** `env DIR`: the build's environment, as read or re-constructed. */
import { envText } from '../../report/env.ts';
import { json } from '../../report/text.ts';
import type { RunOptions } from '../arguments.ts';
import { prepare, recognise } from '../prepare.ts';
import { print, say, sayDamage, sayFailure } from '../say.ts';
import { actForCaller } from '../sudo.ts';

/** Prints the environment; that it was re-constructed is said on stderr. @returns the exit status */
export async function showEnvironment(directory: string, options: RunOptions, asJson: boolean): Promise<number> {
  actForCaller(directory);
  const found = recognise(directory);
  if (!found.ok) return sayFailure(found.failure);
  const prepared = await prepare(found.value, options);
  if (!prepared.ok) return sayFailure(prepared.failure);
  const { env } = prepared.value;
  if (asJson) return print(json(env));
  if (env.source.kind === 're-constructed')
    say(
      `re-constructed from ${env.source.derivation} (${env.source.foundBy}), before stdenv's setup; lost: ${env.source.lost.join('; ')}`,
    );
  sayDamage(env);
  return print(envText(env));
}
