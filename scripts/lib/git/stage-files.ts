/** New contents of files, made ready in a folder of their own before one of them takes its place. */
import { readFileSync } from 'node:fs';
import { mkdirSync, writeFileSync } from '../disk.ts';
import { git, type TrustedPlace } from './git.ts';
import { joinNul, type RawPath } from './paths.ts';
import { type KnownFolders, kindOf, parentOf, placeOf } from './survey.ts';
import { type Entries, setEntries, withTemporaryIndex } from './trees.ts';
import { asBytes, placeIn } from './trusted-git-dir.ts';

/**
 * Writes the entries as files below a folder, as they will be in the working tree: converted by the attributes that
 * hold there afterwards, which are the staged ones, and for the rest those that lie there now.
 */
export async function stageFiles(
  place: TrustedPlace,
  entries: Entries,
  folder: string,
): Promise<void> {
  const stage = placeIn(place, folder);
  const files = new Map([...entries].filter(([, entry]) => entry !== null));
  if (files.size === 0) return;
  const known: KnownFolders = new Map();
  for (const path of attributeFiles(files.keys())) {
    if (!entries.has(path)) copyAttributes(place.directory, path, folder, known);
  }
  const paths = [...files.keys()];
  const attributes = paths.filter(isAttributesFile);
  const others = paths.filter((path) => !isAttributesFile(path));
  await withTemporaryIndex(stage, 'empty', async (env) => {
    await setEntries(stage, env, files);
    for (const group of [attributes, others]) {
      if (group.length === 0) continue;
      await git(stage, ['checkout-index', '--force', '-z', '--stdin'], {
        env,
        input: joinNul(group),
      });
    }
  });
}

/**
 * The same for entries whose bytes are those of their objects: all side by side, under numbers. A folder of their own
 * for each folder of theirs would cost as much as the files.
 * @returns where each of them lies below the folder
 */
export async function stageAsBytes(
  place: TrustedPlace,
  entries: Entries,
  folder: string,
): Promise<Map<RawPath, RawPath>> {
  const files = [...entries].filter(([, entry]) => entry !== null);
  const names = new Map(files.map(([path], number) => [path, String(number)]));
  if (files.length === 0) return names;
  const stage = placeIn(asBytes(place), folder);
  await withTemporaryIndex(stage, 'empty', async (env) => {
    await setEntries(stage, env, new Map(files.map(([, entry], number) => [`${number}`, entry])));
    await git(stage, ['checkout-index', '--force', '--all'], { env });
  });
  return names;
}

export function isAttributesFile(path: RawPath): boolean {
  return /(^|\/)\.gitattributes$/.test(path);
}

/** Every place where attributes of the paths may be written. */
export function attributeFiles(paths: Iterable<RawPath>): Set<RawPath> {
  const found = new Set<RawPath>();
  for (const path of paths) {
    const folders = path.split('/').slice(0, -1);
    for (let depth = folders.length; depth >= 0; depth--) {
      const file = [...folders.slice(0, depth), '.gitattributes'].join('/');
      if (found.has(file)) break;
      found.add(file);
    }
  }
  return found;
}

function copyAttributes(
  directory: string,
  path: RawPath,
  folder: string,
  known: KnownFolders,
): void {
  if (kindOf(directory, path, known) !== 'file') return;
  mkdirSync(placeOf(folder, parentOf(path)), { recursive: true });
  writeFileSync(placeOf(folder, path), readFileSync(placeOf(directory, path)));
}
