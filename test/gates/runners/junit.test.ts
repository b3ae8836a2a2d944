import { mkdir, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  countTests,
  findJunitReports,
  readJunit as read,
} from '../../../scripts/lib/gates/runners/junit.ts';
import { outcomesOf } from '../../../scripts/lib/gates/runners/outcomes.ts';
import { readTests } from '../../../scripts/lib/gates/runners/read-tests.ts';
import type { TestCount } from '../../../scripts/lib/gates/runners/runner.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

function readJunit(xml: string, root?: string) {
  const report = read(xml);
  if (report === null) return null;
  const { tests, isWhole } = report;
  const { messages, ...outcomes } = outcomesOf(
    tests,
    { complete: isWhole, partial: !isWhole },
    root,
  );
  return { count: countTests(tests), outcomes };
}

const NODE = `<?xml version="1.0" encoding="utf-8"?>
<testsuites>
	<testcase name="top passes" time="0.001337" classname="test"/>
	<testsuite name="suite" time="0.015057" disabled="0" errors="0" tests="4" failures="2" skipped="2">
		<testcase name="inner bad # 3" time="0.001659" classname="test" failure="x">
			<failure type="testCodeFailure" message="x">
[Error [ERR_TEST_FAILURE]: x] {
      at TestContext.&lt;anonymous> (file:///p/t/node.test.mjs:7:37)
			</failure>
		</testcase>
		<testcase name="skipped" time="0.000169" classname="test">
			<skipped type="skipped" message="why"/>
		</testcase>
		<testcase name="todo" time="0.000148" classname="test" failure="y">
			<skipped type="todo" message="true"/>
			<failure type="testCodeFailure" message="y">
			</failure>
		</testcase>
		<testsuite name="deep" time="0.009937" disabled="0" errors="0" tests="1" failures="0">
			<testcase name="er" time="0.009538" classname="test"/>
		</testsuite>
	</testsuite>
	<!-- tests 5 -->
</testsuites>
`;

const PYTEST = `<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="1" skipped="2" tests="5" time="0.115"><testcase classname="tests.test_x" name="test_ok" time="0.001" /><testcase classname="tests.test_x" name="test_p[two words]" time="0.001"><failure message="AssertionError: assert 'two words' == 1">&gt;   def test_p(a): assert a == 1</failure></testcase><testcase classname="tests.test_x" name="test_s" time="0.000"><skipped type="pytest.skip" message="r">x</skipped></testcase><testcase classname="tests.test_x" name="test_xf" time="0.001"><skipped type="pytest.xfail" message="" /></testcase><testcase classname="tests.test_x" name="test_err" time="0.001"><error message="failed on setup with &quot;RuntimeError: f&quot;">x</error></testcase></testsuite></testsuites>`;

const SUREFIRE = `<?xml version="1.0" encoding="UTF-8"?>
<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="3.0.2" name="ATest" time="0.008" tests="4" errors="1" skipped="1" failures="1">
  <properties>
    <property name="java.version" value="17.0.15"/>
  </properties>
  <testcase name="p(int)[2]" classname="ATest" time="0.028">
    <failure message="expected: &lt;1&gt; but was: &lt;2&gt;" type="org.opentest4j.AssertionFailedError"><![CDATA[org.opentest4j.AssertionFailedError: expected: <1> but was: <2>
	at ATest.p(ATest.java:3)
</testcase><testcase name="no test">]]></failure>
  </testcase>
  <testcase name="boom" classname="ATest" time="0.002">
    <error message="x" type="java.lang.RuntimeException"/>
  </testcase>
  <testcase name="later" classname="ATest" time="0.0">
    <skipped message="why"/>
  </testcase>
  <testcase name="flaky" classname="ATest" time="0.0">
    <flakyFailure message="once" type="E"/>
    <system-out><![CDATA[<failure/>]]></system-out>
  </testcase>
  <testcase name="deep" classname="ATest$Inner" time="0.001"/>
</testsuite>
`;

const PHPUNIT = `<testsuites>
  <testsuite name="/p/t" tests="2" assertions="2" errors="0" failures="1" skipped="0">
    <testsuite name="StackTest::testF" tests="2" assertions="2" errors="0" failures="1">
      <testcase name="testF with data set &quot;one&quot;" class="StackTest" classname="StackTest" line="10"/>
      <testcase name="testF with data set &#x22;two&#34; &amp;amp; &unknown; &#x110000;" classname="StackTest"><failure type="A">x</failure></testcase>
    </testsuite>
  </testsuite>
</testsuites>
`;

type Names = { failed: string[]; passed: string[]; complete: boolean; partial?: true };
const whole = (failed: string[], passed: string[]): Names => ({ failed, passed, complete: true });
const cut = (failed: string[], passed: string[]): Names => ({
  failed,
  passed,
  complete: false,
  partial: true,
});

