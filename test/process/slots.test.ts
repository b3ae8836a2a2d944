import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Slots } from '../../scripts/lib/process/slots.ts';
import { rejection } from '../support/rejection.ts';

test('never more at once than there are slots, and all get their turn', async () => {
  const slots = new Slots(2);
  let atWork = 0;
  let most = 0;
  const results = await Promise.all(
    Array.from({ length: 7 }, (_, index) =>
      slots.use(0, async () => {
        most = Math.max(most, ++atWork);
        await sleep(2);
        atWork--;
        return index;
      }),
    ),
  );
  assert.is(most, 2);
  assert.equal(results, [0, 1, 2, 3, 4, 5, 6]);
});

test('the most urgent goes first, among equals whoever came first', async () => {
  const slots = new Slots(1);
  const order: string[] = [];
  const note = (rank: number, name: string) => slots.use(rank, async () => void order.push(name));
  await Promise.all([
    slots.use(9, () => sleep(5)),
    note(3, 'test a'),
    note(3, 'test b'),
    note(0, 'format'),
    note(1, 'lint'),
  ]);
  assert.equal(order, ['format', 'lint', 'test a', 'test b']);
});

test('a failure gives its slot back', async () => {
  const slots = new Slots(1);
  const failing = slots.use(0, async () => {
    throw new Error('no');
  });
  assert.is((await rejection(failing)).message, 'no');
  assert.is(await slots.use(0, async () => 'next'), 'next');
});

test('who waits when all is called off does nothing', async () => {
  const slots = new Slots(1);
  const stop = new AbortController();
  let began = false;
  const first = slots.use(0, () => sleep(5));
  const second = slots.use(
    0,
    async () => {
      began = true;
    },
    stop.signal,
  );
  stop.abort(new Error('called off'));
  assert.is((await rejection(second)).message, 'called off');
  await first;
  assert.not(began);
});

test.run();
