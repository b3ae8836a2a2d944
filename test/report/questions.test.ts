import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { placeKey } from '../../scripts/lib/report/hunk-excerpts.ts';
import {
  type AskedFile,
  type AskedQuestion,
  hunksWanted,
  QuestionReader,
} from '../../scripts/lib/report/questions.ts';
import type { FilePatch } from '../../scripts/lib/report/read-patch.ts';
import { version } from './sample-comparison.ts';

const hunk = (id: string, old_start: number, near = '') => ({ id, old_start, old_lines: 1, near });

function fileOf(path: string, facts: Partial<AskedFile> = {}): AskedFile {
  return { path, is_test: false, origin: null, hunks: [], ...facts };
}

function questionOf(path: string, facts: Partial<AskedQuestion> = {}): AskedQuestion {
  return { id: 'd1', path, kind: 'hunks', options: [], ...facts };
}

const option = (model: string, ...hunks: string[]) => ({ models: [model], hunks, name: null });

/** A patch that holds these lines, at line numbers of one file. */
function patchOf(path: string, lines: Record<number, string>): Map<string, FilePatch> {
  const hunks = new Map(
    Object.entries(lines).map(([start, line]) => [
      placeKey({ old_start: Number(start), old_lines: 1 }),
      { lines: [line], line_count: 1 },
    ]),
  );
  const facts = { facts: [], lines: [], line_count: 0, binary: false, additions: 0, deletions: 0 };
  return new Map([[path, { path, old_path: null, ...facts, hunks }]]);
}

function readerOf(patches: ReadonlyMap<string, Map<string, FilePatch>>, models: string[] = []) {
  const versionsOf = () => [version('a'), version('b', { status: 'deleted' })];
  const diffOf = (model: string) => ({ path: `diffs/${model}.diff`, what: 'the whole diff' });
  return new QuestionReader(models, patches, versionsOf, diffOf);
}

test('the lines of an option are those of its models, also under the old name of a file', () => {
  const file = fileOf('new', {
    ...{ origin: 'old', is_test: true },
    hunks: [hunk('h1', 3, 'f()'), hunk('h2', 3, 'f()'), hunk('h3', 9, 'g()'), hunk('h4', 20)],
  });
  const question = questionOf('new', { options: [option('b', 'h2', 'h3'), option('a', 'h1')] });
  const patches = new Map([
    ['a', patchOf('new', { 3: '+of a', 9: '+not asked for' })],
    ['b', patchOf('old', { 3: '+of b' })],
  ]);
  assert.equal(
    hunksWanted([question], [file]),
    new Map(['new', 'old'].map((name) => [name, new Set(['3,1', '9,1'])])),
  );
  const [asked] = readerOf(patches, ['a', 'b']).of([question], [file]);
  assert.ok(asked);
  const { options, ...facts } = asked;
  assert.equal(facts, {
    ...{ id: 'd1', path: 'new', kind: 'hunks', is_test: true, origin: 'old', near: ['f()', 'g()'] },
  });
  assert.equal(
    options.map(({ models, hunks, diff }) => [
      models.join(),
      hunks.map(({ id, excerpt }) => `${id} ${excerpt?.lines.join() ?? 'not kept'}`),
      diff.path,
    ]),
    [
      ['a', ['h1 +of a'], 'diffs/a.diff'],
      ['b', ['h2 +of b', 'h3 not kept'], 'diffs/b.diff'],
    ],
  );
});

test('whole versions and names have no hunks, and each option its own', () => {
  const versions = questionOf('x', { kind: 'versions', options: [option('a'), option('b')] });
  const names = questionOf('x', {
    kind: 'names',
    options: [{ ...option('a'), name: 'y' }],
  });
  const file = fileOf('x', { hunks: [hunk('h1', 1)] });
  assert.equal([...hunksWanted([versions, names], [file])], [['x', new Set()]]);
  const [first, second] = readerOf(new Map()).of([versions, names], [file]);
  assert.equal(
    first?.options.map((it) => it.version?.status),
    ['modified', 'deleted'],
  );
  assert.equal(
    second?.options.map((it) => [it.name, it.version]),
    [['y', null]],
  );
});

test('a name that is no UTF-8 is found by its bytes', () => {
  const bytes = Buffer.from('caf\xe9', 'latin1').toString('base64');
  const printed = { path: 'caf\ufffd', path_base64: bytes };
  const file = fileOf('', { ...printed, hunks: [hunk('h1', 1)] });
  const question = questionOf('', { ...printed, options: [option('a', 'h1')] });
  const patches = new Map([['a', patchOf('caf\xe9', { 1: '+x' })]]);
  const [asked] = readerOf(patches).of([question], [file]);
  assert.equal(asked?.options[0]?.hunks[0]?.excerpt?.lines, ['+x']);
  assert.is(asked?.path, 'caf\ufffd');
});

test('a question of a file that is not there is still told; of many, the first', () => {
  const questions = Array.from({ length: 999 }, (_, index) =>
    questionOf(`__proto__${index}`, { id: `d${index}`, options: [option('a', 'h1')] }),
  );
  const asked = readerOf(new Map()).of(questions, []);
  assert.is(asked.length, 200);
  assert.equal(asked[0]?.options[0]?.hunks, []);
  assert.is(hunksWanted(questions, []).size, 200);
});

test.run();
