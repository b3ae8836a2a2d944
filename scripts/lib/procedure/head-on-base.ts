/**
 * Gates find in a worktree what they find in the user's own tree while they work: HEAD on base with its history, nothing
 * staged, the result uncommitted. So `git describe`, lint-staged and whatever else asks git answer alike for base, for
 * every model, whether it committed or not, and for mixes.
 */
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { mkdir, rm } from '../disk.ts';
import { Refusal } from '../errors.ts';
import { git, gitLineOrNull } from '../git/git.ts';
import { copyIndex } from '../git/trees.ts';
import { isRunning, ownIdentity } from '../process/processes.ts';
import { adminDirOfWorkplace, isAsAtTheStart, type Workplace } from '../session/capture.ts';
import { readJsonOrNull, replaceJson } from '../session/files.ts';
import type { Session } from '../session/session.ts';

/** What is put back afterwards: whose HEAD it was, and beside it the index. */
const keptSchema = z.object({
  admin_dir: z.string(),
  /** A ref, or a commit where HEAD was detached. */
  head: z.string(),
  by: z.object({ pid: z.number(), started: z.string() }),
});

function keptFolder(session: Session): string {
  return join(session.directory, 'heads');
}

/**
 * Whatever a model committed or staged in its worktree is put back afterwards.
 * @param action is given the same place, to be read without heed to what is committed or staged in it meanwhile
 */
export async function withHeadOnBase<T>(
  workplace: Workplace,
  base: string,
  session: Session,
  action: (workplace: Workplace) => Promise<T>,
): Promise<T> {
  const adminDir = await adminDirOfWorkplace(workplace);
  if (adminDir === null) return action(workplace);
  const { start, startTree = start } = workplace;
  const onBase: Workplace = { ...workplace, startTree, isOnBase: true };
  const folder = join(keptFolder(session), basename(workplace.directory));
  const left = await readJsonOrNull(join(folder, 'head.json'), keptSchema);
  // Another process gates it at this moment.
  if (left !== null && (await isRunning(left.by))) return action(onBase);
  await putBack(folder);
  const env = { GIT_DIR: adminDir };
  const head = await gitLineOrNull(adminDir, ['rev-parse', '--verify', '--quiet', 'HEAD'], { env });
  if (head === base && isAsAtTheStart(adminDir, workplace)) return action(workplace);
  const ref = await gitLineOrNull(adminDir, ['symbolic-ref', '--quiet', 'HEAD'], { env });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await copyIndex(join(adminDir, 'index'), join(folder, 'index'));
  await replaceJson(join(folder, 'head.json'), {
    ...{ admin_dir: adminDir, head: ref ?? head ?? base, by: await ownIdentity() },
  });
  try {
    await putHeadOn(adminDir, base);
    return await action(onBase);
  } finally {
    await putBack(folder);
  }
}

/** HEAD names base, and the index holds it; files are left as they are. */
export async function putHeadOn(adminDir: string, base: string): Promise<void> {
  const env = { GIT_DIR: adminDir, GIT_INDEX_FILE: join(adminDir, 'index') };
  await git(adminDir, ['update-ref', '--no-deref', 'HEAD', base], { env });
  // What is the same keeps its times: tools that ask git read the other files alone.
  await git(adminDir, ['read-tree', '--reset', base], { env });
}

/** Puts back what killed processes left on base. Nothing runs there any more. */
export async function putHeadsBack(session: Session): Promise<void> {
  const folder = keptFolder(session);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const kept = await readJsonOrNull(join(folder, name, 'head.json'), keptSchema);
    if (kept === null || !(await isRunning(kept.by))) await putBack(join(folder, name));
  }
}

/**
 * While gates run in a model's worktree its HEAD and index are not the model's.
 * @throws Refusal `gates-running`
 */
export async function assertNotGated(session: Session, directory: string): Promise<void> {
  const file = join(keptFolder(session), basename(directory), 'head.json');
  const kept = await readJsonOrNull(file, keptSchema);
  if (kept === null || !(await isRunning(kept.by))) return;
  throw new Refusal({
    code: 'gates-running',
    message: `Gates run in ${directory} at this moment (process ${kept.by.pid}): what was committed and staged there is put back when they have ended.`,
    hint: 'Wait for them, or end that process; then run the same command again.',
    details: { directory, pid: kept.by.pid },
  });
}

async function putBack(folder: string): Promise<void> {
  const kept = await readJsonOrNull(join(folder, 'head.json'), keptSchema);
  if (kept !== null && existsSync(kept.admin_dir)) {
    const { admin_dir, head } = kept;
    const words = head.startsWith('refs/') ? ['symbolic-ref'] : ['update-ref', '--no-deref'];
    await git(admin_dir, [...words, 'HEAD', head], { env: { GIT_DIR: admin_dir } });
    await rm(join(admin_dir, 'index.lock'), { force: true });
    await copyIndex(join(folder, 'index'), join(admin_dir, 'index'));
  }
  await rm(folder, { recursive: true, force: true });
}
