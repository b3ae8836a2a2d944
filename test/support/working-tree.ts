/** Working trees for tests of single functions: read and seen through git directories as the product makes them. */
import { join } from 'node:path';
import { git, gitLine, type TrustedPlace } from '../../scripts/lib/git/git.ts';
import type { RawPath } from '../../scripts/lib/git/paths.ts';
import { type Sight, sightOfEntry } from '../../scripts/lib/git/present-files.ts';
import { openRepository } from '../../scripts/lib/git/repository.ts';
import { look } from '../../scripts/lib/git/survey.ts';
import { readTree, withTemporaryIndex } from '../../scripts/lib/git/trees.ts';
import {
  makeTrustedGitDirs,
  type Trust,
  trustedPlace,
} from '../../scripts/lib/git/trusted-git-dir.ts';
import { readWorkingTree } from '../../scripts/lib/git/working-tree.ts';
import { readMainTreeAlone } from '../../scripts/lib/session/main-tree.ts';
import type { Sandbox } from './sandbox.ts';

/** The tree of what lies there, alone. */
export async function writeWorkingTree(
  place: TrustedPlace,
  indexFile: string,
  without: readonly string[] = [],
): Promise<string> {
  return (await readWorkingTree({ place, indexFile, without })).tree;
}

/** What lies in a working tree now, as a tree. */
export async function workingTree(directory: string): Promise<string> {
  return readMainTreeAlone(await openRepository(directory));
}

/** What lies in a working tree, as a tree; whatever its names are made of. */
export async function treeOnDisk(directory: string): Promise<string> {
  return withTemporaryIndex(directory, 'empty', async (env) => {
    await git(directory, ['add', '--all', '--force'], { env });
    return gitLine(directory, ['write-tree'], { env });
  });
}

/** A repository's working tree through each kind of trusted git directory, filled from what holds at this moment. */
export async function makePlaces(
  box: Sandbox,
  directory: string,
  name = 'trust',
): Promise<Record<Trust, TrustedPlace>> {
  const repository = await openRepository(directory);
  const folder = join(box.folder, name);
  await makeTrustedGitDirs(folder, repository);
  const place = (trust: Trust) =>
    trustedPlace(join(folder, trust), repository.commonDir, repository.topLevel);
  return { main: place('main'), worktrees: place('worktrees'), bytes: place('bytes') };
}

/** Names and contents of a tree; a mode in front of what is no plain file. A submodule's content is its commit. */
export async function showTree(directory: string, tree: string): Promise<Record<RawPath, string>> {
  const shown: Record<RawPath, string> = {};
  for (const [path, { mode, oid }] of await readTree(directory, tree)) {
    const content =
      mode === '160000'
        ? oid
        : (await git(directory, ['cat-file', 'blob', oid])).stdout.toString('latin1');
    shown[path] = `${mode === '100644' ? '' : `${mode} `}${content}`;
  }
  return shown;
}

/** Of what lies at a path now. */
export function sightOf(directory: string, path: RawPath): Sight {
  return sightOfEntry(look(directory, path));
}
