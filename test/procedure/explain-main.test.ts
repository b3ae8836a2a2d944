import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { explain } from '../../scripts/lib/procedure/explain-main.ts';

type Gates = Parameters<typeof explain>[0]['gates'];

const gates = (status: string, flaky = false) =>
  [{ name: 'test', status, flaky }] as unknown as Gates;

const cases: [string, Gates, Gates, string[], string | null][] = [
  ['the same', gates('pass'), gates('pass'), ['mine'], null],
  ['red in both', gates('fail'), gates('timeout'), [], null],
  ['more lies there', gates('pass'), gates('fail'), ['mine'], 'user-changes'],
  ['the same content', gates('pass'), gates('fail'), [], 'environment'],
  ['green only here', gates('fail'), gates('pass'), [], 'environment'],
  ['it changes its mind', gates('pass'), gates('fail', true), ['mine'], 'flaky'],
  ['a gate that the proof had not', [], gates('fail'), [], null],
];
for (const [what, proof, main, own, because] of cases) {
  test(what, () => {
    const [difference] = explain({ gates: proof }, { gates: main }, own);
    assert.is(difference?.because ?? null, because);
    if (because === 'user-changes') assert.match(difference?.detail ?? '', 'mine');
  });
}

test('many paths are cut', () => {
  const own = Array.from({ length: 30 }, (_, at) => `file-${at}`);
  const [difference] = explain({ gates: gates('pass') }, { gates: gates('fail') }, own);
  assert.match(difference?.detail ?? '', /file-9 and 20 more/);
});

test.run();
