/** How much files have to do with something red: they are named where it is told, or in the test that it is. */
import { readEnd } from '../gates/log.ts';
import { readBlobs } from '../git/blobs.ts';
import { pathText, type RawPath } from '../git/paths.ts';
import { readTree } from '../git/trees.ts';
import type { TargetResult } from './gate-record.ts';
import { isOfGate } from './red-items.ts';

/** Gives for a path and something red a number from 0 to 1. */
export async function relationsIn(
  directory: string,
  proof: TargetResult,
): Promise<(file: { path: RawPath }, item: string) => number> {
  const red = proof.gates.filter(({ status }) => status !== 'pass');
  const outputs = new Map<string, string>();
  for (const { name, log } of red) outputs.set(name, await readEnd(log));
  const output = [...outputs.values()].join('\n');
  const texts = await textsNamedIn(output, directory, proof.tree);
  const known = new Map<string, string>();
  return ({ path }, item) => {
    const words = known.get(item) ?? wordsAbout(item, outputs, texts);
    known.set(item, words);
    return Math.min(mentions(words, pathText(path)) / 10, 1);
  };
}

/** The contents of the files that an output names. */
async function textsNamedIn(output: string, directory: string, tree: string): Promise<string[]> {
  const named = [...(await readTree(directory, tree))].filter(
    ([path, { mode }]) => mode.startsWith('100') && output.includes(pathText(path)),
  );
  const oids = named.slice(0, MOST_FILES).map(([, { oid }]) => oid);
  return [...(await readBlobs(directory, oids)).values()].map((content) =>
    content.toString('latin1'),
  );
}

const MOST_FILES = 50;

/** What something is called, the text of its test, and what its gate printed where no file has a test of that name. */
function wordsAbout(
  item: string,
  outputs: ReadonlyMap<string, string>,
  texts: readonly string[],
): string {
  const test = item.split(/: | > /).at(-1) ?? item;
  const printed = [...outputs].flatMap(([gate, text]) => (isOfGate(item, gate) ? text : []));
  const own = texts.filter((text) => text.includes(test));
  return [item, ...(own.length > 0 ? own : [...printed, ...texts])].join('\n');
}

/** How often a path, or at least its name, is spoken of. */
function mentions(text: string, path: string): number {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const stem = name.replace(/\..*$/, '');
  const times = (word: string) => (word.length < 3 ? 0 : Math.min(text.split(word).length - 1, 9));
  return times(path) * 4 + times(name) * 2 + times(stem);
}
