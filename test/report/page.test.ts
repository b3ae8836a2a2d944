import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gateReport } from '../../scripts/lib/procedure/report/gate-facts.ts';
import { reportPage } from '../../scripts/lib/report/page.ts';
import { poisoned } from './poisoned.ts';
import { assertSays, textOf } from './said.ts';
import { gate, mix, model, results, sample, target } from './sample.ts';

test('the page loads nothing and runs nothing', () => {
  const page = reportPage(sample());
  assert.match(page, /^<!doctype html>\n<html lang="en">/);
  assert.match(
    page,
    /Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;;/,
  );
  assert.not.match(page, /<(script|link|img|iframe|object|embed|base|form|svg)\b/i);
  assert.not.match(page, /\bsrc=|@import|url\(|https?:/);
  assert.not.match(page, /undefined|null|NaN|\[object/);
});

test('headings go down step by step, ids are unique, every link inside leads somewhere', () => {
  const page = reportPage(sample());
  const levels = [...page.matchAll(/<h(\d)/g)].map(([, level]) => Number(level));
  assert.is(levels.filter((level) => level === 1).length, 1);
  for (const [index, level] of levels.entries()) assert.ok(level <= (levels[index - 1] ?? 0) + 1);
  const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  assert.is(new Set(ids).size, ids.length);
  for (const [, id] of page.matchAll(/href="#([^"]*)"/g)) assert.ok(ids.includes(id));
});

test('every tag that opens is closed, in order', () => {
  const open: string[] = [];
  const page = reportPage(sample()).replace(/<style>.*?<\/style>/s, '');
  for (const [, close, tag = ''] of page.matchAll(/<(\/?)([a-z]\w*)/g)) {
    if (['meta', 'br'].includes(tag)) continue;
    if (close === '') open.push(tag);
    else assert.is(open.pop(), tag);
  }
  assert.equal(open, []);
});

test('facts are said in words', () => {
  assertSays(
    sample(),
    ...['partial: ran out of time', '2 attempts', 'codex was ended after 2700 s.'],
    ...['did not take part', 'Neither grok nor agent was found', '182,340', '$0.84', '3 min 7 s'],
    ...['set aside', '✗ fail, 3 of 214 failed, introduced', '✓ pass, 219 ran, fixed'],
    ...['gemini changed biome.json', 'gemini ! deleted test/legacy.test.ts'],
    ...["base's own that fail: was that asked for? test: keeps the legacy header"],
    ...['✗ passed, tampered: red with the scripts and settings of base'],
    ...["with base's own tests and settings: ✗ fail, introduced lint"],
    ...['gpt test ✗ broken client > gives up after the limit'],
    ...['environment: red in worktrees only'],
    ...['gives up after the limit', '9 files changed · 1 question open'],
    ...['old mode 100644', 'new mode 100755', '1,096 more lines of this diff in diffs/gpt.diff'],
    ...['A binary file: its bytes are in diffs/gemini.diff', 'moved to public/logo.png'],
    ...['The synthesis stands in your working tree', 'the only one that honours Retry-After'],
    ...['mm.mjs apply-picks --undo --session 20260301-101500Z-4242-beef'],
  );
});

test('what is not there is said', () => {
  const nothing = {
    ...{ gates: null, comparison: null, applied: null, analysis: null, noticed: null },
    ...{ suggestion: null, evidence: null, cross_tests: null },
  };
  const fresh = model('claude', { run: null, capture: null, totals: null, places: [] });
  assertSays(
    sample({ ...nothing, models: [fresh], places: [] }),
    ...['not run yet', 'not captured', 'No gate was run', 'Nothing has been compared'],
    ...['Nothing was applied', 'No analysis was stored', 'no gates run', 'not compared'],
    ...['No model was run yet', 'No facts were gathered', 'were not run on each other’s code'],
    ...['Nothing was suggested in this pass yet'],
  );
  const { session } = sample();
  assertSays(
    sample({
      session: { ...session, branch: null, host: 'none', timeout_s: 'none', user_changes: null },
    }),
    ...['detached HEAD', 'none: every model was started', 'there were none'],
  );
});

test('old results are called old, damaged files are named', () => {
  const { comparison, cross_tests } = sample();
  assert.ok(comparison && cross_tests);
  assertSays(
    sample({
      gates: gateReport(results, mix, ['gpt']),
      comparison: { ...comparison, outdated: true },
      cross_tests: { ...cross_tests, outdated: true },
      problems: ['gates.json cannot be read'],
    }),
    ...['gpt: captured again since', 'captured after this comparison', 'gates.json cannot be read'],
    'captured after this; run cross-tests again',
  );
});

test('the proof of the mix is the last column of the gates, and counts for its own tree alone', () => {
  const [, head = ''] =
    /<h2 id="gates">.*?<thead><tr>(.*?)<\/tr>/s.exec(reportPage(sample())) ?? [];
  assert.match(textOf(head), /^ kind gate command base claude gemini gpt mix 8843d7f92416 $/);
  assertSays(
    sample(),
    ...['✓ pass, 228 ran, fixed', 'The gates on this mix: ✓ passed', '1 of 3 passed the gates'],
  );
  const red = gate({ status: 'fail', verdict: 'introduced', broken_tests: ['sum'], tail: 'boom' });
  const proof = target('synthesis', [red], { tree: 'feed'.repeat(10) });
  const other = sample({ gates: gateReport(results, proof, []) });
  assertSays(
    other,
    ...['The last proof was of another mix, feedfeedfeed : ✗ not passed', 'boom'],
    ...['mix feedfeedfeed: test ✗ fail, 214 ran, introduced', 'mix feedfeedfeed test ✗ broken sum'],
  );
  assert.not.match(textOf(reportPage(other)), /The gates on this mix/);
  assertSays(
    sample({ gates: gateReport(results, proof, []), applied: null }),
    'The last mix that was proved, feedfeedfeed , came to: ✗ not passed',
  );
  assertSays(
    sample({ gates: gateReport(results, null, []) }),
    'No proof of this mix is kept',
    'kind gate command base claude gemini gpt linter',
  );
});

test('a proof without any other gates blames and absolves nobody else', () => {
  const alone = sample({ gates: gateReport([], mix, []) });
  assertSays(alone, 'kind gate command mix 8843d7f92416', '228 ran');
  assert.not.match(textOf(reportPage(alone)), /Changes to the gates themselves/);
});

test('every state of an application has its words', () => {
  const { applied } = sample();
  assert.ok(applied);
  const cases = {
    applied: 'stands in your working tree',
    undone: 'It was applied and taken back.',
    writing: 'The application was cut short.',
    'not-applied': 'it is not in your working tree',
  } as const;
  for (const [state, words] of Object.entries(cases)) {
    assertSays(sample({ applied: { ...applied, state: state as keyof typeof cases } }), words);
  }
  assertSays(
    sample({ applied: { ...applied, to: 'scratch' } }),
    'not brought to your working tree',
  );
});

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'><svg onload=alert(1)>",
  '</pre></code></details></style></title><h1>owned</h1>',
  '\u202etxt.exe\u2066',
  'nul\0escape\x1b[31m',
  'javascript:alert(1)',
  `<b>${'A'.repeat(1_000_000)}`,
];

test('hostile text everywhere becomes neither a tag nor an attribute nor invisible', () => {
  // What it is made of, without any text, is what the harmless page is made of.
  const skeleton = (page: string) =>
    [...page.replace(/<style>.*?<\/style>/s, '').matchAll(/<[^>]*>/g)]
      .map(([tag]) => tag.replace(/ (href|aria-label)="[^"]*"/g, ' $1'))
      .join('\n');
  const expected = skeleton(reportPage(poisoned('harmless')));
  for (const text of HOSTILE) {
    const page = reportPage(poisoned(text));
    assert.is(skeleton(page), expected, text.slice(0, 40));
    for (const hidden of '\0\x1b\u202e\u2066') assert.not.ok(page.includes(hidden));
    assert.not.match(page, /href="(?![#.])/);
    assert.ok(page.length < 3_000_000, `${page.length} characters`);
  }
});

test.run();
