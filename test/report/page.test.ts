import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { reportPage } from '../../scripts/lib/report/page.ts';
import type { ReportData } from '../../scripts/lib/report/report-data.ts';
import { gate, model, sample, version } from './sample.ts';

/** The text that a reader sees, without the style. */
function textOf(page: string): string {
  return page
    .replace(/<style>.*?<\/style>/s, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll(/\s+/g, ' ');
}

function assertSays(data: ReportData, ...sentences: string[]): void {
  const text = textOf(reportPage(data));
  for (const sentence of sentences) assert.ok(text.includes(sentence), `${sentence}\n\n${text}`);
}

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
    ...['set aside', '3 of 214 tests failed', 'introduced here', 'fixed here', 'as on base'],
    ...['weaker gemini : biome.json , a check was made less strict: linter.rules.suspicious'],
    ...['passed by tampering tampered: red with the gate files of base'],
    ...['gemini : with the gate files of base: lint failed.'],
    ...['gpt , test: ✗ broken client &gt; gives up after the limit'],
    ...['environment: red in worktrees only'],
    ...['gives up after the limit', '2 files to decide on', 'decide: conflict'],
    ...['old mode 100644', 'new mode 100755', '1,096 more lines of this diff in diffs/gpt.diff'],
    ...['A binary file: its bytes are in diffs/gemini.diff', 'moved to public/logo.png'],
    ...['The synthesis stands in your working tree', 'the only one that honours Retry-After'],
    ...['mm.mjs apply-picks --undo --session 20260301-101500Z-4242-beef'],
  );
});

test('decisions come first, and open', () => {
  const page = reportPage(sample());
  const order = [...page.matchAll(/<details( open)?><summary><code><strong>([^<]*)/g)];
  assert.equal(
    order.map(([, open, path]) => `${path}${open ?? ''}`),
    ['src/client.ts open', 'assets/logo.png open', 'docs/retry.md', 'package.json'],
  );
});

test('diff lines are marked by their signs', () => {
  const lines = ['@@ -1 +1 @@', '-old <b>', '+new', ' same', '\\ No newline at end of file'];
  const page = reportPage(withDiff(lines));
  for (const [kind, text] of Object.entries({
    at: '@@',
    del: '-old &lt;b&gt;',
    add: '+new',
    same: ' same',
  })) {
    assert.ok(page.includes(`<span class="${kind}">${text}`));
  }
});

test('a carriage return is shown where it is news, not where every line has one', () => {
  assert.not.match(reportPage(withDiff(['@@ -1 +1 @@', '-a\r', '+b\r'])), /u\{d\}/);
  assert.match(reportPage(withDiff(['@@ -1 +1 @@', '-a', '+b\r'])), /\+b\\u\{d\}/);
});

test('what is not there is said', () => {
  const nothing = { gates: null, comparison: null, applied: null, analysis: null, noticed: null };
  const fresh = model('claude', { run: null, capture: null, totals: null, places: [] });
  assertSays(
    sample({ ...nothing, models: [fresh], places: [] }),
    ...['not run yet', 'not captured', 'No gate was run', 'Nothing has been compared'],
    ...['Nothing was applied', 'No analysis was stored', 'no gates run', 'not compared'],
    'No model was run yet',
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
  const { gates, comparison } = sample();
  assert.ok(gates && comparison);
  const targets = gates.targets.map((target) => ({ ...target, outdated: target.target === 'gpt' }));
  assertSays(
    sample({
      ...{ gates: { ...gates, targets }, comparison: { ...comparison, outdated: true } },
      problems: ['gates.json cannot be read'],
    }),
    ...['gpt: captured again since', 'captured after this comparison', 'gates.json cannot be read'],
  );
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

test('thousands of files leave a page that a browser opens', () => {
  const path = (index: number) => `src/${index}.ts`;
  const files = Array.from({ length: 5000 }, (_, index) => ({
    ...{ path: path(index), agreement: 'single' as const },
    versions: [version('claude')],
  }));
  const page = reportPage(
    sample({ comparison: { models: ['claude'], decisions: 0, outdated: false, files } }),
  );
  assert.ok(page.length < 1_000_000);
  assert.match(page, /4,600 more files in comparison.md/);
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

function withDiff(lines: string[]): ReportData {
  const patch = { facts: [], lines, line_count: lines.length };
  const files = [
    { path: 'a.txt', agreement: 'single' as const, versions: [version('claude', { patch })] },
  ];
  return sample({ comparison: { models: ['claude'], decisions: 0, outdated: false, files } });
}

/** The sample with a text in every place that takes one from outside. */
function poisoned(text: string): ReportData {
  const place = { path: text, what: text };
  const patch = { facts: [text], lines: ['@@', text, `+${text}`], line_count: 9 };
  const bad = gate({
    ...{ name: text, kind: text, command: text },
    log: text,
    tail: text,
    status: 'fail',
  });
  return {
    ...sample(),
    ...{
      task: text,
      analysis: text,
      folder: text,
      places: [place],
      problems: [text],
      noticed: [text],
    },
    session: { ...sample().session, branch: text, main_tree: text, host: text, status: text },
    models: [
      model(text, {
        ...{ program: text, version: text, agent_model: text, places: [place] },
        run: {
          ...{ status: 'failed', cause: text, message: text, attempts: 2 },
          ...{ duration_ms: null, usage: null },
        },
      }),
      model(text, { available: false, reason: text, run: null }),
    ],
    gates: {
      gates: [{ name: text, kind: text, command: text, source: text }],
      targets: [
        {
          ...{ target: text, passed: false, outdated: true, gates: [bad] },
          tampered: [{ path: text, kind: 'test-deleted', detail: text, severity: 'strong' }],
          as_base: { passed: false, gates: [bad] },
        },
      ],
    },
    comparison: {
      ...{ models: [text], decisions: 1, outdated: true },
      files: [
        {
          ...{ path: text, agreement: 'conflict' },
          versions: [
            version(text, { status: text, old_path: text, new_path: text, patch, diff: place }),
            version(text, { models: [text, text], patch: null, diff: place }),
          ],
        },
      ],
    },
    applied: {
      ...{ to: 'main', state: 'applied', tree: text, undo: text },
      files: [{ path: text, from: text, status: text, why: text }],
      unpicked: [{ path: text, models: [text] }],
    },
  };
}

test.run();
