/** `@nix {…}` lines: what a builder tells Nix within its log (`handleJSONLogMessage`). Anybody can print one: never trusted. */

export type NixMessage =
  | { readonly action: 'setPhase'; readonly phase: string }
  | { readonly action: 'msg'; readonly level: number; readonly text: string }
  /** `start`, `stop`, `result` and what may come. */
  | { readonly action: 'other' };

/** The message in a line, or null where it is none: other text, broken JSON, or fields that are not what they should be. */
export function nixMessage(line: string): NixMessage | null {
  if (!line.startsWith('@nix ')) return null;
  let data: unknown;
  try {
    data = JSON.parse(line.slice(5));
  } catch {
    return null;
  }
  if (typeof data !== 'object' || data === null || !('action' in data) || typeof data.action !== 'string') return null;
  if (data.action === 'setPhase')
    return 'phase' in data && isName(data.phase) ? { action: 'setPhase', phase: data.phase } : null;
  if (data.action !== 'msg') return { action: 'other' };
  if (!('msg' in data) || typeof data.msg !== 'string') return null;
  const level = 'level' in data && typeof data.level === 'number' ? data.level : 0;
  return { action: 'msg', level, text: data.msg };
}

/** A phase is the name of a shell variable or function; whatever else is given may be long, but not without end. */
function isName(phase: unknown): phase is string {
  return typeof phase === 'string' && phase !== '' && phase.length <= 200;
}
