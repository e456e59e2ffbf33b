// npm run demo: its own set-up, then into the bundled failing build. Without a terminal it plays the story, step by step.
// `npm run demo -- hello-world` enters the build that works.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { demoStore, FIXTURES } from './demo-store.mjs';
import { story } from './demo-story.mjs';
import { root, setup } from './setup.mjs';

const BUILDS = { wttr: 'nix-build-wttr-0.1.0.drv-0', 'hello-world': 'nix-build-hello-world-1.0.drv-0' };
const say = (line = '') => console.log(line);

/** A path as a person would write it. */
function short(path) {
  const home = homedir();
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

function sayWhere(place) {
  const nix = existsSync('/nix/store') ? '/nix/store is left alone;' : 'no Nix here, so';
  say(`demo: ${nix} a tiny store is in ${short(place)}`);
  say('demo: in it: bash and tools of this machine; cargo and rustc are shell scripts');
}

/** What a bash must be told before the story's commands: the lines are printed, and run. */
function preamble({ place, libraries }) {
  const binds = libraries.flatMap(path => ['--bind', `${place}/lib:${path}`]);
  return [
    `demo=${quoted(place)}`,
    ...Object.entries(BUILDS).map(([name, directory]) => `${name.split('-')[0]}=fixtures/demo/${directory}`),
    ...(binds.length === 0 ? [] : [`binds=(${binds.map(quoted).join(' ')})`]),
  ];
}

function quoted(word) {
  return /^[\w/.:@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** One step: its output is printed as it was, both streams in order. @returns whether it did what it should */
function play(step, number, before, bash) {
  say(`\n${number}. ${step.title}\n$ ${step.command}`);
  const { status, stdout } = spawnSync(bash, ['-c', [...before, 'exec 2>&1', step.command].join('\n')], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.stdout.write(stdout);
  say(`(exit status ${status})`);
  const right = status === step.status && step.output.test(stdout);
  if (!right) say(`demo: NOT as it should be: exit status ${step.status} and ${step.output} were expected`);
  return right;
}

function playStory(store) {
  const before = preamble(store);
  say('\nThe commands below can be typed in a bash in this directory, after:');
  for (const line of before) say(`$ ${line}`);
  const steps = story(store.libraries.length === 0 ? '' : '"${binds[@]}" ');
  for (const [index, step] of steps.entries()) if (!play(step, index + 1, before, store.bash)) return 1;
  say('\ndemo: done. On a terminal, `npm run demo` lets you do it yourself.');
  return 0;
}

const INTRODUCTION = {
  wttr: `
wttr, a Rust program, failed to build under Nix. Its log ends with:
  could not run \`pkg-config\`: … "No such file or directory"
You go into its sandbox now, as the build saw it. Find what is missing:

  cargo build                          fails, as it did under Nix
  ls -d /nix/store/*pkg-config*        the store has what the recipe forgot
  PATH=$(echo /nix/store/*pkg-config*/bin):$PATH
  cargo build                          gets further: now openssl is missing
  export PKG_CONFIG_PATH=$(echo /nix/store/*openssl*-dev/lib/pkgconfig)
  cargo run                            works
  sed -i 's/c ]/c pkg-config ]/; s/\\[ ]/[ openssl ]/' /recipe/package.nix
                                       carries the fix out: /recipe lies outside
  exit
`,
  'hello-world': `
hello-world, a C program, builds. You now go into its sandbox:

  source $stdenv/setup; set +e; runPhase buildPhase
  ./hello-world
  exit
`,
};

/** A shell in the sandbox, then what became of the recipe. */
function enter(name, { place, libraries }) {
  say(INTRODUCTION[name].trimEnd());
  say();
  const binds = libraries.flatMap(path => ['--bind', `${place}/lib:${path}`]);
  const words = ['--store', place, ...binds, '--bind', `${place}/recipe:/recipe`, join(FIXTURES, BUILDS[name])];
  const { status } = spawnSync(join(root, 'nix-build-shell'), words, { stdio: 'inherit' });
  // What our own shell ends with when it cannot start; any other status is the last command's, and no matter here.
  if (status === 125) return 125;
  const recipe = join(place, 'recipe/package.nix');
  const { stdout } = spawnSync('diff', ['-u', join(FIXTURES, 'recipe/package.nix'), recipe], { encoding: 'utf8' });
  if (stdout) say(`\nYour fix, carried out:\n${stdout}`);
  say("demo: again: 'npm run demo'; by itself, step by step: 'npm run demo </dev/null'");
  return 0;
}

/** @returns null where there is none, which was said */
function makeStore() {
  try {
    const store = demoStore();
    if (store === null)
      console.error('demo: bash 5 or newer is needed, and there is none in PATH: install it (apt-get install bash)');
    return store;
  } catch (error) {
    console.error(`demo: cannot make its store: ${error.message}; XDG_CACHE_HOME names another place`);
    return null;
  }
}

function main(words) {
  const name = words[0] ?? 'wttr';
  if (!Object.hasOwn(BUILDS, name) || words.length > 1) {
    console.error(`demo: there are ${Object.keys(BUILDS).join(' and ')}`);
    return 2;
  }
  const store = makeStore();
  if (store === null) return 1;
  sayWhere(store.place);
  return process.stdin.isTTY && process.stdout.isTTY ? enter(name, store) : playStory(store);
}

await setup();
process.exitCode = main(process.argv.slice(2));
