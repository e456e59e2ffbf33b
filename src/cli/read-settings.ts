/** The settings file of the UI: `$XDG_CONFIG_HOME/nix-build-shell/settings.json`, else below `~/.config`. */
import { readRegularFile } from '../nix/read-regular.ts';
import { DEFAULT_SETTINGS, type ParsedSettings, parseSettings } from '../ui/settings.ts';

const MOST_BYTES = 256 * 1024;

/** What the person set; nothing where there is no file. A file that cannot be used is said in `problems`. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): ParsedSettings {
  const config = environment['XDG_CONFIG_HOME'] || (environment['HOME'] ? `${environment['HOME']}/.config` : '');
  if (!config.startsWith('/')) return { settings: DEFAULT_SETTINGS, problems: [] };
  const path = `${config}/nix-build-shell/settings.json`;
  // Links are followed: people keep such files elsewhere.
  const read = readRegularFile(path, { maxBytes: MOST_BYTES, follow: true });
  if (!read.ok) {
    const missing = read.failure.errno === 'ENOENT' || read.failure.errno === 'ENOTDIR';
    return {
      settings: DEFAULT_SETTINGS,
      problems: missing ? [] : [`settings.json: ${read.failure.errno ?? 'it cannot be read'}`],
    };
  }
  const { settings, problems } = parseSettings(read.value.toString('utf8'));
  return { settings, problems: problems.map(problem => `settings.json: ${problem}`) };
}
