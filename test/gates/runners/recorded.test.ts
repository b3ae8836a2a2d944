/** What real programs printed and reported (record.ts), read with the report that they were asked for and without. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RUNNERS } from '../../../scripts/lib/gates/runners/all.ts';
import type { TestFacts } from '../../../scripts/lib/gates/runners/read-log.ts';
import { readTests } from '../../../scripts/lib/gates/runners/read-tests.ts';
import type { Test } from '../../../scripts/lib/gates/runners/runner.ts';

const FOLDER = resolve('test/gates/runners/recorded');

interface Recorded {
  /** By the report, in the order green, red; null: the runner cannot be asked for one. */
  report: { passes: string[]; fails: string[] } | null;
  /** Of the red run, by its log alone; the names that pass where the runner lists them. */
  log: { fails: string[]; passes?: string[] };
  /** How many ran, green and red; null: the log does not say. */
  ran: [number, number] | [null, null];
  /** What the red run says of a failure; its log alone does not where two tests end with one name. */
  says: RegExp;
  /** The name of what could not be loaded, where one is given. */
  unloaded?: string;
}

const js = (file: string, log: Recorded['log'] | null = null): Recorded => {
  const named = (name: string) => (file === '' ? name : `${file} > ${name}`);
  const fails = ['sum > adds', 'sum > of negative numbers > adds'].map(named);
  return {
    report: { passes: ['sum > adds', 'alone'].map(named), fails },
    log: log ?? { fails },
    ran: [2, 3],
    says: /3 == 4|expected 3 to be 4|Expected: 4/,
  };
};

const recorded: Record<string, Recorded> = {
  'node-test': {
    ...js('', { fails: ['sum > adds', 'sum > of negative numbers > adds'], passes: ['alone'] }),
    unloaded: 'test/sum.test.js',
  },
  // Its own list of failures names no groups.
  'node-test-24': { ...js('', { fails: ['adds'] }), unloaded: 'test/sum.test.js' },
  vitest: { ...js('test/sum.test.js'), unloaded: 'test/sum.test.js' },
  jest: { ...js('test/sum.test.js'), unloaded: 'test/sum.test.js' },
  mocha: js(''),
  ava: {
    report: null,
    // A program that prints a line of its list cannot be told from it.
    log: { fails: ['adds', 'throws'], passes: ['printed', 'alone'] },
    ran: [2, 4],
    says: /test\.js:2/,
  },
  uvu: {
    report: null,
    log: { fails: ['sum.test.js > adds', 'sum.test.js > throws'] },
    ran: [2, 3],
    says: /\+\+4/,
  },
  tape: {
    report: null,
    log: { fails: ['sum > adds'], passes: ['alone > is'] },
    ran: [2, 2],
    says: /sum\.js:2/,
  },
  tap: {
    report: null,
    log: { fails: ['sum > adds'], passes: ['sum > other', 'alone'] },
    ran: [2, 3],
    says: /sum\.js|t\.equal/,
  },
  pytest: {
    report: {
      passes: [
        'tests/test_sum.py::test_same[1]',
        'tests/test_sum.py::test_same[two words]',
        'tests/test_sum.py::test_known',
      ],
      fails: ['tests/test_sum.py::TestSum::test_adds', 'tests/test_sum.py::test_throws'],
    },
    log: { fails: ['tests/test_sum.py::TestSum::test_adds', 'tests/test_sum.py::test_throws'] },
    ran: [3, 3],
    says: /assert \(1 \+ 2\) == 4/,
    unloaded: 'tests/test_sum.py',
  },
  unittest: {
    report: null,
    log: { fails: ['test_sum.Sum.test_adds'] },
    ran: [1, 2],
    says: /3 != 4/,
    unloaded: 'unittest.loader._FailedTest.test_sum',
  },
  go: {
    report: null,
    log: {
      fails: ['example.com/sum > TestAdds', 'example.com/sum > TestAdds/of_negative_numbers'],
    },
    ran: [null, null],
    says: /no negative numbers/,
    unloaded: 'example.com/sum',
  },
  cargo: {
    report: null,
    log: {
      fails: ['sum (src/lib.rs) > tests::adds'],
      passes: ['sum (src/lib.rs) > tests::alone'],
    },
    ran: [1, 2],
    says: /left: 3/,
  },
  rspec: {
    report: {
      passes: ['spec/sum_spec.rb > sum adds'],
      fails: ['spec/sum_spec.rb > sum adds', 'spec/sum_spec.rb > sum of negative numbers adds'],
    },
    log: {
      fails: ['spec/sum_spec.rb > sum adds', 'spec/sum_spec.rb > sum of negative numbers adds'],
    },
    ran: [1, 3],
    says: /expected: 4/,
    unloaded: 'spec/sum_spec.rb',
  },
  minitest: {
    report: null,
    log: { fails: ['SumTest#test_adds', 'SumTest#test_throws'] },
    ran: [1, 3],
    says: /Expected: 4/,
  },
  phpunit: {
    report: {
      passes: ['SumTest::testAdds'],
      fails: ['SumTest::testAdds with data set "of one"', 'SumTest::testThrows'],
    },
    log: { fails: ['SumTest::testAdds with data set "of one"', 'SumTest::testThrows'] },
    ran: [1, 3],
    says: /3 is identical to 4/,
  },
};

