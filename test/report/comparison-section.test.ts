import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { reportPage } from '../../scripts/lib/report/page.ts';
import type { ReportData } from '../../scripts/lib/report/report-data.ts';
import { assertSays, textOf } from './said.ts';
import { sample } from './sample.ts';
import { comparison, file, option, version } from './sample-comparison.ts';

const quiet = { models: ['claude'], decisions: 0, questions: [], outdated: false };

/** A decision as the page has it, by its number from 1. */
function decisionIn(page: string, number: number): string {
  const [, found] =
    new RegExp(
      `<article class="decision" aria-labelledby="decision-${number}">(.*?)</article>`,
      's',
    ).exec(page) ?? [];
  assert.ok(found, `decision ${number}`);
  return found;
}

test('decisions are counted and listed, not files, and told how to be made once', () => {
  const page = reportPage(sample());
  assertSays(
    sample(),
    '9 files changed by 3 models. ! 3 decisions to make.',
    'mm.mjs apply-picks --pick d3f1a9c2=claude --session 20260301-101500Z-4242-beef',
  );
  assert.is(page.match(/<article class="decision"/g)?.length, 3);
  assert.is(page.match(/mm\.mjs apply-picks --pick/g)?.length, 1);
});

test('a decision has its id, its path, the function around, and who would have what there', () => {
  const page = reportPage(sample());
  const hunks = decisionIn(page, 1);
  assert.match(
    textOf(hunks),
    /d3f1a9c2 src\/client\.ts the same lines, changed differently, lines 13 to 30 of base, in export class Client {/,
  );
  assert.equal(
    [...hunks.matchAll(/<h5>(.*?)<\/h5>/g)].map(([, text = '']) => textOf(text).trim()),
    ['claude, gemini the same', 'gpt'],
  );
  const [first = '', second = ''] = hunks.split('<div class="option">').slice(1);
  assert.match(first, /<span class="at">@@ h61c0de42: lines 13 to 15 @@<\/span>/);
  assert.match(first, /<span class="add">\+ {4}for \(let attempt/);
  assert.not.match(first, /more line/);
  assert.match(second, /<span class="add">\+ {4}const response = await retry/);
  assert.not.match(second, /for \(let attempt/);
  assert.match(second, /h5eed1e55: new after line 30/);
  assert.match(textOf(second), /1,090 more lines of this in diffs\/gpt\.diff/);
  assert.match(
    textOf(decisionIn(page, 2)),
    /gemini modified, mode 100644 A binary file.* gpt deleted, moved to public\/logo\.png/,
  );
  assert.match(
    textOf(decisionIn(page, 3)),
    /gemini renames it to docs\/guide\.md gpt renames it to docs\/how-to\.md/,
  );
});

test('a file leads to its decisions; those with one come first', () => {
  const page = reportPage(sample());
  assert.match(page, /<a href="#decision-1"><code>d3f1a9c2<\/code><\/a>/);
  const order = [...page.matchAll(/<details( open)?><summary><code><strong>([^<]*)/g)];
  assert.equal(
    order.slice(0, 4).map(([, open, path]) => `${path}${open ?? ''}`),
    ['src/client.ts', 'assets/logo.png', 'docs/HOWTO.md', 'docs/retry.md'],
  );
});

test('what a file is beside its name is said', () => {
  assertSays(
    sample(),
    "format only (white space, or what the project's formatter makes equal)",
    'src/net/http.ts renamed from src/http.ts ; edits under the old name are compared here',
    'src/http.ts compared as src/net/http.ts',
    'test/client.test.ts test disjoint',
  );
  const tags = reportPage(sample()).match(/<span class="tag">test<\/span>/g);
  assert.is(tags?.length, 2, 'in the table and at its diff');
});

test('a comparison from before there were decisions lists the files, and opens them', () => {
  const page = reportPage(sample({ comparison: { ...comparison, decisions: 2, questions: null } }));
  const text = textOf(page);
  assert.match(text, /! 2 files to decide on\./);
  assert.match(text, /9 files changed, 2 to decide/);
  assert.not.match(page, /class="decision"|--pick/);
  const order = [...page.matchAll(/<details( open)?><summary><code><strong>([^<]*)/g)];
  assert.equal(
    order.slice(0, 3).map(([, open, path]) => `${path}${open ?? ''}`),
    ['src/client.ts open', 'assets/logo.png open', 'docs/retry.md'],
  );
});

test('nothing to decide is good news', () => {
  const data = sample({ comparison: { ...comparison, decisions: 0, questions: [] } });
  assertSays(data, '✓ No decision is open.');
  assert.not.match(reportPage(data), /class="decision"|--pick/);
});

test('lists of a decision are cut, with a word on the rest', () => {
  const hunks = Array.from({ length: 25 }, (_, index) => ({
    ...{ id: `h${index}`, old_start: index * 10, old_lines: 0 },
    excerpt: index === 0 ? null : { lines: [`+${index}`], line_count: 1 },
  }));
  const near = ['function a() {', 'function b() {', 'function c() {', 'function d() {'];
  const [first] = comparison.questions ?? [];
  assert.ok(first);
  const question = { ...first, near, options: [option(['claude'], { hunks })] };
  assertSays(
    sample({ comparison: { ...comparison, decisions: 12, questions: [question] } }),
    'in function a() { and function b() { and function c() { and 1 more',
    '5 more hunks, the lines of 1 hunk, as far as it is kept, in diffs/claude.diff',
    'and 11 more decisions, in comparison.md',
  );
});

test('a whole version takes no more room than hunks do', () => {
  const lines = Array.from({ length: 300 }, (_, index) => `+${index}`);
  const whole = version('gpt', { patch: { facts: [], lines, line_count: 300 } });
  const [, question] = comparison.questions ?? [];
  assert.ok(question);
  const questions = [{ ...question, options: [option(['gpt'], { version: whole })] }];
  const page = reportPage(sample({ comparison: { ...comparison, decisions: 1, questions } }));
  const shown = decisionIn(page, 1);
  assert.is(shown.match(/class="add"/g)?.length, 60);
  assert.match(textOf(shown), /240 more lines of this diff in diffs\/gpt\.diff/);
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

test('thousands of files leave a page that a browser opens', () => {
  const path = (index: number) => `src/${index}.ts`;
  const files = Array.from({ length: 5000 }, (_, index) =>
    file({ path: path(index), versions: [version('claude')] }),
  );
  const page = reportPage(sample({ comparison: { ...quiet, files } }));
  assert.ok(page.length < 1_000_000);
  assert.match(page, /4,600 more files in comparison.md/);
});

function withDiff(lines: string[]): ReportData {
  const patch = { facts: [], lines, line_count: lines.length };
  const files = [file({ path: 'a.txt', versions: [version('claude', { patch })] })];
  return sample({ comparison: { ...quiet, files } });
}

test.run();
