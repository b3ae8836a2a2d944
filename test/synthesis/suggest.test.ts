import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { CrossTests } from '../../scripts/lib/gates/cross-tests.ts';
import type { RankedWhole } from '../../scripts/lib/ranking/rank-wholes.ts';
import { answerDesigns } from '../../scripts/lib/synthesis/answer-designs.ts';
import type { ComparedFile } from '../../scripts/lib/synthesis/compare.ts';
import { designQuestions, type Mendable } from '../../scripts/lib/synthesis/design-questions.ts';
import { parsePickOption } from '../../scripts/lib/synthesis/picks.ts';
import { suggestPicks } from '../../scripts/lib/synthesis/suggest.ts';
import { added, file, hunkAt, version } from './compared.ts';

function whole(models: string, facts: Partial<RankedWhole> = {}): RankedWhole {
  const figures = { breaks_alone: [], breaks_shared: [], repairs: [], matrix: null };
  const names = models.split('=');
  return {
    models: names,
    tree: `tree of ${names[0]}`,
    ...figures,
    agreement: 1,
    prior: 0,
    ...facts,
  };
}

type Cell = Partial<CrossTests['cells'][number]> & { tests_of: string; code_of: string };

/** What each brought, and what came of it on whose code. */
function matrix(files: Record<string, string[]>, cells: Cell[]): CrossTests {
  const facts = { tree: null, status: 'pass', ran: 1, failed: 0, failed_tests: [], logs: [] };
  return {
    schema_version: 1,
    gates: [],
    models: Object.keys(files),
    base_tests: [],
    cells: cells.map((cell) => ({ ...facts, failed_tests_count: 0, kind: 'passes', ...cell })),
    summary: Object.entries(files).map(([tests_of, brought]) => ({
      tests_of,
      files: brought,
      proves_something: true,
      catches: [],
      caught_by: [],
      fails_own: false,
    })),
  } as unknown as CrossTests;
}

function suggested(
  files: ComparedFile[],
  wholes: RankedWhole[],
  cross: CrossTests | null = null,
  mendable: Mendable[] = [],
  baseTests: ReadonlyMap<string, string[]> = new Map(),
) {
  const found = suggestPicks({ files, wholes, cross });
  return {
    picks: (found?.picks ?? []).map(({ path, from, hunks }) => [
      path,
      from ?? hunks?.map((it) => `${it.from}: ${it.ids.length}`).join(', '),
    ]),
    offers: (found?.offers ?? []).map(({ path, models }) => [path, models.join()]),
    questions: designQuestions(files, wholes, found, { cross, mendable, baseTests }),
  };
}

const APART = { breaks_alone: ['test: x'] };

test('the spine is taken as it is: what others did beside it is offered, not taken', () => {
  const files = [
    file('docs/b.md', 'single', [version('b')]),
    file('src/a.js', 'conflict', [version('a'), version('b')]),
    file('src/new.js', 'single', [added('a')]),
  ];
  const { picks, offers, questions } = suggested(files, [whole('a'), whole('b', APART)]);
  assert.equal(picks, [
    ['src/a.js', 'a'],
    ['src/new.js', 'a'],
  ]);
  assert.equal(offers, [['docs/b.md', 'b']]);
  assert.equal(questions, []);
});

test('where nothing that ran tells wholes apart, which one is the question, answered with a whole', () => {
  const files = [
    file('src/a.js', 'conflict', [version('a'), version('b')]),
    file('src/b.js', 'single', [added('b')]),
  ];
  const { questions, picks } = suggested(files, [whole('a'), whole('b=c')]);
  const [question] = questions;
  assert.equal([questions.length, question?.kind], [1, 'whole']);
  assert.equal(
    question?.options.map(({ models }) => models),
    [['a'], ['b', 'c']],
  );
  assert.match(question?.about ?? '', /a comes first because it is most like the others/);
  assert.equal(question?.names, ['src/a.js', 'src/b.js']);
  const asked = { questions, files, labels: null };
  const answer = (from: string, id = question?.id ?? '') =>
    answerDesigns(
      picks.map(([path = '', from = '']) => ({ path, from })),
      [parsePickOption(`${id}=${from}`)],
      asked,
    ).picks.map(({ path, from }) => [path, from]);
  assert.equal(answer('b'), [
    ['src/a.js', 'b'],
    ['src/b.js', 'b'],
  ]);
  assert.equal(answer('a', question?.id.slice(0, 5)), picks);
  assert.equal(answer('neither'), picks);
  const refused = (text: string) => {
    try {
      answerDesigns([], [parsePickOption(text)], asked);
    } catch (error) {
      return (error as { code: string }).code;
    }
    return null;
  };
  assert.is(refused(`${question?.id}=gemini`), 'unknown-model');
  assert.is(refused('qabc=a'), null, 'it may be a path, which is looked for later');
});