const reports: [title: string, xml: string, TestCount | null, Names?][] = [
  ['nothing', '', null],
  ['another document', '<html><testcase name="a"/></html>', null],
  ['no XML', 'a < b and <testsuite', null],
  ['no test', '<testsuites tests="0"/>', { ran: 0, failed: 0 }, whole([], [])],
  ['an empty suite', '<testsuite name="a"></testsuite>', { ran: 0, failed: 0 }, whole([], [])],
  [
    'node:test',
    NODE,
    { ran: 4, failed: 1 },
    whole(['suite > inner bad # 3'], ['top passes', 'suite > deep > er']),
  ],
  [
    'pytest',
    PYTEST,
    { ran: 3, failed: 2 },
    whole(
      ['tests.test_x > test_p[two words]', 'tests.test_x > test_err'],
      ['tests.test_x > test_ok'],
    ),
  ],
  [
    'surefire',
    SUREFIRE,
    { ran: 4, failed: 2 },
    whole(['ATest > p(int)[2]', 'ATest > boom'], ['ATest > flaky', 'ATest$Inner > deep']),
  ],
  [
    'phpunit, with entities',
    PHPUNIT,
    { ran: 2, failed: 1 },
    whole(
      ['StackTest > testF with data set "two" &amp; &unknown; \ufffd'],
      ['StackTest > testF with data set "one"'],
    ),
  ],
  [
    'a class that repeats the name',
    "<testsuite><testcase classname='a b' name='a b'/></testsuite>",
    { ran: 1, failed: 0 },
    whole([], ['a b']),
  ],
  [
    'a suite that fails by itself',
    '<testsuites><testsuite name="a"><error/><testcase name="b"/></testsuite></testsuites>',
    { ran: 2, failed: 1 },
    whole(['a'], ['a > b']),
  ],
  [
    'a clean-up that fails after a skipped test',
    '<testsuite><testcase name="a"><skipped/><error/></testcase></testsuite>',
    { ran: 1, failed: 1 },
    whole(['a'], []),
  ],
  [
    'two reports in one file',
    '<testsuite><testcase name="a"/></testsuite>\n<testsuite><testcase name="b"/></testsuite>',
    { ran: 2, failed: 0 },
    whole([], ['a', 'b']),
  ],
  [
    'a report that breaks off in a test',
    SUREFIRE.slice(0, SUREFIRE.indexOf('<error')),
    { ran: 1, failed: 1 },
    cut(['ATest > p(int)[2]'], []),
  ],
  [
    'a report that breaks off in a tag',
    '<testsuite><testcase name="a"/><testcase name="b',
    { ran: 1, failed: 0 },
    cut([], ['a']),
  ],
  [
    'a report that breaks off in a comment',
    '<testsuite><testcase name="a"/><!-- <testcase name="b"/>',
    { ran: 1, failed: 0 },
    cut([], ['a']),
  ],
  [
    'what no parser takes',
    '</testsuite><testsuite a=b><testcase name="a < b & c" \u001b[31m>\u0000</wrong><testcase name="c"/></testsuite>',
    { ran: 2, failed: 0 },
    whole([], ['a < b & c', 'c']),
  ],
  [
    'entities of its own are not expanded',
    '<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;&x;">]><testsuite><testcase name="&y;"/></testsuite>',
    { ran: 1, failed: 0 },
    whole([], ['&y;']),
  ],
];
for (const [title, xml, count, outcomes] of reports) {
  test(`${title}: ${JSON.stringify(count)}`, () => {
    assert.equal(readJunit(xml), count === null ? null : { count, outcomes });
  });
}

test('the working tree is left out of the names', () => {
  const xml = '<testsuite><testcase classname="/home/a/tree/t.js" name="a"/></testsuite>';
  assert.equal(readJunit(xml, '/home/a/tree')?.outcomes.passed, ['t.js > a']);
});

const SIZE = 1024 ** 2;
const fill = (unit: string) => unit.repeat(Math.ceil(SIZE / unit.length)).slice(0, SIZE);

const hostile: [title: string, xml: string][] = [
  ['opening brackets', `<testsuite>${fill('<')}`],
  ['suites that never end', fill('<testsuite name="a">')],
  ['ends', `<testsuite>${fill('</testsuites x>')}`],
  ['tests that never end', `<testsuite>${fill('<testcase name="x">')}`],
  ['comments that never end', `<testsuite>${fill('<!--')}`],
  ['sections that never end', `<testsuite>${fill('<![CDATA[')}`],
  ['attributes', `<testsuite><testcase ${fill('a="b" ')}`],
  ['spaces', `<testsuite><testcase ${fill(' ')}`],
  ['quotation marks', `<testsuite>${fill('<testcase name="')}`],
  ['references', `<testsuite><testcase name="${fill('&#1')}"/></testsuite>`],
  ['entities', `<!DOCTYPE a [${fill('<!ENTITY a "b">')}]><testsuite/>`],
  ['deep tests', `${'<testsuite name="abcdefgh">'.repeat(5000)}${fill('<testcase name="x"/>')}`],
];
for (const [title, xml] of hostile) {
  test(`a megabyte of ${title} is read in seconds`, () => {
    const start = process.cpuUsage();
    assert.ok(readJunit(xml));
    // Of the processor's time: another test may run beside this one.
    assert.ok(process.cpuUsage(start).user < 10e6);
  });
}

