/** Output paths that a kept directory names: by them its derivation is found (nix-sandbox.md, section 1.4). */
import type { Dirent } from 'node:fs';
import { readdirSync } from 'node:fs';
import { fsPath, storePath } from '../base/path.ts';
import { type EnvVars, envValue } from './env-vars.ts';
import type { KeptBuild } from './kept-build.ts';
import { child } from './layout.ts';
import { lookAt, readRegularFile } from './read-regular.ts';
import { readAttrs } from './refine.ts';
import type { StoreLayout } from './store-layout.ts';

export interface OutputClue {
  /** `/nix/store/<hash>-hello-2.12.1` */
  readonly path: string;
  /** Where it stands: `out in env-vars`, `the prefix in source/config.log`. */
  readonly from: string;
  /** The build's own word; a prefix in a generated file may be that of something else. */
  readonly certain: boolean;
}

/** The outputs of the build, as far as its files tell. Reads a bounded number of files of bounded size, and nothing but regular ones. */
export function outputClues(build: KeptBuild, env: EnvVars | null, layout: StoreLayout): readonly OutputClue[] {
  const certain = certainClues(build, env);
  return certain.length > 0 ? certain : fromGeneratedFiles(build.content, layout.root);
}

/** Those of them that are the build's own word: no other files are looked for. */
export function certainClues(build: KeptBuild, env: EnvVars | null): readonly OutputClue[] {
  return [...fromEnvironment(env), ...fromAttrs(build)];
}

function fromEnvironment(env: EnvVars | null): readonly OutputClue[] {
  if (env === null || env.source.kind !== 'file') return [];
  const names = new Set(['out', ...(envValue(env, 'outputs') ?? '').split(/\s+/)]);
  return [...names].flatMap(name => clue(envValue(env, name), `${name} in env-vars`, true));
}

function fromAttrs(build: KeptBuild): readonly OutputClue[] {
  return [...attrsOutputs(build)].flatMap(([name, path]) => clue(path, `${name} in .attrs.json`, true));
}

/** The outputs that `.attrs.json` names: output → path. */
export function attrsOutputs(build: KeptBuild): ReadonlyMap<string, string> {
  const { outputs } = readAttrs(build);
  if (typeof outputs !== 'object' || outputs === null) return new Map();
  return new Map(Object.entries(outputs).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function clue(path: unknown, from: string, certain: boolean): readonly OutputClue[] {
  return typeof path === 'string' && storePath(path) === path ? [{ path, from, certain }] : [];
}

/** What configure, cmake and meson write their `--prefix` into. */
const GENERATED =
  /^(?:config\.(?:log|status|mk)|CMakeCache\.txt|(?:GNU)?[Mm]akefile|cmd_line\.txt|intro-buildoptions\.json)$/;
/** Bounded in each part: a stranger's file must not take more time than its size asks for. */
const PREFIX =
  /(?:--prefix[= ]|\bprefix {0,9}:?= {0,9}|\bCMAKE_INSTALL_PREFIX(?::\w{1,20})?=|"name": ?"prefix",[^{}]{0,500}"value": ?)['"]?(\/(?:nix|gnu)\/store\/[0-9abcdfghijklmnpqrsvwxyz]{32}-[\w.+?=-]{1,211})/;
const LIMITS = { entries: 4000, depth: 4, files: 40, bytes: 512 * 1024 };

/** The first prefix of each file: it is the build's own, where a later one may be that of a dependency. */
function fromGeneratedFiles(content: string, root: string): readonly OutputClue[] {
  const found = new Map<string, OutputClue>();
  for (const file of generatedFiles(content)) {
    const bytes = readRegularFile(child(content, file), { maxBytes: LIMITS.bytes });
    const prefix = bytes.ok ? PREFIX.exec(bytes.value.toString('latin1'))?.[1] : undefined;
    if (prefix === undefined || found.has(prefix) || finished(`${root}${prefix}`)) continue;
    for (const one of clue(prefix, `the prefix in ${file}`, false)) found.set(prefix, one);
  }
  return [...found.values()];
}

/** What Nix registered as valid has the time 1 (`canonicaliseTimestampAndPermissions`): no output of a build that failed. */
function finished(path: string): boolean {
  return lookAt(path).stats?.mtimeMs === 1000;
}

/** The nearest to the top first; links are not followed. */
function generatedFiles(content: string): readonly string[] {
  const files: string[] = [];
  let waiting = [''];
  let seen = 0;
  for (let depth = 0; depth < LIMITS.depth && waiting.length > 0; depth += 1) {
    const below: string[] = [];
    for (const directory of waiting) {
      for (const entry of listed(directory === '' ? content : child(content, directory))) {
        seen += 1;
        if (seen > LIMITS.entries || files.length >= LIMITS.files) return files;
        const path = directory === '' ? entry.name : `${directory}/${entry.name}`;
        if (entry.isDirectory()) below.push(path);
        else if (entry.isFile() && GENERATED.test(entry.name)) files.push(path);
      }
    }
    waiting = below;
  }
  return files;
}

function listed(directory: string): readonly Dirent[] {
  try {
    return readdirSync(fsPath(directory), { withFileTypes: true });
  } catch {
    return [];
  }
}
