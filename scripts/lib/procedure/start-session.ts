/** Phase 2: a session directory, the base, and the user's uncommitted work protected before anything else happens. */

import { basename, dirname, join } from 'node:path';
import { rm } from '../disk.ts';
import { filesAt } from '../git/files-at.ts';
import { printPath } from '../git/paths.ts';
import { deleteRefs, listRefs, writeRef } from '../git/refs.ts';
import type { Repository } from '../git/repository.ts';
import { commitTree, copyIndex, listSubmodules, withWholeIndex } from '../git/trees.ts';
import { firstPrompt } from '../models/prompt.ts';
import { cannotWrite, replaceFile, replaceJson } from '../session/files.ts';
import { metadataMarkdown } from '../session/metadata.ts';
import { passName } from '../session/paths.ts';
import {
  createSession,
  hostWorksInMainTree,
  recordEvent,
  refPrefix,
  type Session,
  trustedIndex,
  updateSession,
} from '../session/session.ts';
import { makeTrust } from '../session/trusted-places.ts';
import {
  commitUserWork,
  printUserChanges,
  readUserWork,
  setAsideUserChanges,
  stashTitle,
  type UserChange,
} from '../session/user-changes.ts';
import { conventionFiles, makePassFolders } from './pass-folder.ts';
import type { SessionPlan, StartOptions } from './plan-session.ts';

/** Makes the session. When it fails half way, what it made is taken away again. */
export async function startSession(
  repository: Repository,
  { data, changes, folder, origin }: SessionPlan,
  options: StartOptions,
): Promise<Session> {
  const session = await createSession(folder, data);
  try {
    await makeTrust(session, repository);
    if (changes.length > 0) await protectUserChanges(repository, session, changes, options);
    await keepTrustedIndex(repository, session);
    await writeSessionFiles(repository, session, options.triggers.task);
    await writeRepositoryFile(dirname(dirname(dirname(folder))), repository, origin);
    await recordEvent(session, 'session_start', {
      command: 'execute',
      models: session.data.models.filter(({ available }) => available).map(({ model }) => model),
    });
    return session;
  } catch (error) {
    // Work that may have been moved already is brought back by `cleanup`; then the session must stay.
    if (session.data.user_changes?.state !== 'saving') await discard(repository, session);
    throw cannotWrite(folder, error);
  }
}

async function protectUserChanges(
  repository: Repository,
  session: Session,
  changes: readonly UserChange[],
  { userChanges }: StartOptions,
): Promise<void> {
  const work = await readUserWork(repository, session);
  const moves = userChanges === 'set-aside' && hostWorksInMainTree(session);
  const stash = await commitUserWork(repository, work, changes, stashTitle(session));
  const seen = await commitTree(repository.topLevel, work.tree, [repository.head], 'user changes');
  const ref = `${refPrefix(session)}/user/worktree`;
  await writeRef(repository.topLevel, ref, seen);
  await writeRef(repository.topLevel, `${refPrefix(session)}/user/stash`, stash);
  const submodules = (await listSubmodules(repository.topLevel, work.tree)).map(printPath);
  await updateSession(session, () => ({
    ...(userChanges === 'include' ? { base: seen, submodules } : {}),
    user_changes: {
      mode: userChanges ?? 'include',
      state: moves ? 'saving' : 'in-place',
      files: printUserChanges(changes),
      ref,
      stash: moves ? stash : null,
      tree: work.tree,
      index_tree: work.indexTree,
      moved: null,
    },
  }));
  if (moves) await setAsideUserChanges(repository, session);
}

/** What the main tree tracked before any model ran; only a host that works there needs it. */
async function keepTrustedIndex(repository: Repository, session: Session): Promise<void> {
  if (!hostWorksInMainTree(session)) return;
  await withWholeIndex(repository.topLevel, repository.gitDir, (index) =>
    copyIndex(index, trustedIndex(session, 'main')),
  );
}

async function writeSessionFiles(
  repository: Repository,
  session: Session,
  task: string,
): Promise<void> {
  const { directory, data } = session;
  const conventions = await conventionFiles(filesAt(repository.topLevel, data.base));
  const pass = join(directory, passName(1));
  await makePassFolders(pass);
  await replaceFile(join(directory, 'task.md'), task);
  await replaceFile(join(pass, 'prompt.md'), firstPrompt({ task, conventions }));
  await replaceFile(join(directory, 'metadata.md'), metadataMarkdown(data));
}

/** repo.json says for people what a folder of the state root is about; an origin's user name and password stay out. */
async function writeRepositoryFile(
  folder: string,
  { topLevel }: Repository,
  origin: string | null,
): Promise<void> {
  const [slug = '', id = ''] = basename(folder).split(/--(?=[0-9a-f]{12}$)/);
  await replaceJson(join(folder, 'repo.json'), {
    schema_version: 1,
    slug,
    id,
    toplevel: topLevel,
    origin: origin?.replace(/\/\/[^/@]*@/, '//') ?? null,
  });
}

async function discard({ topLevel }: Repository, session: Session): Promise<void> {
  await deleteRefs(topLevel, await listRefs(topLevel, refPrefix(session)));
  await rm(session.directory, { recursive: true, force: true });
}
