/** How long the parsers take for one megabyte of each shape: `node .build/bench/parsers.mjs`. */
import { parseDerivation } from '../src/nix/parse-derivation.ts';
import { parseEnvVars } from '../src/nix/parse-env-vars.ts';

const MEGABYTE = 1 << 20;
const RUNS = 9;

/** `piece` again and again, about a megabyte of it. */
function fill(piece: string, size = MEGABYTE): string {
  return piece.repeat(Math.ceil(size / Buffer.byteLength(piece, 'latin1'))).slice(0, size);
}

const records = Array.from({ length: 20_000 }, (_, i) => `declare -x NAME_${i}="/nix/store/value of number ${i}"\n`);

const ENVIRONMENTS: Readonly<Record<string, string>> = {
  'one huge "…" value': `declare -x A="${fill('some text with \\"quotes\\" and \\$signs ')}"\n`,
  'one huge plain value': `declare -x A="${fill('some text without any ')}"\n`,
  '20,000 small values': records.join(''),
  'all octal, not UTF-8': `declare -x A=$'${fill('\\377\\200')}'\n`,
  'all octal, UTF-8': `declare -x A=$'${fill('\\342\\202\\254')}'\n`,
  'octal, UTF-8 but for one byte': `declare -x A=$'\\377${fill('\\342\\202\\254')}'\n`,
  'raw bytes, not UTF-8': `declare -x A="${fill('\xe2\x82\xff\xe2\x82')}"\n`,
  "all \\n in $'…'": `declare -x A=$'${fill('line\\nof text\\n')}'\n`,
  'one unquoted word': `export A=${fill('bare\\ ')}\n`,
  'deep arrays': `declare -ax A=${fill('(', MEGABYTE / 2)}${fill(')', MEGABYTE / 2)}\n`,
  'long array': `declare -ax A=(${fill('[10]="text" ')})\n`,
  'parentheses that never close': `declare -ax A=${fill('(')}`,
  'functions without an end': fill('f () \n{ \n'),
  'functions with an end': fill('f () \n{ \n  x\n}\ndeclare -fx f\n'),
  'lines of nonsense': fill('a\n'),
  'assignments again and again': fill('export A+=b\n'),
  'quotes and nothing else': fill(`"'`),
  'random bytes': Buffer.from(
    Uint32Array.from({ length: MEGABYTE / 4 }, (_, i) => Math.imul(i + 1, 2_654_435_761)).buffer,
  ).toString('latin1'),
};

const drv = (env: string, inputs = ''): string =>
  `Derive([("out","/nix/store/o","","")],[${inputs}],[],"s","b",[],[${env}])`;
const DERIVATIONS: Readonly<Record<string, string>> = {
  'one huge value': drv(`("A","${fill('some text\\nwith \\"quotes\\" ')}")`),
  '20,000 variables': drv(records.map((_, i) => `("NAME_${i}","value of number ${i}")`).join(',')),
  'nested inputs': drv('', `("a",${fill('([],[("o",', MEGABYTE)}`),
  'raw bytes': drv(`("A","${fill('\xe2\x82\xff\xe2\x82')}")`),
};

function measure(kind: string, name: string, run: () => unknown): void {
  const times = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  const first = times[0] ?? 0;
  const best = Math.min(...times);
  console.log(
    `${kind.padEnd(10)} ${name.padEnd(32)} first ${first.toFixed(1).padStart(7)} ms   best ${best.toFixed(1).padStart(7)} ms`,
  );
}

for (const [name, text] of Object.entries(ENVIRONMENTS)) {
  const bytes = Buffer.from(text, 'latin1');
  measure('env-vars', name, () => parseEnvVars(bytes, { kind: 'none' }));
}
for (const [name, text] of Object.entries(DERIVATIONS)) {
  const bytes = Buffer.from(text, 'latin1');
  measure('derivation', name, () => parseDerivation(bytes, '/nix/store/x.drv'));
}
