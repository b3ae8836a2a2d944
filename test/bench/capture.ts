/** What it costs to capture a worktree of 70 000 files, in multiples of the bare git commands that make the patch. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyIndex } from '../../scripts/lib/git/trees.ts';
import { captureModel } from '../../scripts/lib/session/capture.ts';
import { trustedIndex, type WorktreeRecord } from '../../scripts/lib/session/session.ts';
import { makeWorktrees } from '../../scripts/lib/session/worktrees.ts';
import { makeSession } from '../support/sessions.ts';
import { bareGit, bareTree } from './bare-git.ts';
import { CHANGED, contentOf, type LargeRepository, largeRepository } from './large-repository.ts';
import { compareSides, type Side } from './rounds.ts';
import type { Measured } from './run-bench.ts';

const MODEL = 'claude';
const BOUND = 1.3;

export async function capture(): Promise<Measured[]> {
  await using large = await largeRepository();
  return [
    ...(await captureOf(large, CHANGED.slice(0, 1), { name: '1 file of 70 000', rounds: 9 })),
    ...(await captureOf(large, CHANGED, { name: '10 000 files of 70 000', rounds: 3 })),
  ];
}

async function captureOf(
  { at, box }: LargeRepository,
  paths: readonly string[],
  { name, rounds }: { name: string; rounds: number },
): Promise<Measured[]> {
  const { repository, session } = await makeSession(at);
  const [record] = await makeWorktrees(repository, session, {
    ...{ models: [MODEL], start: session.data.base, provided: [] },
    onProgress: () => undefined,
  });
  if (record === undefined) throw new Error('no worktree was made');
  // Other contents each time: whoever comes second would find the objects of the first.
  const change = (side: string) => async (round: number) =>
    writeAll(record.path, paths, `${name}, ${side}, ${round}`);
  const ours: Side = {
    prepare: change('ours'),
    steps: [() => captureModel(repository, session, MODEL, 1)],
  };
  const trusted = trustedIndex(session, record);
  const floor: Side = {
    prepare: change('floor'),
    steps: [() => bareCapture(record, trusted, session.data.base, box.folder)],
  };
  return compareSides([{ name, bound: BOUND }], ours, floor, { rounds });
}

function writeAll(directory: string, paths: readonly string[], name: string): void {
  for (const path of paths) writeFileSync(join(directory, path), contentOf(path, name));
}

async function bareCapture(
  { path }: WorktreeRecord,
  trusted: string,
  base: string,
  folder: string,
): Promise<void> {
  const indexFile = join(folder, 'bare-index');
  await copyIndex(trusted, indexFile);
  const tree = await bareTree(path, indexFile);
  const words = ['diff-tree', '-r', '-p', '--binary', '--full-index', '--find-renames'];
  await bareGit(path, [...words, base, tree], { into: join(folder, 'bare.diff') });
}
