import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inParallel } from '../../scripts/lib/process/in-parallel.ts';
import { rejection } from '../support/rejection.ts';

test('never more than the limit at once, results in the order of the items', async () => {
  let [running, most] = [0, 0];
  const results = await inParallel(3, [9, 1, 5, 1, 7, 1, 1], async (ms) => {
    most = Math.max(most, ++running);
    await sleep(ms);
    running--;
    return ms * 10;
  });
  assert.equal(results, [90, 10, 50, 10, 70, 10, 10]);
  assert.is(most, 3);
});

test('after a failure nothing more is begun, and nothing is left at work', async () => {
  const seen: string[] = [];
  const error = await rejection(
    inParallel(2, ['slow', 'bad', 'never', 'neither'], async (name) => {
      seen.push(name);
      if (name === 'bad') throw new Error('bad');
      await sleep(20);
      seen.push(`${name} ended`);
    }),
  );
  assert.is(error.message, 'bad');
  assert.equal(seen, ['slow', 'bad', 'slow ended']);
});

test('no items, and a limit above their number', async () => {
  assert.equal(await inParallel(4, [], async () => 1), []);
  assert.equal(await inParallel(4, ['a'], async (it) => it), ['a']);
});

test.run();
