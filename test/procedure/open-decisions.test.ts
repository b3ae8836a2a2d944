import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { writeBlobs } from '../../scripts/lib/git/blobs.ts';
import type { RawPath } from '../../scripts/lib/git/paths.ts';
import {
  describeQuestion,
  describeQuestions,
  withoutAnswer,
} from '../../scripts/lib/procedure/open-decisions.ts';
import { compareCandidates, type SharedHunk } from '../../scripts/lib/synthesis/compare.ts';
import { identifyHunks } from '../../scripts/lib/synthesis/hunks.ts';
import { type Option, type Question, questionsIn } from '../../scripts/lib/synthesis/questions.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { executable, link, makeRepository, submodule } from '../synthesis/repository.ts';

const NOTHING = { contents: new Map<string, Buffer>(), sizes: new Map<string, number>() };
const BASE = Buffer.from(Array.from({ length: 20 }, (_, at) => `line ${at + 1}\n`).join(''));

/** Lines of base from the given one, so many of them, replaced. */
function hunk(old_start: number, old_lines: number, ...lines: string[]): SharedHunk {
  const body = { old_start, old_lines, new_start: old_start, new_lines: lines.length, lines };
  const [one] = identifyHunks('f', [{ ...body, removed: [], near: '' }]);
  if (one === undefined) throw new Error('no hunk');
  return { ...one, models: ['a model'] };
}

function option(facts: Partial<Option>): Option {
  return { models: ['a model'], hunks: [], version: null, name: null, ...facts };
}

function question(kind: Question['kind'], options: Option[], path: RawPath = 'f'): Question {
  return { id: 'd1', path, kind, options };
}

const byHunks = (...hunks: SharedHunk[][]) =>
  question(
    'hunks',
    hunks.map((own) => option({ hunks: own })),
  );

test('a place, and what each alternative has there', () => {
  const asked = byHunks([hunk(3, 1, 'three\n')], [hunk(3, 2, 'a\n', 'b\n', 'c\n')]);
  const { path, place, alternatives } = describeQuestion(asked, { ...NOTHING, base: BASE });
  assert.equal([path, place], ['f', 'lines 3 to 4 of the original']);
  assert.equal(alternatives, [
    // The unchanged line that another alternative replaces is part of this one.
    { label: 'A', what: null, lines: ['three', 'line 4'], more: 0 },
    { label: 'B', what: null, lines: ['a', 'b', 'c'], more: 0 },
  ]);
});

test('places in words', () => {
  const table: [SharedHunk[], Buffer, string][] = [
    [[hunk(3, 1, 'x\n')], BASE, 'line 3 of the original'],
    [[hunk(0, 0, 'x\n')], BASE, 'before line 1 of the original'],
    [[hunk(20, 0, 'x\n')], BASE, 'after line 20 of the original'],
    [[hunk(2, 1), hunk(6, 2)], BASE, 'lines 2 to 7 of the original'],
    [[hunk(2, 1), hunk(12, 2)], BASE, 'line 2 and lines 12 to 13 of the original'],
    [[hunk(0, 0, 'x\n')], Buffer.alloc(0), 'a file that is new'],
  ];
  for (const [hunks, base, words] of table) {
    assert.is(describeQuestion(byHunks(hunks), { ...NOTHING, base }).place, words);
  }
});

test('a dispute about two places, such as code that was moved, shows both', () => {
  const asked = byHunks([hunk(2, 1), hunk(12, 0, 'line 2\n')], [hunk(2, 1, 'two\n')]);
  const { alternatives } = describeQuestion(asked, { ...NOTHING, base: BASE });
  assert.equal(
    alternatives.map(({ lines }) => lines),
    [
      ['...', 'line 2'],
      ['two', '...'],
    ],
  );
});

test('long alternatives and long lines are cut', () => {
  const many = Array.from({ length: 50 }, (_, at) => `${at}\n`);
  const asked = byHunks([hunk(1, 1, ...many)], [hunk(1, 1, `${'\xc3\xa9'.repeat(9000)}\r\n`)]);
  const { alternatives } = describeQuestion(asked, { ...NOTHING, base: BASE });
  assert.equal([alternatives[0]?.lines.length, alternatives[0]?.more], [30, 20]);
  assert.equal(alternatives[1]?.lines, [`${'é'.repeat(200)}…`]);
});

