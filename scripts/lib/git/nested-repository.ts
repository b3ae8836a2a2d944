/** Repositories inside a working tree. Their configuration plays no part: what lies in them is anybody's. */
import { lstatSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { gitLineOrNull, type TrustedPlace } from './git.ts';
import type { RawPath } from './paths.ts';
import { placeOf } from './survey.ts';

export interface NestedRepository {
  path: RawPath;
  kind: 'submodule' | 'repository';
  /** The commit that its HEAD names; null: it has none. */
  head: string | null;
  /** Whether it holds what the tree does not: a history of its own, or, in a submodule, changes or another commit. */
  holdsMore: boolean;
}

export interface OpenedNested {
  /** Its working tree. */
  directory: string;
  gitDir: string | null;
  head: string | null;
}

/** Where a nested repository's git directory is, and its HEAD. */
export async function openNested(
  { directory }: TrustedPlace,
  path: RawPath,
): Promise<OpenedNested> {
  const nested = placeOf(directory, path).toString('utf8');
  const gitDir = gitDirOf(nested);
  if (gitDir === null) return { directory: nested, gitDir, head: null };
  const head = await gitLineOrNull(
    directory,
    ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'],
    { env: { GIT_DIR: gitDir, GIT_WORK_TREE: nested } },
  );
  const isOne = head !== null && /^[0-9a-f]+$/.test(head);
  return { directory: nested, gitDir, head: isOne ? head : null };
}

/** Where a nested repository's git directory is; null when it cannot be told. */
export function gitDirOf(nested: string): string | null {
  const place = join(nested, '.git');
  const found = lstatSync(place, { throwIfNoEntry: false });
  if (found?.isDirectory()) return place;
  if (!found?.isFile()) return null;
  const target = /^gitdir: (.*?)\n*$/s.exec(readFileSync(place, 'utf8'))?.[1];
  if (target === undefined) return null;
  return isAbsolute(target) ? target : join(nested, target);
}

/** What all working trees of a repository share, of a git directory of one of them; read as a file. */
export function commonDirOf(gitDir: string): string {
  const pointer = join(gitDir, 'commondir');
  if (!lstatSync(pointer, { throwIfNoEntry: false })?.isFile()) return gitDir;
  const target = readFileSync(pointer, 'utf8').replace(/\n$/, '');
  return isAbsolute(target) ? target : join(gitDir, target);
}

/**
 * A nested repository seen through the trusted git directory of the outer one, with its own objects to read. Nothing
 * that is sparse in the outer one is so in here, and what git-lfs keeps lies with it.
 */
export function nestedPlace(
  place: TrustedPlace,
  { directory, gitDir }: { directory: string; gitDir: string },
): TrustedPlace {
  const common = commonDirOf(gitDir);
  const settings = {
    'core.sparseCheckout': 'false',
    'lfs.storage': join(common, 'lfs'),
    // The outer one's remotes have nothing to give here.
    'protocol.allow': 'never',
  };
  const entries = Object.entries(settings).flatMap(([key, value], at) => [
    [`GIT_CONFIG_KEY_${at}`, key],
    [`GIT_CONFIG_VALUE_${at}`, value],
  ]);
  return {
    directory,
    env: {
      ...place.env,
      ...Object.fromEntries(entries),
      GIT_CONFIG_COUNT: String(Object.keys(settings).length),
      GIT_WORK_TREE: directory,
      GIT_ALTERNATE_OBJECT_DIRECTORIES: quoted(join(common, 'objects')),
    },
  };
}

/** As git reads a list of folders that is divided by colons. */
function quoted(path: string): string {
  return `"${path.replaceAll(/["\\]/g, '\\$&')}"`;
}
