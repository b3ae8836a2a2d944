import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { didYouMean, nearestNames } from '../scripts/lib/nearest.ts';

const SCRIPTS = ['apply-picks', 'capture-diff', 'cleanup', 'compare', 'gates', 'status'];

test('the nearest, best first, whatever the case', () => {
  assert.equal(nearestNames('gate', SCRIPTS), ['gates']);
  assert.equal(nearestNames('STATSU', SCRIPTS), ['status']);
  assert.equal(nearestNames('apply-pick', SCRIPTS)[0], 'apply-picks');
  assert.equal(nearestNames('zzzzzz', SCRIPTS), []);
  assert.equal(nearestNames('', SCRIPTS), []);
  assert.equal(nearestNames('x', []), []);
});

test('equally near ones are sorted, each once, and no more than asked for', () => {
  assert.equal(nearestNames('a0', ['a3', 'a1', 'a2', 'a1', 'a4']), ['a1', 'a2', 'a3']);
  assert.equal(nearestNames('a0', ['a3', 'a1', 'a2'], 1), ['a1']);
});

test('a sentence: the near ones, else all that are known, cut when there are many', () => {
  assert.is(didYouMean('compar', SCRIPTS), 'Did you mean "compare"?');
  assert.is(didYouMean('zzzzzz', ['a', 'b']), 'Known: a, b.');
  assert.is(didYouMean('x', []), 'There is none to choose from.');
  const long = didYouMean(
    'zzzzzzzzzzzz',
    Array.from({ length: 30 }, (_, at) => `name-${at}-with-more`),
  );
  assert.match(long, /name-19-with-more, \.\.\.\.$/);
  assert.not.match(long, 'name-20');
});

test.run();
