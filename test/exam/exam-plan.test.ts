import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type ExamChange, planExam } from '../../scripts/lib/exam/exam-plan.ts';
import { namedFiles } from '../../scripts/lib/exam/named-files.ts';

const change = (path: string, facts: Partial<ExamChange> = {}): ExamChange => ({
  ...{ path, status: 'changed', lostLines: true },
  ...facts,
});
const added = (path: string) => change(path, { status: 'added', lostLines: false });

const paths = (restorations: { path: string; content: unknown }[]) =>
  restorations.map(({ path, content }) => `${path} ${content}`);

const cases: [
  string,
  ExamChange[],
  string[],
  { files: string[]; settings: string[]; tests: string[] },
][] = [
  ['code and new tests', [change('src/a.js'), added('test/b.test.js')], [], none()],
  [
    'a test that lost a line',
    [change('test/a.test.js')],
    [],
    {
      ...none(),
      ...{ files: ['test/a.test.js'], tests: ['test/a.test.js base'] },
    },
  ],
  [
    'a test that only gained lines is put back, and not listed',
    [change('test/a.test.js', { lostLines: false })],
    [],
    {
      ...none(),
      tests: ['test/a.test.js base'],
    },
  ],
  [
    'a test that is gone',
    [change('a_test.go', { status: 'deleted' })],
    [],
    {
      ...none(),
      ...{ files: ['a_test.go'], tests: ['a_test.go base'] },
    },
  ],
  [
    'settings that were changed, deleted, added',
    [
      change('jest.config.js'),
      change('.eslintrc.json', { status: 'deleted' }),
      added('conftest.py'),
    ],
    [],
    {
      ...none(),
      files: ['jest.config.js', '.eslintrc.json', 'conftest.py'],
      settings: ['jest.config.js base', '.eslintrc.json base', 'conftest.py null'],
    },
  ],
  [
    'what a new package brings for itself',
    [added('packages/b/package.json'), added('packages/b/tsconfig.json')],
    [],
    none(),
  ],
  [
    'settings of a project that tests work on',
    [added('test/fixtures/app/tsconfig.json')],
    [],
    none(),
  ],
  [
    'a program that a gate names',
    [change('tools/prove.mjs')],
    ['node ./tools/prove.mjs --all'],
    {
      ...none(),
      ...{ files: ['tools/prove.mjs'], settings: ['tools/prove.mjs base'] },
    },
  ],
  [
    'continuous integration is listed, and does not run here',
    [change('.github/workflows/ci.yml')],
    [],
    {
      ...none(),
      files: ['.github/workflows/ci.yml'],
    },
  ],
  [
    'a dependency in a manifest',
    [
      change('package.json', {
        before: '{"scripts":{"test":"x"}}',
        after: '{"scripts":{"test":"x"},"dependencies":{"a":"1"}}',
      }),
    ],
    [],
    none(),
  ],
];
for (const [what, changes, commands, expected] of cases)
  test(what, () => {
    const plan = planExam(changes, namedFiles(commands));
    const shown = {
      files: plan.files.map(({ path }) => path),
      settings: paths(plan.settings),
      tests: paths(plan.tests),
    };
    assert.equal(shown, expected);
  });

function none() {
  return { files: [] as string[], settings: [] as string[], tests: [] as string[] };
}

test.run();