test('letters in the order of the options; base needs none', () => {
  const options = Array.from({ length: 29 }, (_, at) => option({ name: `name-${at}` }));
  const asked = question('names', [option({ models: [] }), ...options]);
  const { place, alternatives } = describeQuestion(asked, { ...NOTHING, base: BASE });
  assert.is(place, 'its new name');
  assert.equal(
    [0, 25, 26, 28].map((at) => [alternatives[at]?.label, alternatives[at]?.lines]),
    [
      ['A', ['name-0']],
      ['Z', ['name-25']],
      ['AA', ['name-26']],
      ['AC', ['name-28']],
    ],
  );
});

test('whole versions: text, programs, links, submodules, what is binary, large, empty or deleted', async () => {
  await using folder = await temporaryFolder();
  const { directory } = await makeRepository(folder.path);
  const contents = ['text\nmore', '#!/bin/sh\n', '../place', 'a\0b', 'x'.repeat(300_000), ''];
  const oids = await writeBlobs(
    directory,
    contents.map((it) => Buffer.from(it)),
  );
  const commit = 'c'.repeat(40);
  const modes = ['100644', '100755', '120000', '100644', '100644', '100644'];
  const options = [
    ...oids.map((blob, at) => option({ version: { blob, mode: modes[at] ?? '' } })),
    option({ version: { blob: commit, mode: '160000' } }),
    option({ version: null }),
  ];
  const [described] = await describeQuestions(directory, [question('versions', options)], []);
  assert.is(described?.place, 'the whole file');
  assert.equal(
    described?.alternatives.map(({ what, lines }) => [what, lines]),
    [
      [null, ['text', 'more']],
      ['an executable file', ['#!/bin/sh']],
      ['a symbolic link, to this place', ['../place']],
      ['a binary file, 3 bytes', []],
      ['a file that is not shown, 300000 bytes', []],
      ['an empty file', []],
      [`a submodule at ${commit}`, []],
      ['the file is deleted', []],
    ],
  );
});

test('the questions of real trees', async () => {
  await using folder = await temporaryFolder();
  const { directory, tree } = await makeRepository(folder.path);
  const base = await tree({ 'a.txt': '1\n2\n3\n4\n5\n', 'bin/run': 'old', agreed: 'x\n' });
  const candidates = [
    {
      model: 'claude',
      tree: await tree(
        { 'a.txt': '1\ntwo\n3\n4\n5\n', 'bin/run': link('a.txt'), 'new.txt': 'n\n', agreed: 'y\n' },
        base,
      ),
    },
    {
      model: 'gpt',
      tree: await tree(
        {
          ...{ 'a.txt': '1\nTWO\nTHREE\n4\n5\n', 'bin/run': executable('new') },
          ...{ 'new.txt': 'other\n', agreed: 'y\n', sub: submodule('c'.repeat(40)) },
        },
        base,
      ),
    },
  ];
  const files = await compareCandidates(directory, base, candidates);
  const described = await describeQuestions(directory, questionsIn(files), files);
  const byPath = new Map(described.map((it) => [it.path, it]));
  assert.equal([...byPath.keys()], ['a.txt', 'bin/run', 'new.txt']);
  assert.is(byPath.get('a.txt')?.place, 'lines 2 to 3 of the original');
  assert.equal(
    byPath
      .get('a.txt')
      ?.alternatives.map(({ lines }) => lines.join())
      .sort(),
    ['TWO,THREE', 'two,3'],
  );
  assert.is(byPath.get('new.txt')?.place, 'a file that is new');
  assert.equal(
    byPath
      .get('bin/run')
      ?.alternatives.map(({ what }) => what)
      .sort(),
    ['a symbolic link, to this place', 'an executable file'],
  );
  // Nothing tells who made what.
  assert.not(/claude|gpt/.test(JSON.stringify(described)));
});

test('what was picked is decided: the path as a whole, or the question', () => {
  const questions = ['a', 'b', 'caf\xc3\xa9'].map((path, at) => ({
    ...question('names', [], path),
    id: `d${at}`,
  }));
  const open = (...picks: { path?: string; decision?: string }[]) =>
    withoutAnswer(questions, { picks: picks.map((it) => ({ ...it, from: 'gpt' })) }).map(
      ({ id }) => id,
    );
  assert.equal(withoutAnswer(questions, null), questions);
  assert.equal(open(), ['d0', 'd1', 'd2']);
  assert.equal(open({ path: 'b' }), ['d0', 'd2']);
  assert.equal(open({ path: 'café' }, { decision: 'd0' }), ['d1']);
  assert.equal(open({ path: 'other' }, { decision: 'd9' }), ['d0', 'd1', 'd2']);
});

test.run();
