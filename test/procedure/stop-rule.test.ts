import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { GatedPass } from '../../scripts/lib/procedure/red-gates.ts';
import { type PassOutcome, whyNothingNew } from '../../scripts/lib/procedure/stop-rule.ts';

/** Trees by model: what it began with, and what it came to. */
function outcome(
  pass: number,
  trees: Record<string, [start: string, tree: string]>,
  mix: string | null = null,
  red: string[] = [],
): PassOutcome {
  const results = new Map(
    Object.entries(trees).map(([model, [start, tree]]) => [model, { start, tree }]),
  );
  const gates = red.map((name) => ({ name, status: 'fail', verdict: 'introduced', flaky: false }));
  const proof = { target: 'synthesis', tree: mix ?? '', gates } as unknown as GatedPass['proof'];
  return { pass, results, gated: { proof, mix, results: [], models: [] } };
}

const TABLE: [string, PassOutcome, PassOutcome | null, string | null][] = [
  ['a first pass', outcome(1, { a: ['base', 'x'], b: ['base', 'base'] }), null, null],
  [
    'a first pass in which nobody did anything',
    outcome(1, { a: ['base', 'base'], b: ['base', 'base'] }),
    null,
    'no model changed anything in pass 1',
  ],
  ['nothing captured: nobody knows', outcome(1, {}), null, null],
  ['nothing captured twice', outcome(2, {}), outcome(1, {}), null],
  [
    'one model came to something else',
    outcome(2, { a: ['base', 'y'], b: ['base', 'z'] }),
    outcome(1, { a: ['base', 'x'], b: ['base', 'z'] }),
    null,
  ],
  [
    'the same results',
    outcome(2, { a: ['base', 'x'], b: ['base', 'z'] }),
    outcome(1, { a: ['base', 'x'], b: ['base', 'z'] }),
    'every model came to the same result in pass 2 as in pass 1',
  ],
  [
    'a model that was captured now only',
    outcome(2, { a: ['base', 'x'], b: ['base', 'z'] }),
    outcome(1, { a: ['base', 'x'] }),
    null,
  ],
  [
    'from the mix, which nobody changed',
    outcome(3, { a: ['mix', 'mix'], b: ['mix', 'mix'] }),
    outcome(2, { a: ['base', 'x'], b: ['base', 'z'] }),
    'no model changed anything in pass 3',
  ],
  [
    'the same, or nothing',
    outcome(2, { a: ['mix', 'mix'], b: ['mix', 'z'] }),
    outcome(1, { a: ['base', 'x'], b: ['base', 'z'] }),
    'in pass 2 every model either changed nothing or came to the same result as in pass 1',
  ],
  [
    'the same mix, green',
    outcome(2, { a: ['base', 'y'] }, 'mix'),
    outcome(1, { a: ['base', 'x'] }, 'mix'),
    'the mix of pass 2 is that of pass 1, and no gate is red in either',
  ],
  [
    'the same mix, the same red gates',
    outcome(2, { a: ['base', 'y'] }, 'mix', ['test', 'lint']),
    outcome(1, { a: ['base', 'x'] }, 'mix', ['lint', 'test']),
    'the mix of pass 2 is that of pass 1, and the same gates are red: lint, test',
  ],
  [
    'the same mix, other red gates',
    outcome(2, { a: ['base', 'y'] }, 'mix', ['test']),
    outcome(1, { a: ['base', 'x'] }, 'mix', ['lint', 'test']),
    null,
  ],
  [
    'another mix',
    outcome(2, { a: ['base', 'y'] }, 'other'),
    outcome(1, { a: ['base', 'x'] }, 'mix'),
    null,
  ],
  ['no mix', outcome(2, { a: ['base', 'y'] }), outcome(1, { a: ['base', 'x'] }), null],
];

for (const [name, last, before, why] of TABLE) {
  test(name, () => assert.is(whyNothingNew(last, before), why));
}

test.run();
