import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { apiChanges } from '../../scripts/lib/code/api-changes.ts';
import { factsOf } from './facts.ts';

const BEFORE = `export function stays(a: string): void { one() }
export function wider(a: string): void {}
export const gone = 1;
export const alsoGone = 2;
`;
const AFTER = `export const fresh = 1;
// A body is nobody's business.
export function stays(a: string): void { two() }
export function wider(a: string, b?: number): void {}
export class Another {}
`;

test('what a change does to the public names, by name', async () => {
  const [before, after] = [await factsOf('a.ts', BEFORE), await factsOf('a.ts', AFTER)];
  assert.equal(apiChanges(before, after), {
    added: ['Another', 'fresh'],
    removed: ['alsoGone', 'gone'],
    changed: [
      {
        name: 'wider',
        before: 'function wider(a: string): void',
        after: 'function wider(a: string, b?: number): void',
      },
    ],
  });
  assert.equal(apiChanges(before, before), { added: [], removed: [], changed: [] });
});

test('a file that is new, or gone', async () => {
  const facts = await factsOf('a.ts', AFTER);
  const all = ['Another', 'fresh', 'stays', 'wider'];
  assert.equal(apiChanges(null, facts), { added: all, removed: [], changed: [] });
  assert.equal(apiChanges(facts, null), { added: [], removed: all, changed: [] });
  assert.equal(apiChanges(null, null), { added: [], removed: [], changed: [] });
});

test('names that objects have already', async () => {
  const [before, after] = await Promise.all([
    factsOf('a.ts', 'export const __proto__ = 1, constructor = 1;'),
    factsOf('a.ts', 'export const __proto__ = "x", toString = 1;'),
  ]);
  assert.equal(apiChanges(before, after), {
    added: ['toString'],
    removed: ['constructor'],
    changed: [
      { name: '__proto__', before: 'const __proto__ = number', after: 'const __proto__ = string' },
    ],
  });
});

test.run();
