import { git, type TrustedPlace } from './git.ts';
import { bytesOf, joinNul } from './paths.ts';
import { attributeFiles } from './stage-files.ts';
import { type Entries, listEntriesNamed, setEntries, withTemporaryIndex } from './trees.ts';
import { placeIn } from './trusted-git-dir.ts';

/**
 * Writes some files of a tree below an empty folder, as a checkout of that tree would: its own attributes count, and
 * what lies in any working tree plays no part.
 */
export async function checkoutFiles(
  place: TrustedPlace,
  tree: string,
  files: Entries,
  folder: string,
): Promise<void> {
  if (files.size === 0) return;
  const there = placeIn(place, folder);
  await withTemporaryIndex(there, 'empty', async (env) => {
    await setEntries(there, env, await attributesFor(there, tree, files));
    await setEntries(there, env, files);
    await git(there, ['checkout-index', '--force', '-z', '--stdin'], {
      env,
      input: joinNul([...files.keys()]),
    });
  });
}

/** To look for so many files one by one costs as much as to read a large tree. */
const FEW = 500;

/** The attributes files of a tree that may speak of the paths. */
async function attributesFor(place: TrustedPlace, tree: string, files: Entries): Promise<Entries> {
  const candidates = attributeFiles(files.keys());
  if (candidates.size > FEW) {
    const all = await listEntriesNamed(place, tree, '.gitattributes');
    return new Map(
      [...all].filter(([path, { mode }]) => candidates.has(path) && mode.startsWith('100')),
    );
  }
  // A name with a line break in it cannot be asked for in lines.
  const paths = [...candidates].filter((path) => !path.includes('\n'));
  const { stdout } = await git(place, ['cat-file', '--batch-check=%(objecttype) %(objectname)'], {
    input: bytesOf(paths.map((path) => `${tree}:${path}\n`).join('')),
  });
  const answers = stdout.toString('latin1').split('\n');
  return new Map(
    paths.flatMap((path, at) => {
      const oid = /^blob ([0-9a-f]+)$/.exec(answers[at] ?? '')?.[1];
      return oid === undefined ? [] : [[path, { mode: '100644', oid }] as const];
    }),
  );
}
