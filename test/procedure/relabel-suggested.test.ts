import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { relabelSuggested } from '../../scripts/lib/procedure/suggest.ts';

test('names are replaced in sentences as whole words, the longer of two first', () => {
  const whole = { breaks_alone: [], breaks_shared: [], repairs: [], matrix: null };
  const { suggestion, questions } = relabelSuggested(
    {
      suggestion: {
        file: null,
        spine: { model: 'one', why: 'one is better than gpt#2 in none of these' },
        wholes: [{ models: ['one'], ...whole, agreement: 1, prior: 0.2 }],
        grafts: [{ path: 'a.js', models: ['gpt'], why: 'gpt and gpt#2 share it' }],
        offers: [{ path: 'one.js', models: ['gpt#2'] }],
        offers_count: 1,
        picks: [{ path: 'a.js', hunks: [{ from: 'gpt#2', ids: ['h1'] }], why: 'of gpt#2' }],
      },
      questions: [
        {
          id: 'q1',
          kind: 'whole',
          about: 'one=gpt, or gpt#2?',
          names: ['one.js'],
          logs: ['/logs/gpt.log'],
          options: [{ models: ['one', 'gpt'], take: 'one' }],
        },
      ],
    },
    { A: 'one', B: 'gpt', C: 'gpt#2' },
  );
  assert.equal(suggestion.spine, { model: 'A', why: 'A is better than C in none of these' });
  assert.equal(suggestion.grafts, [{ path: 'a.js', models: ['B'], why: 'B and C share it' }]);
  assert.equal(suggestion.offers, [{ path: 'one.js', models: ['C'] }]);
  assert.equal(suggestion.wholes[0]?.prior, 0, 'it would tell whose it is');
  assert.equal(suggestion.picks, [
    { path: 'a.js', hunks: [{ from: 'C', ids: ['h1'] }], why: 'of C' },
  ]);
  const [question] = questions;
  assert.equal([question?.about, question?.logs], ['A=B, or C?', []]);
  assert.equal(question?.options[0]?.take, 'A');
});

test.run();
