import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { reportPage } from '../../scripts/lib/report/page.ts';
import type { ReportData } from '../../scripts/lib/report/report-data.ts';
import { assertSays } from './said.ts';
import { sample } from './sample.ts';
import { file, version } from './sample-comparison.ts';

const quiet = { models: ['claude'], outdated: false };

test('versions that exclude each other come first, and every file is closed', () => {
  const page = reportPage(sample());
  assertSays(sample(), '9 files changed by 3 models.', 'src/client.ts conflict they changed the');
  const order = [...page.matchAll(/<details( open)?><summary><code><strong>([^<]*)/g)];
  assert.equal(
    order.slice(0, 3).map(([, open, path]) => `${path}${open ?? ''}`),
    ['src/client.ts', 'assets/logo.png', 'docs/retry.md'],
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
