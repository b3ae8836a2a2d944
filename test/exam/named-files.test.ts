import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { namedFiles } from '../../scripts/lib/exam/named-files.ts';

const cases: [command: string, runners: string[], tests: string[], neither: string[]][] = [
  ['node ./tools/prove.mjs --all', ['tools/prove.mjs'], [], ['tools/other.mjs', 'src/a.js']],
  ['./prove.sh', ['prove.sh'], [], []],
  ['node --test checks/', [], ['checks/a.mjs', 'checks/deep/b.mjs'], ['checks.mjs', 'src/a.js']],
  [
    "nyc --include src/** tape 'checks/**/*.js'",
    [],
    ['checks/deep/a.js'],
    ['src/a.js', 'checks/a.md'],
  ],
  ["mocha 'src/**/*.check.js'", [], ['src/deep/a.check.js'], ['src/deep/a.js']],
  ["mocha 'src/**/*.js'", [], [], ['src/a.js']],
  ['ava verify.js', [], ['verify.js'], ['src/verify.js']],
  ['npm run build && python3 -m pytest -q checks', [], [], ['build']],
  ['python3 -m pytest -q ./checks/', [], ['checks/one.py'], ['src/one.py']],
];
for (const [command, runners, tests, neither] of cases)
  test(command, () => {
    const named = namedFiles([command]);
    for (const path of runners) assert.ok(named.isRunner(path), path);
    for (const path of tests) assert.ok(named.isTest(path), path);
    for (const path of [...neither, ...tests]) assert.not.ok(named.isRunner(path), path);
    for (const path of [...neither, ...runners]) assert.not.ok(named.isTest(path), path);
  });

test.run();
