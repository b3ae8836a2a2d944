/** What a model has changed so far: a quick look while it works, that writes nothing and starts nothing of the model's. */
import { createHash } from 'node:crypto';
import { git } from '../git/git.ts';
import { splitNul } from '../git/paths.ts';
import { look } from '../git/survey.ts';
import type { Workplace } from './capture.ts';

export interface WorktreeActivity {
  changedFiles: number;
  /** Another one as soon as any of them is written again. */
  fingerprint: string;
}

/** A fifo in the place of an ignore file would be waited for for ever. */
const PATIENCE_MS = 10_000;

/** @throws Failure when git cannot tell: then nothing is known, which is no reason to disturb the model */
export async function readActivity(workplace: Workplace): Promise<WorktreeActivity> {
  const { place, directory, indexFile, without } = workplace;
  const options = { env: { GIT_INDEX_FILE: indexFile }, timeoutMs: PATIENCE_MS };
  const lists = await Promise.all([
    git(place, ['diff-files', '--name-only', '-z', '--ignore-submodules'], options),
    git(place, ['ls-files', '--others', '--exclude-standard', '-z'], options),
  ]);
  const paths = lists
    .flatMap(({ stdout }) => splitNul(stdout))
    .filter((path) => !without.some((own) => path === own || path.startsWith(`${own}/`)));
  const hash = createHash('sha1');
  for (const path of paths) {
    const found = look(directory, path);
    hash.update(`${path}\0${found?.mtimeNs} ${found?.size}\0`, 'latin1');
  }
  return { changedFiles: paths.length, fingerprint: hash.digest('hex') };
}
