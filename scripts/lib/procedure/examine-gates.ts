/** Whether a result changed what it is judged by, and its tree with base's own gate files. */
import {
  type ChangedFile,
  findTampering,
  mayBeTampering,
  restoreGateFiles,
  type Tampering,
} from '../gates/tampering/tampering.ts';
import { readBlobs, writeBlobs } from '../git/blobs.ts';
import { type FileChange, listChanges } from '../git/changes.ts';
import { pathText, type RawPath, rawPathOf } from '../git/paths.ts';
import { type TreeEntry, treeOf, writeTreeWith } from '../git/trees.ts';

export interface Examined {
  tampered: Tampering[];
  /** The tree with base's gate files in it; null where that is the same tree. */
  asBase: string | null;
}

/** Nobody writes larger ones by hand. */
const MOST_BYTES = 4 * 1024 ** 2;

/** @param commands of the gates: a changed file that one of them names is a script */
export async function examineGates(
  topLevel: string,
  base: string,
  tree: string,
  commands: readonly string[],
): Promise<Examined> {
  const changes = await listChanges(topLevel, base, tree);
  const files = await withTexts(topLevel, changes);
  const tampered = findTampering(files, commands);
  if (tampered.length === 0) return { tampered, asBase: null };
  const restored = await restore(topLevel, tree, changes, files, tampered);
  return { tampered, asBase: restored === tree ? null : restored };
}

/** Contents are read only of files that can say something about gates. */
async function withTexts(topLevel: string, changes: readonly FileChange[]): Promise<ChangedFile[]> {
  const named = changes.map((change) => ({ change, file: nameOf(change) }));
  const wanted = named.filter(({ change, file }) => !change.binary && mayBeTampering(file));
  const oids = wanted.flatMap(({ change }) => [
    blobOf(change.oldMode, change.oldOid),
    blobOf(change.mode, change.oid),
  ]);
  const blobs = await readBlobs(
    topLevel,
    oids.filter((oid) => oid !== null),
  );
  const textOf = (mode: string | null, oid: string | null) => {
    if (oid === null || mode === null) return null;
    const blob = blobs.get(oid);
    return blob === undefined || blob.length > MOST_BYTES ? undefined : blob.toString('utf8');
  };
  const withText = new Set(wanted.map(({ change }) => change));
  return named.map(({ change, file }) => {
    if (!withText.has(change)) return file;
    const before = textOf(change.oldMode, change.oldOid);
    const after = textOf(change.mode, change.oid);
    return {
      ...file,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    };
  });
}

function nameOf({ path, oldPath, status }: FileChange): ChangedFile {
  return { path: pathText(path), old_path: oldPath === null ? null : pathText(oldPath), status };
}

/** Links and submodules have no text. */
function blobOf(mode: string | null, oid: string | null): string | null {
  return mode?.startsWith('100') ? oid : null;
}

async function restore(
  topLevel: string,
  tree: string,
  changes: readonly FileChange[],
  files: readonly ChangedFile[],
  tampered: readonly Tampering[],
): Promise<string> {
  const restorations = restoreGateFiles(files, tampered);
  const onBase = new Map<RawPath, TreeEntry>(
    changes.flatMap(({ path, oldPath, oldMode, oldOid }) =>
      oldMode === null || oldOid === null
        ? []
        : [[oldPath ?? path, { mode: oldMode, oid: oldOid }]],
    ),
  );
  const texts = restorations.flatMap(({ content }) =>
    content === null || content === 'base' ? [] : [content.text],
  );
  const oids = await writeBlobs(
    topLevel,
    texts.map((text) => Buffer.from(text)),
  );
  const entries = new Map<RawPath, TreeEntry | null>();
  for (const { path, content } of restorations) {
    const raw = rawPathOf(path);
    const before = onBase.get(raw);
    if (content === null) entries.set(raw, null);
    else if (content !== 'base')
      entries.set(raw, { mode: before?.mode ?? '100644', oid: oids.shift() ?? '' });
    else if (before !== undefined) entries.set(raw, before);
  }
  return writeTreeWith(topLevel, await treeOf(topLevel, tree), entries);
}
