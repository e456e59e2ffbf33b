// The story of the demo, step by step: what is typed (bash, run as it stands here), and what must come of it.

const PKG_CONFIG = '/nix/store/jzifdk8cahn3iynxgcc95gwj3w761230-pkg-config-0.29.2';
const OPENSSL = '/nix/store/h93sxk09il0why2jp16hfi3f10anvcgw-openssl-3.3.2-dev';

/**
 * @param binds `"${binds[@]}" ` where programs that are not static need their libraries, else nothing
 * @returns the steps: `status` is the exit status that the command must have, `output` is what it must print
 */
export function story(binds) {
  const enter = `./nix-build-shell --store "$demo" ${binds}"$wttr"`;
  return [
    {
      title: 'hello-world, a C program, builds: its phase is run again in its sandbox.',
      command: `./nix-build-shell --store "$demo" ${binds}"$hello" bash -ec 'source $stdenv/setup; runPhase buildPhase; ./hello-world'`,
      status: 0,
      output: /^Hello, world!$/m,
    },
    {
      title: 'wttr, a Rust program, failed. What did it leave?',
      command: './nix-build-shell show --store "$demo" "$wttr"',
      status: 0,
      output: /^name +wttr-0\.1\.0/m,
    },
    {
      title: 'What does its log say?',
      command: './nix-build-shell log --errors --store "$demo" "$wttr"',
      status: 0,
      output: /failed to run custom build command/,
    },
    {
      title: 'Run what failed again, in the sandbox that the build had.',
      command: `${enter} cargo build --release --offline`,
      status: 101,
      output: /could not run `pkg-config`.*NotFound/,
    },
    {
      title: 'The build script wants pkg-config. Is it in the store?',
      command: `${enter} bash -c 'ls -d /nix/store/*pkg-config*'`,
      status: 0,
      output: new RegExp(`^${PKG_CONFIG}$`, 'm'),
    },
    {
      title: 'It is. With it on PATH the build gets further: now openssl is missing.',
      command: `${enter} bash -c 'PATH=${PKG_CONFIG}/bin:$PATH; cargo build'`,
      status: 101,
      output: /No package 'openssl' found/,
    },
    {
      title: 'pkg-config has to be told where openssl is. With that it builds, and runs.',
      command: `${enter} bash -c 'PATH=${PKG_CONFIG}/bin:$PATH
  export PKG_CONFIG_PATH=${OPENSSL}/lib/pkgconfig
  cargo run'`,
      status: 0,
      output: /Finished[^]*Weather report|Weather report[^]*Finished/,
    },
    {
      title: 'So two inputs are missing. Would the recipe build with them? The same phase, with both.',
      command: `${enter} bash -ec '
  nativeBuildInputs+=" ${PKG_CONFIG}"
  buildInputs=${OPENSSL}
  source $stdenv/setup; runPhase buildPhase'`,
      status: 0,
      output: /Finished `release` profile/,
    },
    {
      title: 'Carry the fix out: the recipe, shown inside with --bind, is edited there.',
      command: `./nix-build-shell --store "$demo" ${binds}--bind "$demo/recipe:/recipe" "$wttr" \\
  sed -i 's/cargo rustc ]/cargo rustc pkg-config ]/; s/buildInputs = \\[ ]/buildInputs = [ openssl ]/' /recipe/package.nix`,
      status: 0,
      output: /^$/,
    },
    {
      title: 'And this is the patch.',
      command: 'diff -u fixtures/demo/recipe/package.nix "$demo/recipe/package.nix"',
      status: 1,
      output: /^\+ {2}nativeBuildInputs = \[ cargo rustc pkg-config \];\n\+ {2}buildInputs = \[ openssl \];$/m,
    },
  ];
}
