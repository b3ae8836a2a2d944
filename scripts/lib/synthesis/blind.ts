/** Labels instead of models, so that a judge sees work and not names. */
import { randomInt } from 'node:crypto';
import type { ComparedFile, SharedHunk } from './compare.ts';

/** Label to model. */
export type LabelMap = Record<string, string>;

/**
 * Gives the models the labels A, B, C, ... in a random order.
 * @param random a random integer from 0, below its argument
 */
export function blindLabels(
  models: readonly string[],
  random: (below: number) => number = (below) => randomInt(below),
): LabelMap {
  const shuffled = [...models];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const chosen = random(last + 1);
    [shuffled[last], shuffled[chosen]] = [shuffled[chosen] ?? '', shuffled[last] ?? ''];
  }
  return Object.fromEntries(shuffled.map((model, index) => [labelAt(index), model]));
}

/** A to Z, then AA, AB, ... */
function labelAt(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : labelAt(Math.floor(index / 26) - 1) + letter;
}

/**
 * The comparison with labels for models; whatever was in the order of the models is put in the order of the labels.
 * Contents stay as they are: a model that wrote its name into a file can be known by it.
 */
export function relabel(files: readonly ComparedFile[], labels: LabelMap): ComparedFile[] {
  const labelOf = new Map(Object.entries(labels).map(([label, model]) => [model, label]));
  const blind = (model: string): string => {
    const label = labelOf.get(model);
    // The message must not give the model away either.
    if (label === undefined) throw new Error('A model has no label in this label map.');
    return label;
  };
  const all = (models: readonly string[]) => models.map(blind).sort(byLabel);
  const shared = (hunk: SharedHunk) => ({ ...hunk, models: all(hunk.models) });
  return files.map((file) => ({
    ...file,
    versions: file.versions
      .map((version) => ({ ...version, model: blind(version.model) }))
      .sort((a, b) => byLabel(a.model, b.model)),
    groups: file.groups.map(all).sort(([a = ''], [b = '']) => byLabel(a, b)),
    hunks: file.hunks.map(shared),
    disputes: file.disputes.map((group) => group.map(shared)),
  }));
}

/** A before Z before AA. */
function byLabel(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : Number(a > b));
}
