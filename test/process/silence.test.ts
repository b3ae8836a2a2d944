import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Silence } from '../../scripts/lib/process/silence.ts';

test('a program that speaks all the time is never silent for long', () => {
  const silence = new Silence(0);
  for (let at = 0; at <= 60_000; at += 1_000) silence.heard(at);
  assert.is(silence.lengthMs(60_500), 500);
  assert.is(silence.beforeTheEndMs(60_500), 500);
});

test('the silence before the last words counts, though those were just said', () => {
  const silence = new Silence(0);
  silence.heard(2_000);
  silence.heard(66_000);
  assert.is(silence.lengthMs(66_100), 100);
  assert.is(silence.beforeTheEndMs(66_100), 64_000);
});

test('a silence that was followed by more work does not', () => {
  const silence = new Silence(0);
  silence.heard(64_000);
  for (let at = 65_000; at <= 80_000; at += 1_000) silence.heard(at);
  assert.is(silence.beforeTheEndMs(80_200), 200);
});

test('a program that never says anything', () => {
  const silence = new Silence(1_000);
  silence.heard(0);
  assert.is(silence.beforeTheEndMs(91_000), 90_000);
});

test.run();
