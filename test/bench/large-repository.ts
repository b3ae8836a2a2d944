/** A repository of 70 000 small files, and a change of 10 000 of them. */
import { join } from 'node:path';
import { git, gitLine } from '../../scripts/lib/git/git.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import type { Sandbox } from '../support/sandbox.ts';

const FOLDERS = 7_000;
const FILES_IN_FOLDER = 10;
/** One in seven: no folder is without a change, and none is changed as a whole. */
const SPREAD = 7;

/** All files, area by area: so many folders side by side are rare. */
export const PATHS: readonly string[] = Array.from(
  { length: FOLDERS * FILES_IN_FOLDER },
  (_, number) => {
    const folder = Math.floor(number / FILES_IN_FOLDER);
    return `area-${folder % 70}/folder-${folder}/file-${number % FILES_IN_FOLDER}.txt`;
  },
);
/** The 10 000 files that changes are about. */
export const CHANGED = PATHS.filter((_, number) => number % SPREAD === 0);
const DELETED = CHANGED.filter((_, number) => number % 10 === 0);
const ADDED = DELETED.map((path) => path.replace('/file-', '/new-'));
const MODIFIED = CHANGED.filter((_, number) => number % 10 > 1);

export interface LargeRepository extends AsyncDisposable {
  box: Sandbox;
  at: string;
  base: string;
  /** The tree of base with 8 000 files modified, 1 000 added and 1 000 deleted. */
  changed: string;
  /** The tree of base with one file modified. */
  changedOnce: string;
}

export async function largeRepository(): Promise<LargeRepository> {
  const box = await ownSandbox();
  const at = join(box.folder, 'project');
  await box.git(box.folder, 'init', '--quiet', at);
  await commit(at, 'main', new Map(PATHS.map((path) => [path, contentOf(path, 'base')])));
  await box.git(at, 'reset', '--quiet', '--hard', 'main');
  await commit(at, 'changed', changes(DELETED, [...MODIFIED, ...ADDED]), 'main');
  await commit(at, 'changed-once', changes([], CHANGED.slice(0, 1)), 'main');
  return {
    ...{ box, at },
    base: await gitLine(at, ['rev-parse', 'main']),
    changed: await gitLine(at, ['rev-parse', 'changed^{tree}']),
    changedOnce: await gitLine(at, ['rev-parse', 'changed-once^{tree}']),
    [Symbol.asyncDispose]: () => box[Symbol.asyncDispose](),
  };
}

/** A small text that no other file has, and the same file only under another name. */
export function contentOf(path: string, name: string): string {
  const lines = Array.from({ length: 10 }, (_, line) => `${line} of ${path}`);
  return [...lines.slice(0, 5), name, ...lines.slice(5), ''].join('\n');
}

function changes(deleted: readonly string[], written: readonly string[]) {
  return new Map([
    ...deleted.map((path) => [path, null] as const),
    ...written.map((path) => [path, contentOf(path, 'changed')] as const),
  ]);
}

/** Objects of a commit on top of another are loose, as those of a capture are. */
async function commit(
  at: string,
  branch: string,
  files: ReadonlyMap<string, string | null>,
  from?: string,
): Promise<void> {
  const commands = [...files].map(([path, content]) =>
    content === null
      ? `D ${path}\n`
      : `M 100644 inline ${path}\ndata ${Buffer.byteLength(content)}\n${content}\n`,
  );
  const head = `commit refs/heads/${branch}\ncommitter Bench <bench@localhost> 1700000000 +0000\ndata 0\n`;
  const parent = from === undefined ? '' : `from refs/heads/${from}^0\n`;
  const limit = `fastimport.unpackLimit=${from === undefined ? 1 : PATHS.length * 4}`;
  // No deltas: to look for them takes longer than all the rest.
  await git(at, ['-c', limit, 'fast-import', '--quiet', '--depth=0'], {
    input: head + parent + commands.join(''),
  });
}
