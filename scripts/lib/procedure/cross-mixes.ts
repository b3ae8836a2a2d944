/** Whose tests on whose code: the trees, made before anything runs. */
import { belongsToTests } from '../exam/roles.ts';
import { BASE } from '../gates/cross-tests.ts';
import {
  type AddedFiles,
  addedFiles,
  crossEntries,
  isProgram,
  testsIn,
} from '../gates/cross-trees.ts';
import { readBlobSizes } from '../git/blob-sizes.ts';
import { readBlobs } from '../git/blobs.ts';
import { type EntryChange, listEntryChanges } from '../git/changes.ts';
import { filesAt } from '../git/files-at.ts';
import { pathText } from '../git/paths.ts';
import type { Repository } from '../git/repository.ts';
import { treeOf, writeTreeWith } from '../git/trees.ts';
import { inParallel } from '../process/in-parallel.ts';
import { isRegularFile } from '../synthesis/read-hunks.ts';

export interface Mix {
  /** A model, or base. */
  testsOf: string;
  codeOf: string;
  /** Null where tests and code cannot be one tree. */
  tree: string | null;
  /** A name of its own in progress and in the folders of logs. */
  target: string;
  /** Files that the tests need, and that this code does not have, or has others in their place. */
  absent: string[];
}

export interface Mixes {
  models: { model: string; files: string[] }[];
  /** Base's tests and those of whoever brought some, on base and on each model's code; none where nobody brought any. */
  mixes: Mix[];
  /** Of whose new files some stay behind: its tests on its own code without these. */
  controls: Mix[];
}

interface Author {
  model: string;
  tree: string;
  changes: EntryChange[];
  /** Its tests, and what goes along with them. */
  brought: EntryChange[];
  added: AddedFiles;
}

/** Of one file, and of tests and of other code together: nobody writes more by hand. */
const MOST_BYTES = 1_000_000;
const MOST_READ = 8 * 1024 ** 2;

const NOTHING: AddedFiles = { companions: [], named: [], rest: [] };

export async function mixTests(
  { topLevel }: Repository,
  base: string,
  candidates: readonly { model: string; tree: string }[],
): Promise<Mixes> {
  const baseFiles = await filesAt(topLevel, base).list();
  const authors = await inParallel(4, candidates, async ({ model, tree }) => {
    const changes = await listEntryChanges(topLevel, base, tree);
    return { model, tree, changes, ...(await readBrought(topLevel, changes, baseFiles)) };
  });
  const models = authors.map(({ model, brought }) => ({
    model,
    files: brought.map(({ path }) => pathText(path)),
  }));
  const bringing = authors.filter(({ brought }) => brought.length > 0);
  if (bringing.length === 0) return { models, mixes: [], controls: [] };
  const tree = await treeOf(topLevel, base);
  const unchanged: Author = { model: BASE, tree, changes: [], brought: [], added: NOTHING };
  const nameOf = targetNames();
  const mix = async (tests: Author, code: Author, without: EntryChange[] = []): Promise<Mix> => ({
    testsOf: tests.model,
    codeOf: code.model,
    target: nameOf(tests.model, without.length > 0 ? `${code.model} alone` : code.model),
    tree: await writeMix(topLevel, code, tests, without),
    absent: absentFrom(code, tests),
  });
  const pairs = [unchanged, ...bringing].flatMap((tests) =>
    [unchanged, ...authors].map((code) => ({ tests, code })),
  );
  const mixes = await inParallel(2, pairs, ({ tests, code }) => mix(tests, code));
  const leaving = bringing.filter(({ added }) => added.rest.length > 0);
  const controls = await inParallel(2, leaving, (author) => mix(author, author, author.added.rest));
  return { models, mixes, controls };
}

async function readBrought(
  topLevel: string,
  changes: readonly EntryChange[],
  baseFiles: readonly string[],
): Promise<Pick<Author, 'brought' | 'added'>> {
  const tests = testsIn(changes);
  if (tests.length === 0) return { brought: [], added: NOTHING };
  const code = changes.filter(({ path }) => {
    const name = pathText(path);
    return isProgram(name) && !belongsToTests(name);
  });
  const textOf = (files: readonly EntryChange[]) => readTexts(topLevel, files);
  const texts = { tests: await textOf(tests), code: await textOf(code) };
  const added = addedFiles(changes, texts, baseFiles);
  return { brought: [...tests, ...added.companions], added };
}

/** The texts of what files became, one after the other, as far as there is room; large ones and binaries are left out. */
async function readTexts(topLevel: string, files: readonly EntryChange[]): Promise<string> {
  const blobs = files.flatMap(({ to }) => (to !== null && isRegularFile(to.mode) ? to.oid : []));
  const sizes = await readBlobSizes(topLevel, blobs);
  let left = MOST_READ;
  const small = [...new Set(blobs)].filter((blob) => {
    const size = sizes.get(blob) ?? MOST_READ;
    if (size > MOST_BYTES || size > left) return false;
    left -= size;
    return true;
  });
  const contents = [...(await readBlobs(topLevel, small)).values()];
  const texts = contents.filter((content) => !content.includes(0));
  return texts.map((content) => content.toString('utf8')).join('\n');
}

function absentFrom(code: Author, { added }: Author): string[] {
  const own = new Map(code.changes.map(({ path, to }) => [path, to?.oid]));
  const absent = [
    ...added.named.filter(({ path }) => own.get(path) === undefined),
    ...added.companions.filter(({ path, to }) => (own.get(path) ?? to?.oid) !== to?.oid),
  ];
  return absent.map(({ path }) => pathText(path));
}

async function writeMix(
  topLevel: string,
  code: Author,
  tests: Author,
  without: readonly EntryChange[],
): Promise<string | null> {
  const entries = crossEntries(code.changes, tests.changes, tests.brought);
  for (const { path } of without) entries?.set(path, null);
  return entries && writeTreeWith(topLevel, code.tree, entries);
}

/** Of a name, so much: two of them are the name of a folder. */
const MOST_CHARACTERS = 80;

/** Gives names that stay different as folders, in which `gpt#2` and `gpt-2` would be one. */
function targetNames(): (testsOf: string, codeOf: string) => string {
  const taken = new Set<string>();
  return (testsOf, codeOf) => {
    const [tests, code] = [testsOf, codeOf].map((model) => model.slice(0, MOST_CHARACTERS));
    const stem = `tests of ${tests} on ${code}`;
    for (let count = 1; ; count++) {
      const name = count === 1 ? stem : `${stem}, ${count}`;
      const folder = name.replaceAll(/[^\w.-]/g, '-').toLowerCase();
      if (taken.has(folder)) continue;
      taken.add(folder);
      return name;
    }
  };
}
