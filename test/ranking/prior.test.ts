import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { orderOf, priorsFrom } from '../../scripts/lib/ranking/prior.ts';

const session = (taken: string, ...models: string[]) => ({ taken, models });

test('a list: a step of 0.1 for each place, nothing for who is not on it', () => {
  const priors = priorsFrom([['gpt'], ['claude']]);
  assert.equal(
    [...priors],
    [
      ['gpt', 0.2],
      ['claude', 0.1],
    ],
  );
  assert.equal(priorsFrom([]).size, 0);
});

test('sessions: by the share of those that a model took part in; equal shares keep one place', () => {
  const sessions = [
    session('gpt', 'claude', 'gpt'),
    session('gpt', 'claude', 'gpt', 'gemini'),
    session('gemini', 'gemini', 'claude'),
  ];
  assert.equal(orderOf(sessions), [['gpt'], ['gemini'], ['claude']]);
  assert.equal(orderOf([session('a', 'a', 'b', 'c')]), [['a'], ['b', 'c']]);
  assert.equal(orderOf([session('a', 'a', 'b'), session('b', 'a', 'b')]), [['a', 'b']]);
  assert.equal(orderOf([]), []);
});

test.run();
