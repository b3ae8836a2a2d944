import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDuration } from '../src/parse-duration.js';

test('one unit', () => {
  assert.equal(parseDuration('90s'), 90_000);
});

test('several units', () => {
  assert.equal(parseDuration('1h30m'), 5_400_000);
});
