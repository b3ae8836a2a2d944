import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { numberedAlternatives } from '../../scripts/lib/words/numbered-files.ts';

const found = (...files: [path: string, ...models: string[]][]) =>
  numberedAlternatives(files.map(([path, ...models]) => ({ path, models }))).map((group) =>
    group.map(({ path }) => path),
  );

test('one kind in one folder under several numbers', () => {
  assert.equal(found(['db/0003_a.sql', 'a'], ['db/0004_b.sql', 'b']), [
    ['db/0003_a.sql', 'db/0004_b.sql'],
  ]);
  assert.equal(found(['.changeset/big-cats.md', 'a'], ['.changeset/old-dogs.md', 'b']), [
    ['.changeset/big-cats.md', '.changeset/old-dogs.md'],
  ]);
  assert.equal(found(['news/12.feature.rst', 'a'], ['news/13.feature.rst', 'b']), [
    ['news/12.feature.rst', 'news/13.feature.rst'],
  ]);
});

test('other folders, other endings, one model with several steps: no alternatives', () => {
  assert.equal(found(['db/0003_a.sql', 'a'], ['api/0003_a.sql', 'b']), []);
  assert.equal(found(['db/0003_a.sql', 'a'], ['db/0003_a.py', 'b']), []);
  assert.equal(found(['db/0003_a.sql', 'a'], ['db/0004_b.sql', 'a']), []);
  assert.equal(found(['src/a.ts', 'a'], ['src/b.ts', 'b']), []);
});

test.run();