test('new tests of another that pass on the spine and prove something are grafted, with all that came along', () => {
  const files = [
    file('src/a.js', 'conflict', [version('a'), version('b')]),
    file('test/b.test.js', 'single', [added('b')]),
    file('test/data.json', 'single', [added('b')]),
  ];
  const brought = { b: ['test/b.test.js', 'test/data.json'] };
  const wholes = [whole('a'), whole('b', APART)];
  const { picks, offers } = suggested(
    files,
    wholes,
    matrix(brought, [{ tests_of: 'b', code_of: 'a' }]),
  );
  assert.equal(picks, [
    ['src/a.js', 'a'],
    ['test/b.test.js', 'b'],
    ['test/data.json', 'b'],
  ]);
  assert.equal(offers, []);
  const own = [...files.slice(0, 2), file('test/data.json', 'conflict', [added('a'), added('b')])];
  assert.equal(
    suggested(own, wholes, matrix(brought, [{ tests_of: 'b', code_of: 'a' }])).picks,
    [
      ['src/a.js', 'a'],
      ['test/data.json', 'a'],
    ],
    'what passed was both files together, and one of them is another here',
  );
});

test('tests of another that fail on the spine are the question, one for each author', () => {
  const files = [
    file('src/a.js', 'conflict', [version('a'), version('b')]),
    file('test/b.test.js', 'single', [added('b')]),
  ];
  const cells = [
    {
      tests_of: 'b',
      code_of: 'a',
      kind: 'caught' as const,
      failed_tests: ['x', 'y'],
      failed_tests_count: 2,
      logs: ['/l'],
    },
  ];
  const cross = matrix({ b: ['test/b.test.js'] }, cells);
  const { picks, questions } = suggested(files, [whole('a'), whole('b', APART)], cross);
  assert.equal(picks, [['src/a.js', 'a']]);
  const [question] = questions;
  assert.equal(
    [questions.length, question?.kind, question?.names, question?.logs],
    [1, 'test', ['x', 'y'], ['/l']],
  );
  const named = [parsePickOption(`${question?.id}=b`)];
  assert.equal(
    answerDesigns([{ path: 'src/a.js', from: 'a' }], named, {
      questions,
      files,
      labels: { B: 'b' },
    }).picks,
    [
      { path: 'src/a.js', from: 'a' },
      { path: 'test/b.test.js', from: 'b' },
    ],
  );
});

test('edits that others share, all or some, are asked about and never taken by themselves, what one alone made is not', () => {
  const edits = (models: string[]) => {
    const hunks = [hunkAt(1, 'own\n', ['a'], 'src/a.js'), hunkAt(9, 'both\n', models, 'src/a.js')];
    const versions = ['a', ...models].map((model) => version(model));
    return [file('src/a.js', 'disjoint', versions, { hunks })];
  };
  const wholes = [whole('a'), whole('b', APART), whole('c', APART)];
  for (const others of [wholes, [...wholes, whole('d', APART)]]) {
    const { picks, questions } = suggested(edits(['b', 'c']), others);
    assert.equal(picks, [['src/a.js', 'a']]);
    assert.equal(
      questions.map(({ kind, names, options }) => [kind, names, options[0]?.picks?.length]),
      [['graft', ['src/a.js'], 1]],
    );
  }
  const single = suggested(edits(['b']), wholes);
  assert.equal([single.picks, single.questions], [[['src/a.js', 'a']], []]);
  const twins = suggested(edits(['b', 'c']), [whole('a'), whole('b=c', APART)]);
  assert.is(twins.questions.length, 1, 'equal wholes are two voices');
});

test('what is red with the spine and green with another is asked once for the same models', () => {
  const files = [file('src/a.js', 'conflict', [version('a'), version('b')])];
  const mendable = ['lint', 'test: y'].map((item) => ({ item, models: ['b'] }));
  const { questions } = suggested(files, [whole('a'), whole('b', APART)], null, mendable);
  assert.equal(
    questions.map(({ kind, names, options }) => [kind, names, options.map((it) => it.take)]),
    [['worse', ['lint', 'test: y'], ['b']]],
  );
});

test('a migration under another number is an alternative to that of the spine, and nothing to add', () => {
  const files = (own: string) => [
    file(own, 'single', [added('a')]),
    file('db/0003_add_users.sql', 'identical', [added('b'), added('c')]),
  ];
  const wholes = [whole('a'), whole('b', APART), whole('c', APART)];
  assert.equal(suggested(files('db/0004_users.sql'), wholes).questions, []);
  assert.equal(suggested(files('db/users.sql'), wholes).questions.length, 1);
});

test('nobody changed anything: nothing is suggested', () => {
  assert.is(suggestPicks({ files: [], wholes: [], cross: null }), null);
});

test.run();
