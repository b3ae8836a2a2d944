/** Phase 2: a session directory, the base, and the user's uncommitted work protected before anything else happens. */
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Configuration, readConfiguration } from '../configuration.ts';
import { Refusal } from '../errors.ts';
import { filesAt } from '../git/files-at.ts';
import { pathText } from '../git/paths.ts';
import { deleteRefs, listRefs, writeRef } from '../git/refs.ts';
import { configValue, findTrunk, type Repository } from '../git/repository.ts';
import { commitTree, copyIndex } from '../git/trees.ts';
import { type Detection, detectModels, type Host } from '../models/detect.ts';
import { firstPrompt } from '../models/prompt.ts';
import { DEFAULT_TIMEOUT_S, modeDefaults, type Triggers } from '../models/triggers.ts';
import { conventionFiles, makePassFolders } from './pass-folder.ts';
import { cannotWrite, replaceFile, replaceJson } from '../session/files.ts';
import { metadataMarkdown } from '../session/metadata.ts';
import {
  newSessionId,
  passName,
  repositoryFolder,
  repositoryIdentity,
  stateRoot,
} from '../session/paths.ts';
import {
  createSession,
  hostWorksInMainTree,
  recordEvent,
  refPrefix,
  type Session,
  type SessionData,
  trustedIndex,
  updateSession,
} from '../session/session.ts';
import {
  assertNoOpenMerge,
  commitUserWork,
  listUserChanges,
  printUserChanges,
  readUserWork,
  setAsideUserChanges,
  stashTitle,
  type UserChange,
} from '../session/user-changes.ts';

export interface StartOptions {
  triggers: Triggers;
  models: string[] | null;
  host: Host | null;
  hostTree: 'main' | 'worktree';
  passes: number | undefined;
  timeout: number | 'none' | undefined;
  userChanges: 'include' | 'set-aside' | undefined;
}

/** What would be recorded, computed before anything is written. */
export interface SessionPlan {
  data: SessionData;
  configuration: Configuration;
  changes: UserChange[];
  folder: string;
}

/** @throws Refusal dirty-tree, unmerged-paths, no-models; UsageError from detection and configuration */
export async function planSession(
  repository: Repository,
  options: StartOptions,
): Promise<SessionPlan> {
  const changes = await listUserChanges(repository);
  assertNoOpenMerge(changes);
  if (changes.length > 0 && options.userChanges === undefined) throw dirtyTree(repository, changes);
  const configuration = await readConfiguration(filesAt(repository.topLevel, repository.head));
  const detection = await detectModels({
    models:
      options.models?.map((model) => configuredModel(configuration, model)) ??
      configuration.models ??
      null,
    host: options.host,
    backends: configuration.backends ?? {},
    named: options.models !== null,
    env: process.env,
    cwd: repository.topLevel,
  });
  assertSomeoneTakesPart(detection);

  const identity = repositoryIdentity(
    repository.topLevel,
    await configValue(repository.topLevel, 'remote.origin.url'),
  );
  const now = new Date();
  const mode = modeDefaults(options.triggers.mode ?? 'balanced');
  const time = now.toISOString();
  const data: SessionData = {
    schema_version: 1,
    session_id: newSessionId(now),
    command: 'execute',
    status: 'in_progress',
    branch: repository.branch,
    ref: repository.head,
    base: repository.head,
    trunk: await findTrunk(repository.topLevel),
    main_tree: repository.topLevel,
    common_dir: repository.commonDir,
    slug: identity.slug,
    host: detection.host,
    host_tree: options.hostTree,
    models: detection.models,
    pass_count:
      options.passes ??
      options.triggers.passes ??
      (options.triggers.mode ? mode.passes : (configuration.passes ?? mode.passes)),
    current_pass: 1,
    completed_passes: 0,
    timeout_s: timeoutOf(options, configuration, mode.timeoutFactor),
    prompt_summary: options.triggers.task.replaceAll(/\s+/g, ' ').slice(0, 120),
    user_changes: null,
    worktrees: [],
    captures: [],
    applications: [],
    created_at: time,
    updated_at: time,
  };
  const folder = join(
    repositoryFolder(stateRoot(), identity),
    'sessions',
    'execute',
    data.session_id,
  );
  return { data, configuration, changes, folder };
}