for (const [name, { report, log, ran, says, unloaded }] of Object.entries(recorded)) {
  for (const width of ['-40', '', '-200']) {
    const facts = async (title: string, isReported: boolean) => {
      const reported = isReported ? readReport(name, title) : [];
      return readFacts(existing(`${name}-${title}${width}.txt`, `${name}-${title}.txt`), reported);
    };
    const at = `${name}${width}`;
    test(`${at}: by its log`, async () => {
      const green = await facts('green', false);
      assert.equal([green.tests?.ran ?? null, green.outcomes?.failed ?? []], [ran[0], []]);
      const red = await facts('red', false);
      assert.is(red.tests?.ran ?? null, ran[1]);
      assert.equal(sorted(red.outcomes?.failed), sorted(log.fails));
      assert.equal(red.outcomes?.passed, log.passes ?? []);
      if (!/^(?:node-test|mocha)/.test(name))
        assert.match(Object.values(red.outcomes?.messages ?? {}).join('\n'), says);
      assertUnloaded(await facts('unloaded', false), unloaded);
      assert.equal([green.cannot_load, red.cannot_load], [false, false]);
    });
    if (report === null) continue;
    test(`${at}: by its report`, async () => {
      const green = await facts('green', true);
      assert.equal([green.outcomes?.complete, green.outcomes?.failed], [true, []]);
      assert.equal(sorted(green.outcomes?.passed), sorted(report.passes));
      const red = await facts('red', true);
      assert.equal([red.outcomes?.complete, red.tests?.ran], [true, ran[1]]);
      assert.equal(sorted(red.outcomes?.failed), sorted(report.fails));
      assert.match(Object.values(red.outcomes?.messages ?? {}).join('\n'), says);
      assert.equal(Object.keys(red.outcomes?.messages ?? {}).sort(), sorted(report.fails));
      assertUnloaded(await facts('unloaded', true), unloaded);
      assert.equal([green.cannot_load, red.cannot_load], [false, false]);
    });
  }
}

function assertUnloaded({ cannot_load, outcomes }: TestFacts, name: string | undefined): void {
  assert.is(cannot_load, true);
  assert.equal(outcomes?.failed ?? [], name === undefined ? [] : [name]);
}

function sorted(names: readonly string[] = []): string[] {
  return [...names].sort();
}

function readReport(name: string, title: string): Test[] {
  const file = join(FOLDER, `${name}-${title}.report`);
  const runner = RUNNERS.find((it) => it.name.replaceAll(/\W+/g, '-') === name.replace('-24', ''));
  return existsSync(file) ? (runner?.read?.(readFileSync(file, 'utf8')) ?? []) : [];
}

function readFacts(log: string, reported: readonly Test[]): Promise<TestFacts> {
  return readTests(log, { directory: '/nowhere', root: '/project', sinceMs: 0 }, reported);
}

function existing(...names: string[]): string {
  const file = names.map((name) => join(FOLDER, name)).find((it) => existsSync(it));
  return readFileSync(file ?? '', 'utf8');
}

test('no recording names a place of the machine that it was made on', () => {
  for (const name of Object.keys(recorded))
    for (const title of ['green', 'red', 'unloaded'])
      assert.not.match(existing(`${name}-${title}.txt`), /\/root\/|\/tmp\/|\/home\//);
});

test.run();
