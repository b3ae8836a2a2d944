/** A bundle becomes a session of this repository: with its captures, and without anything that would be run or believed. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rm } from '../../disk.ts';
import { printPath } from '../../git/paths.ts';
import { deleteRefs, listRefs } from '../../git/refs.ts';
import type { Repository } from '../../git/repository.ts';
import { listSubmodules } from '../../git/trees.ts';
import { withLock } from '../../process/lock.ts';
import { replaceFile } from '../../session/files.ts';
import { listSessionIds, sessionsFolder } from '../../session/list-sessions.ts';
import { metadataMarkdown } from '../../session/metadata.ts';
import { newSessionId, passName, repositoryLock, slugOf, stateRoot } from '../../session/paths.ts';
import {
  createSession,
  readSession,
  recordEvent,
  refPrefix,
  type Session,
  type SessionData,
  updateSession,
} from '../../session/session.ts';
import { assertStateRootApart } from '../../session/state-root.ts';
import { makeTrust } from '../../session/trusted-places.ts';
import { expiredMark } from '../archive.ts';
import { makePassFolders } from '../pass-folder.ts';
import { type BundleFacts, captureRef, RESULTS_REF } from './bundle-facts.ts';
import { DECIDING_FILES, SUMMARY_FILE, TASK_FILE } from './bundle-results.ts';
import { fetchRefs } from './fetch-refs.ts';
import { readImported, writeImported } from './imported.ts';
import type { ReadBundle } from './read-bundle.ts';

/** The folder of what came with a bundle and must not be taken for what was found out here. */
const PACKED = 'packed';

/**
 * The session that a bundle is here: the one that was made of the same results before, or a new one.
 * @param file what is blamed when git refuses an object
 * @throws UsageError `bad-bundle`
 */
export async function importBundle(
  repository: Repository,
  bundle: ReadBundle,
  file: string,
): Promise<Session> {
  await assertStateRootApart(repository);
  const folder = await sessionsFolder(repository);
  const lock = `${repositoryLock(stateRoot(), repository.commonDir)}-import`;
  return withLock(lock, async () => {
    const known = await findImported(repository, folder, bundle.results);
    return known ?? importAnew(repository, folder, bundle, file);
  });
}

async function findImported(
  { topLevel, commonDir }: Repository,
  folder: string,
  results: string,
): Promise<Session | null> {
  for (const id of (await listSessionIds(folder)).reverse()) {
    const directory = join(folder, id);
    if ((await readImported({ directory }))?.results !== results) continue;
    const session = await readSession(directory);
    const isHere = session?.data.main_tree === topLevel && session.data.common_dir === commonDir;
    // Its captures were given up: they come in anew.
    if (isHere && !existsSync(expiredMark(session))) return session;
  }
  return null;
}

async function importAnew(
  repository: Repository,
  folder: string,
  bundle: ReadBundle,
  file: string,
): Promise<Session> {
  const data = await sessionData(repository, bundle);
  const session = await createSession(join(folder, data.session_id), data);
  try {
    await makeTrust(session, repository);
    const refs = bundle.refs.map((ref) => ({ ...ref, to: nameHere(session, bundle.facts, ref) }));
    await fetchRefs(repository.topLevel, bundle.staging, refs, file);
    await writeFiles(session, bundle);
    await recordEvent(session, 'session_start', {
      command: 'execute',
      models: data.models.filter(({ available }) => available).map(({ model }) => model),
      imported_from: bundle.facts.session_id,
    });
    const { facts, results } = bundle;
    const imported_at = new Date().toISOString();
    // From here on it counts: nobody looks at an open session, for there is nothing to be done in it.
    await updateSession(session, () => ({ status: 'completed' }));
    await writeImported(session, { imported_from: facts.session_id, results, imported_at });
    return session;
  } catch (error) {
    await deleteRefs(repository.topLevel, await listRefs(repository.topLevel, refPrefix(session)));
    await rm(session.directory, { recursive: true, force: true });
    throw error;
  }
}

/** The results' ref has another name here: a session's own bundle is known by it. */
function nameHere(session: Session, { session_id }: BundleFacts, { name }: { name: string }) {
  const rest = name.slice(`refs/mm/${session_id}/`.length);
  return `${refPrefix(session)}/${rest === RESULTS_REF ? `imported/${RESULTS_REF}` : rest}`;
}

async function sessionData(
  repository: Repository,
  { facts, staging }: ReadBundle,
): Promise<SessionData> {
  const now = new Date();
  const session_id = newSessionId(now);
  const prefix = `refs/mm/${session_id}`;
  const passes = facts.passes.length;
  return {
    schema_version: 1,
    session_id,
    command: 'execute',
    // Until all of it is there: then a killed import is never taken for the user's open session.
    status: 'abandoned',
    branch: repository.branch,
    ref: facts.ref,
    base: facts.base,
    trunk: null,
    main_tree: repository.topLevel,
    common_dir: repository.commonDir,
    slug: slugOf(repository.topLevel),
    submodules: (await listSubmodules(staging, facts.base)).map(printPath),
    host: 'none',
    host_tree: 'main',
    models: facts.models.map(modelHere(facts)),
    ...{ pass_count: passes, current_pass: passes, completed_passes: facts.completed_passes },
    timeout_s: facts.timeout_s,
    prompt_summary: facts.task,
    user_changes: null,
    setup: null,
    preparation: null,
    worktrees: [],
    captures: facts.captures.map(({ model, pass, tree, state, captured_at }) => ({
      ...{ model, pass, tree, state, captured_at },
      ref: captureRef(prefix, model, pass),
      // What models committed on their way stays where they did.
      head: facts.base,
    })),
    applications: [],
    created_at: now.toISOString(),
    updated_at: now.toISOString(),
  };
}

/** Who has a capture takes part; nobody of them can be run here. */
function modelHere({ captures }: BundleFacts) {
  const captured = new Set(captures.map(({ model }) => model));
  return ({ model, backend, version, agent_model }: BundleFacts['models'][number]) => {
    const available = captured.has(model);
    return {
      ...{ model, role: 'external' as const, available },
      ...{ backend, binary: null, version, agent_model },
      reason: available ? null : 'the bundle has no capture of it',
    };
  };
}

/** What would decide something here, such as which gates are run, lies apart: it is what others say. */
async function writeFiles(session: Session, { texts, facts }: ReadBundle): Promise<void> {
  for (const { pass } of facts.passes)
    await makePassFolders(join(session.directory, passName(pass)));
  for (const [name, text] of texts) await replaceFile(join(session.directory, placeOf(name)), text);
  const note = `Imported from session ${facts.session_id}`;
  await replaceFile(join(session.directory, 'metadata.md'), metadataMarkdown(session.data, [note]));
}

/** @param name as in the bundle */
function placeOf(name: string): string {
  const folder = dirname(name);
  const file = name.slice(folder.length + 1);
  if (name === TASK_FILE) return name;
  if (name === SUMMARY_FILE) return join(PACKED, name);
  return DECIDING_FILES.includes(file) ? join(folder, PACKED, file) : name;
}