/** Makes the session. When it fails half way, what it made is taken away again. */
export async function startSession(
  repository: Repository,
  { data, changes, folder }: SessionPlan,
  options: StartOptions,
): Promise<Session> {
  const session = await createSession(folder, data);
  try {
    if (changes.length > 0) await protectUserChanges(repository, session, changes, options);
    await copyIndex(join(repository.gitDir, 'index'), trustedIndex(session, 'main'));
    await writeSessionFiles(repository, session, options.triggers.task);
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
  const work = await readUserWork(repository);
  const moves = userChanges === 'set-aside' && hostWorksInMainTree(session);
  const stash = await commitUserWork(repository, work, changes, stashTitle(session));
  const seen = await commitTree(repository.topLevel, work.tree, [repository.head], 'user changes');
  const ref = `${refPrefix(session)}/user/worktree`;
  await writeRef(repository.topLevel, ref, seen);
  await writeRef(repository.topLevel, `${refPrefix(session)}/user/stash`, stash);
  await updateSession(session, () => ({
    ...(userChanges === 'include' ? { base: seen } : {}),
    user_changes: {
      mode: userChanges ?? 'include',
      state: moves ? 'saving' : 'in-place',
      files: printUserChanges(changes),
      ref,
      stash: moves ? stash : null,
      tree: work.tree,
      index_tree: work.indexTree,
    },
  }));
  if (moves) await setAsideUserChanges(repository, session);
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
  await writeRepositoryFile(dirname(dirname(dirname(directory))), repository);
}

/** repo.json says for people what a folder of the state root is about; an origin's user name and password stay out. */
async function writeRepositoryFile(folder: string, { topLevel }: Repository): Promise<void> {
  const [slug = '', id = ''] = basename(folder).split(/--(?=[0-9a-f]{12}$)/);
  const origin = await configValue(topLevel, 'remote.origin.url');
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

function configuredModel({ models }: Configuration, name: string) {
  return models?.find((it) => typeof it !== 'string' && it.model === name) ?? name;
}

function timeoutOf(
  { timeout, triggers }: StartOptions,
  { timeout_s }: Configuration,
  factor: number,
): number | 'none' {
  const given = timeout ?? triggers.timeout_s;
  if (given !== null && given !== undefined) return given;
  const usual = timeout_s ?? DEFAULT_TIMEOUT_S;
  return usual === 'none' ? usual : Math.round(usual * factor);
}

function assertSomeoneTakesPart({ models }: Detection): void {
  if (models.some(({ available }) => available)) return;
  throw new Refusal({
    code: 'no-models',
    message: `No model can take part: ${models.map(({ model, reason }) => `${model} (${reason})`).join('; ')}`,
    hint: 'Install one of their programs, or name the host that runs this skill with --host. "mm.mjs demo" works without any.',
    details: { models },
  });
}

function dirtyTree(repository: Repository, changes: readonly UserChange[]): Refusal {
  const names = changes.slice(0, 3).map(({ path }) => pathText(path));
  return new Refusal({
    code: 'dirty-tree',
    message: `${repository.topLevel} has uncommitted changes in ${changes.length === 1 ? 'one file' : `${changes.length} files`} (${names.join(', ')}${changes.length > 3 ? ', ...' : ''}). Nothing was changed.`,
    hint: 'Ask the user, then run it again with --user-changes include (the models start from what is there now; nothing moves) or --user-changes set-aside (they start from the last commit; the changes come back at the end).',
    details: {
      files: printUserChanges(changes).slice(0, 200),
      choices: {
        include: 'the models start from what the user sees now; nothing in the main tree moves',
        'set-aside':
          'the models start from HEAD; the changes are kept safe and put back at the end',
      },
    },
  });
}
