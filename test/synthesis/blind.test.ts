import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { blindLabels, relabel } from '../../scripts/lib/synthesis/blind.ts';
import { compareCandidates } from '../../scripts/lib/synthesis/compare.ts';
import { comparisonMarkdown } from '../../scripts/lib/synthesis/markdown.ts';
import { questionsIn } from '../../scripts/lib/synthesis/questions.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { seededRandom } from './random.ts';
import { makeRepository } from './repository.ts';

const MODELS = ['claude', 'gemini', 'gpt', 'gpt#2'];

test('every model has one label, and every order comes up', () => {
  const random = seededRandom(3);
  const orders = new Set<string>();
  for (let round = 0; round < 300; round++) {
    const labels = blindLabels(MODELS, random);
    assert.equal(Object.keys(labels), ['A', 'B', 'C', 'D']);
    assert.equal(Object.values(labels).sort(), MODELS);
    orders.add(Object.values(labels).join());
  }
  assert.is(orders.size, 24);
  assert.equal(Object.values(blindLabels(MODELS)).sort(), MODELS);
  assert.equal(Object.keys(blindLabels(Array.from({ length: 28 }, String))).slice(25), [
    'Z',
    'AA',
    'AB',
  ]);
});

async function compareFour(folder: string) {
  const { directory, tree } = await makeRepository(folder);
  const base = await tree({ f: '1\n2\n3\n', g: 'x\n' });
  const candidates = await Promise.all(
    MODELS.map(async (model, index) => ({
      model,
      tree: await tree({ f: `${index % 3}\n2\n${index}\n`, [`only-${index}`]: 'n\n' }, base),
    })),
  );
  return compareCandidates(directory, base, candidates);
}

test('blind output names no model, and its order is that of the labels', async () => {
  await using folder = await temporaryFolder();
  const files = await compareFour(folder.path);
  const ids = files.map(({ hunks }) => hunks.map(({ id }) => id));
  for (let seed = 0; seed < 100; seed++) {
    const labels = blindLabels(MODELS, seededRandom(seed));
    const blind = relabel(files, labels);
    const shown =
      JSON.stringify(blind) + JSON.stringify(questionsIn(blind)) + comparisonMarkdown(blind);
    for (const model of MODELS) assert.not(shown.includes(model));
    for (const { versions, groups, hunks } of blind) {
      const lists = [versions.map(({ model }) => model), groups.map(([first]) => first)];
      for (const list of [...lists, ...groups, ...hunks.map(({ models }) => models)])
        assert.equal(list, [...list].sort());
    }
    assert.equal(
      blind.map(({ hunks }) => hunks.map(({ id }) => id)),
      ids,
    );
  }
});

test('labels and models are one to one, and a way back', async () => {
  await using folder = await temporaryFolder();
  const files = await compareFour(folder.path);
  const labels = { A: 'gpt', B: 'claude', C: 'gpt#2', D: 'gemini' };
  const back = Object.fromEntries(Object.entries(labels).map(([label, model]) => [model, label]));
  assert.equal(
    relabel(relabel(files, labels), back),
    relabel(files, Object.fromEntries(MODELS.map((model) => [model, model]))),
  );
});

test('a model without a label is a fault that does not name it', async () => {
  await using folder = await temporaryFolder();
  const files = await compareFour(folder.path);
  assert.throws(
    () => relabel(files, { A: 'claude' }),
    (error: Error) => MODELS.every((model) => !error.message.includes(model)),
  );
});

test.run();
