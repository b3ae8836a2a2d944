import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fitOutput } from '../scripts/lib/fit-output.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look at fields, and a wrong guess of a type fails there anyway
type Json = any;

const LIMIT = 24_000;
const many = <T>(count: number, make: (at: number) => T) =>
  Array.from({ length: count }, (_, at) => make(at));

/** Fits, and checks what always holds. */
function fit(whole: Json): Json {
  const before = JSON.stringify(whole);
  const fitted = fitOutput(whole, LIMIT);
  assert.is(JSON.stringify(whole), before, 'the whole is not changed');
  assert.ok(Buffer.byteLength(JSON.stringify(fitted)) <= LIMIT, 'it fits');
  assert.equal(Object.keys(fitted), Object.keys(whole), 'every field stays');
  return fitted;
}

test('what fits is given as it is', () => {
  const whole = { ok: true, list: [1, 2, 3] };
  assert.is(fitOutput(whole, LIMIT), whole);
});

test('a long list is cut at its end, short lists stay whole', () => {
  const whole = {
    ok: true,
    models: many(5, (at) => ({ model: `model-${at}`, reason: null })),
    files: many(5_000, (at) => ({ path: `src/file-${at}.ts`, additions: at })),
    warnings: ['one', 'two'],
    next: 'mm.mjs gates --all',
  };
  const fitted = fit(whole);
  assert.equal(fitted.models, whole.models);
  assert.equal([fitted.warnings, fitted.next], [whole.warnings, whole.next]);
  assert.ok(fitted.files.length > 100, 'as much as fits is shown');
  assert.equal(fitted.files, whole.files.slice(0, fitted.files.length));
});

test('long lists inside a short one are cut, the short one stays whole', () => {
  const whole = {
    captures: many(3, (at) => ({
      model: `m${at}`,
      files: many(3_000, (file) => `a/path/${file}`),
    })),
  };
  const fitted = fit(whole);
  assert.equal(
    fitted.captures.map(({ model }: Json) => model),
    ['m0', 'm1', 'm2'],
  );
  for (const { files } of fitted.captures) assert.ok(files.length > 50);
});

test('huge strings are cut too, alone, in lists and in errors', () => {
  const fitted = fit({
    error: {
      code: 'x',
      message: 'm'.repeat(1_000_000),
      details: { stderr: ['e'.repeat(500_000)] },
    },
  });
  assert.ok(fitted.error.message.startsWith('mmm'));
  assert.is(fitted.error.code, 'x');
  assert.is(fitted.error.details.stderr.length, 1);
});

test('characters of several bytes and such that JSON escapes are counted as written', () => {
  for (const text of ['ü', '日', '😀', '\0', '"', '\u2028']) {
    const fitted = fit({ text: text.repeat(100_000), list: many(2_000, () => text.repeat(20)) });
    assert.equal(JSON.parse(JSON.stringify(fitted)), fitted);
  }
});

test('deep nesting, empty lists, nulls and numbers come through', () => {
  let deep: Json = many(4_000, (at) => ({ at, none: null, empty: [], yes: true }));
  for (let level = 0; level < 50; level++) deep = { level, deep };
  const fitted = fit({ deep, empty: [], nothing: null });
  assert.equal([fitted.empty, fitted.nothing], [[], null]);
});

test('a random heap of things always fits', () => {
  let seed = 7;
  const next = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  const heap = (depth: number): Json => {
    const kind = depth === 0 ? next(2) : next(4);
    if (kind === 0) return next(1_000_000);
    if (kind === 1) return 'x'.repeat(next(2_000));
    if (kind === 2) return many(next(12), () => heap(depth - 1));
    return Object.fromEntries(many(next(8), (at) => [`key-${at}`, heap(depth - 1)]));
  };
  for (let round = 0; round < 40; round++) fit({ ok: true, heap: many(30, () => heap(4)) });
});

test.run();