const BEFORE = 1_700_000_000;
const START_MS = (BEFORE + 100) * 1000;

/** A folder with files that were changed at the start of a gate; `old/` in front of a path: before it. */
async function project(paths: readonly string[]) {
  const folder = await temporaryFolder();
  for (const path of paths) {
    const isOld = path.startsWith('old ');
    const file = join(folder.path, isOld ? path.slice('old '.length) : path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, '<testsuite/>');
    await utimes(file, BEFORE, isOld ? BEFORE : BEFORE + 100);
  }
  return folder;
}

const CUSTOMARY = [
  'app/build/test-results/test/TEST-a.xml',
  'build/test-results/test/deep/TEST-a.xml',
  'junit.xml',
  'mod/target/surefire-reports/TEST-a.xml',
  'reports/junit-1.xml',
  'target/failsafe-reports/TEST-a.xml',
  'target/surefire-reports/TEST-a.xml',
  'test-report.xml',
  'test-results/a.xml',
];

test('reports are found where the tools put them', async () => {
  await using folder = await project(CUSTOMARY);
  const found = await findJunitReports(folder.path, START_MS);
  assert.equal(
    found,
    CUSTOMARY.map((path) => join(folder.path, path)),
  );
});

test('what is old, elsewhere or no report is not', async () => {
  await using folder = await project([
    'old junit.xml',
    'old test-results/old.xml',
    'pom.xml',
    'src/a.xml',
    'target/surefire-reports/a.txt',
    'target/surefire-reports/summary.xml',
    'a/b/target/surefire-reports/TEST-a.xml',
    'node_modules/test-results/a.xml',
  ]);
  await mkdir(join(folder.path, 'test-report.xml'));
  assert.equal(await findJunitReports(folder.path, START_MS), []);
});

test('links are not followed', async () => {
  await using elsewhere = await project(['a.xml', 'surefire-reports/TEST-a.xml']);
  await using folder = await project(['reports/junit.xml']);
  const link = (target: string, path: string) => symlink(target, join(folder.path, path));
  await link(join(elsewhere.path, 'a.xml'), 'junit.xml');
  await link(elsewhere.path, 'test-results');
  await link(elsewhere.path, 'target');
  await link('.', 'loop');
  assert.equal(await findJunitReports(folder.path, 0), [join(folder.path, 'reports/junit.xml')]);
});

test('a folder that is a link itself, or is not there', async () => {
  await using folder = await project(['tree/junit.xml']);
  const link = join(folder.path, 'link');
  await symlink('tree', link);
  assert.equal(await findJunitReports(link, START_MS), [join(link, 'junit.xml')]);
  assert.equal(await findJunitReports(join(folder.path, 'none'), 0), []);
});

test('several reports are one result, and one that breaks off makes it partial', async () => {
  await using folder = await project([]);
  const write = (name: string, tests: string) =>
    writeFile(join(folder.path, `junit-${name}.xml`), `<testsuite>${tests}`);
  const outcomes = async () => {
    const place = { directory: folder.path, root: folder.path, sinceMs: 0 };
    return (await readTests('', place)).outcomes;
  };
  assert.is(await outcomes(), null);
  await write('a', '<testcase name="b"/><testcase name="a"><failure/></testcase></testsuite>');
  await write('b', '<testcase name="a"/><testcase name="c"/></testsuite>');
  assert.equal(await outcomes(), whole(['a'], ['b', 'c']));
  await write('c', '<testcase name="d"/>');
  assert.equal(await outcomes(), cut(['a'], ['b', 'c', 'd']));
});

test('no more than 500 files', async () => {
  const paths = Array.from({ length: 510 }, (_, number) => `test-results/${number}.xml`);
  await using folder = await project(paths);
  assert.is((await findJunitReports(folder.path, START_MS)).length, 500);
});

test('no more than 50 MB', async () => {
  await using folder = await project(['test-results/a.xml', 'test-results/b.xml', 'junit.xml']);
  const grow = (path: string, megabytes: number) =>
    truncate(join(folder.path, path), megabytes * 1024 ** 2);
  await grow('test-results/a.xml', 30);
  await grow('test-results/b.xml', 30);
  await grow('junit.xml', 51);
  assert.equal(await findJunitReports(folder.path, START_MS), [
    join(folder.path, 'test-results/a.xml'),
  ]);
});

test.run();
