/**
 * Large files of git-lfs, which stand in a tree as small pointers to what lies elsewhere. A worktree has the content of
 * those that the main tree has the content of, from the store on this disk, and pointers in the place of the others.
 */
import { lstatSync } from 'node:fs';
import { unlinkSync } from '../disk.ts';
import { git, type TrustedPlace } from './git.ts';
import { hashOfFile } from './object-names.ts';
import { joinNul, type RawPath, splitNul } from './paths.ts';
import { type KnownFolders, kindOf, placeOf } from './survey.ts';
import { parseStage } from './trees.ts';
import { settingsOf } from './trusted-git-dir.ts';

/** git-lfs then writes pointers as they are, also where it has the content. */
const POINTERS_ONLY = { GIT_LFS_SKIP_SMUDGE: '1' };

/**
 * Writes the files of a commit into a working tree without any, and its index.
 * @param place one where git-lfs downloads nothing (trusted-git-dir.ts, `worktrees`)
 * @param like a working tree of the same repository; null: content wherever it is on this disk
 */
export async function writeLike(
  place: TrustedPlace,
  indexFile: string,
  commit: string,
  like: string | null,
): Promise<void> {
  const env = { GIT_INDEX_FILE: indexFile };
  const usesLfs = await isConfigured(place);
  const skip = usesLfs ? POINTERS_ONLY : {};
  await git(place, ['read-tree', '--reset', '-u', commit], { env: { ...env, ...skip } });
  if (!usesLfs) return;
  const content = (await listLargeFiles(place, env)).filter(
    ([path, oid]) => like === null || !isPointerIn(like, path, oid),
  );
  if (content.length === 0) return;
  // git does not write a file again that is as the index says.
  for (const [path] of content) unlinkSync(placeOf(place.directory, path));
  await git(place, ['checkout-index', '--force', '--index', '-z', '--stdin'], {
    env,
    input: joinNul(content.map(([path]) => path)),
  });
}

async function isConfigured(place: TrustedPlace): Promise<boolean> {
  const settings = await settingsOf(place);
  return settings.has('filter.lfs.smudge') || settings.has('filter.lfs.process');
}

/** The files there whose attributes name the filter of git-lfs, with what the index has of them. */
async function listLargeFiles(
  place: TrustedPlace,
  env: { GIT_INDEX_FILE: string },
): Promise<[RawPath, string][]> {
  const words = ['ls-files', '-z', '--stage', '--', ':(top,attr:filter=lfs)'];
  const { stdout } = await git(place, words, { env });
  const known: KnownFolders = new Map();
  return [...parseStage(splitNul(stdout))].flatMap(([path, { oid }]) =>
    // Not those that a sparse checkout left out.
    kindOf(place.directory, path, known) === 'file' ? [[path, oid]] : [],
  );
}

/** A pointer is shorter than that, by git-lfs's own rule. */
const LONGEST_POINTER_BYTES = 1024;

/** Whether a working tree has, byte for byte, what the object holds: then it is the pointer that lies there. */
function isPointerIn(directory: string, path: RawPath, oid: string): boolean {
  if (kindOf(directory, path) !== 'file') return false;
  const file = placeOf(directory, path);
  const size = lstatSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return size < LONGEST_POINTER_BYTES && hashOfFile(file, oid.length) === oid;
}
