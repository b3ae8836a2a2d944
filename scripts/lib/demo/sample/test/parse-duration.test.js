import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDuration } from '../src/parse-duration.js';

test('one unit', () => {
  assert.equal(parseDuration('90s'), 90_000);
});
