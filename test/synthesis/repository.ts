/** A bare-bones repository for these tests: trees made from object literals, without a working tree. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readBlobs, writeBlobs } from '../../scripts/lib/git/blobs.ts';
import { git } from '../../scripts/lib/git/git.ts';
import { bytesOf, type RawPath } from '../../scripts/lib/git/paths.ts';
import { readTree, type TreeEntry, writeTreeWith } from '../../scripts/lib/git/trees.ts';

/** Bytes as latin1 text, with a mode where it is no plain file; null takes the path out. */
export type Content = string | { mode: string; content: string } | null;
export type Files = Record<RawPath, Content>;

const SUBMODULE = '160000';

export const executable = (content: string): Content => ({ mode: '100755', content });
export const link = (target: string): Content => ({ mode: '120000', content: target });
export const submodule = (commit: string): Content => ({ mode: SUBMODULE, content: commit });

const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

export interface TestRepository {
  directory: string;
  /** Writes a tree: another one (or the empty one) with these paths replaced. */
  tree: (files: Files, from?: string) => Promise<string>;
  /** What a tree holds: content, with the mode in front where it is no plain file. */
  read: (tree: string) => Promise<Record<RawPath, string>>;
}

export async function makeRepository(folder: string): Promise<TestRepository> {
  const directory = join(folder, 'repository');
  await mkdir(directory);
  await git(directory, ['init', '--quiet']);
  return {
    directory,
    tree: async (files, from = EMPTY_TREE) =>
      writeTreeWith(directory, from, await writeEntries(directory, files)),
    read: (tree) => readFiles(directory, tree),
  };
}

async function writeEntries(
  directory: string,
  files: Files,
): Promise<Map<RawPath, TreeEntry | null>> {
  const present = Object.entries(files).flatMap(([path, file]) => {
    if (file === null) return [];
    const plain = typeof file === 'string' ? { mode: '100644', content: file } : file;
    return [{ path, ...plain }];
  });
  const oids = await writeBlobs(
    directory,
    present.map(({ content }) => bytesOf(content)),
  );
  const entries = new Map<RawPath, TreeEntry | null>(
    Object.keys(files).map((path) => [path, null] as const),
  );
  for (const [index, { path, mode, content }] of present.entries())
    entries.set(path, { mode, oid: mode === SUBMODULE ? content : (oids[index] ?? '') });
  return entries;
}

async function readFiles(directory: string, tree: string): Promise<Record<RawPath, string>> {
  const entries = [...(await readTree(directory, tree))];
  const blobs = await readBlobs(
    directory,
    entries.flatMap(([, { mode, oid }]) => (mode === SUBMODULE ? [] : oid)),
  );
  return Object.fromEntries(
    entries.map(([path, { mode, oid }]) => {
      const content = blobs.get(oid)?.toString('latin1') ?? oid;
      return [path, mode === '100644' ? content : `${mode} ${content}`];
    }),
  );
}
