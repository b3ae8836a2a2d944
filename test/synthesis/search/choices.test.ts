import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compareCandidates } from '../../../scripts/lib/synthesis/compare.ts';
import type { Picks } from '../../../scripts/lib/synthesis/picks.ts';
import { questionsIn } from '../../../scripts/lib/synthesis/questions.ts';
import { resolvePicks } from '../../../scripts/lib/synthesis/resolve-picks.ts';
import { changesIn, choicesIn, picksOf } from '../../../scripts/lib/synthesis/search/choices.ts';
import { synthesize } from '../../../scripts/lib/synthesis/synthesize.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { seededRandom } from '../random.ts';
import { makeRepository } from '../repository.ts';

const LINES = Array.from({ length: 12 }, (_, at) => `line ${at}\n`);
const edited = (changes: Record<number, string>) =>
  LINES.map((line, at) => changes[at] ?? line).join('');

async function project(folder: string) {
  const { directory, tree, read } = await makeRepository(folder);
  const base = await tree({ both: edited({}), one: edited({}), gone: 'gone\n', same: 'same\n' });
  const candidates = [
    {
      model: 'claude',
      tree: await tree(
        {
          both: edited({ 1: 'c\n', 5: 'dispute c\n' }),
          one: edited({ 2: 'a\n', 8: 'b\n' }),
          gone: null,
          same: 'x\n',
        },
        base,
      ),
    },
    {
      model: 'gpt',
      tree: await tree(
        { both: edited({ 5: 'dispute g\n', 9: 'g\n' }), gone: 'kept\n', same: 'x\n' },
        base,
      ),
    },
  ];
  const files = await compareCandidates(directory, base, candidates);
  const models = candidates.map(({ model }) => model);
  const make = async (picks: Picks) => {
    const made = await synthesize(directory, base, resolvePicks(picks, { files, models }));
    return made.tree === null ? null : await read(made.tree);
  };
  return { comparison: { files, questions: questionsIn(files) }, files, make };
}

const PICKS: Picks = {
  picks: [
    { path: 'both', from: 'claude', why: 'it is better' },
    { path: 'one', from: 'claude' },
    { path: 'same', from: 'gpt' },
  ],
};

test('one choice for each path, question, and hunk that nobody disputes; where they stand', async () => {
  await using folder = await temporaryFolder();
  const { comparison, files } = await project(folder.path);
  const choices = choicesIn(comparison, PICKS);
  const [question] = comparison.questions;
  const named = choices.map(({ name, options, start }) => [
    name.replace(/h[0-9a-f]{8}/, 'h'),
    options
      .map(({ source }) => source)
      .sort()
      .join(),
    options[start]?.source,
  ]);
  assert.equal(named, [
    [`both (${question?.id})`, 'base,claude,gpt', 'claude'],
    ['both (h)', 'base,claude', 'claude'],
    ['both (h)', 'base,gpt', 'base'],
    ['gone', 'base,claude,gpt', 'base'],
    ['one (h)', 'base,claude', 'claude'],
    ['one (h)', 'base,claude', 'claude'],
    ['same', 'base,claude+gpt', 'claude+gpt'],
  ]);
  const starts = choices.map(({ start }) => start);
  assert.equal(picksOf(choices, starts, files, PICKS), PICKS, 'what stays as it was is left alone');
  const gpt = choices[0]?.options.findIndex(({ source }) => source === 'gpt') ?? -1;
  const other = [gpt, ...starts.slice(1)];
  assert.equal(changesIn(choices, other), [`both (${question?.id}): claude -> gpt`]);
});

test('every mix of options is what it says', async () => {
  await using folder = await temporaryFolder();
  const { comparison, files, make } = await project(folder.path);
  const random = seededRandom(7);
  const choices = choicesIn(comparison, PICKS);
  for (let round = 0; round < 24; round++) {
    const mix = choices.map(({ options }) => random(options.length));
    const source = (path: string, at: number) => {
      const own = choices.flatMap((choice, place) => (choice.path === path ? [place] : []));
      const place = own[at] ?? 0;
      return choices[place]?.options[mix[place] ?? 0]?.source ?? 'base';
    };
    const made = await make(picksOf(choices, mix, files, PICKS));
    const dispute = { base: undefined, claude: 'dispute c\n', gpt: 'dispute g\n' };
    const wanted: Record<number, string> = {};
    const said = dispute[source('both', 0) as keyof typeof dispute];
    if (said !== undefined) wanted[5] = said;
    if (source('both', 1) !== 'base') wanted[1] = 'c\n';
    if (source('both', 2) !== 'base') wanted[9] = 'g\n';
    assert.is(made?.both, edited(wanted), `${mix}`);
    const gone = { base: 'gone\n', claude: undefined, gpt: 'kept\n' };
    assert.is(made?.gone, gone[source('gone', 0) as keyof typeof gone]);
    assert.is(made?.same, source('same', 0) === 'base' ? 'same\n' : 'x\n');
    const one = [source('one', 0), source('one', 1)];
    const lines: Record<number, string> = {};
    if (one[0] !== 'base') lines[2] = 'a\n';
    if (one[1] !== 'base') lines[8] = 'b\n';
    assert.is(made?.one, edited(lines));
  }
});

test.run();
