/** How much memory our own process takes when a model changes a binary of 100 MB. Linux only: it is read in /proc. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sandbox } from '../support/sandbox.ts';
import { scriptedModels } from '../support/scripted-models.ts';
import { peaksOf } from './peaks.ts';
import type { Measured } from './run-bench.ts';

const MEGABYTE = 1 << 20;
const SIZE = 100 * MEGABYTE;
const BOUND_MB = 150;

export async function memory(): Promise<Measured[]> {
  if (process.platform !== 'linux') return [];
  await using box = await sandbox();
  const models = await scriptedModels(box.folder, { one: 'console.log(1)' });
  const cwd = await box.repository({ ...models, 'large.bin': randomBytes(SIZE) });
  await box.mm(cwd, 'start-session', '--task', 'x', '--host', 'none');
  const { json } = await box.mm(cwd, 'make-worktrees');
  await writeFile(join(json.worktrees[0].path, 'large.bin'), randomBytes(SIZE));
  const measured: Measured[] = [];
  for (const words of [
    ['capture-diff', '--all'],
    ['apply-picks', '--take', 'one'],
    ['apply-picks', '--undo'],
  ]) {
    const { own, largestChild } = await peaksOf(box, cwd, words);
    const name = `${words.join(' ')}, 100 MB changed (Linux)`;
    measured.push(
      { name, megabytes: own, bound: BOUND_MB },
      { name: '  the largest git in it', megabytes: largestChild, bound: null },
    );
  }
  return measured;
}
