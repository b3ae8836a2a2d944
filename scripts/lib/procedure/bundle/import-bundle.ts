/** A bundle becomes a session of this repository: with its captures, and without anything that would be run or believed. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { rm } from '../../disk.ts';
import { printPath } from '../../git/paths.ts';
import { deleteRefs, listRefs, writeRefs } from '../../git/refs.ts';
import type { Repository } from '../../git/repository.ts';
import { commitTree } from '../../git/trees.ts';
import { replaceFile } from '../../session/files.ts';
import { listSessionIds, sessionsFolder } from '../../session/list-sessions.ts';
import { metadataMarkdown } from '../../session/metadata.ts';
import { newSessionId, passName, slugOf } from '../../session/paths.ts';
import {
  createSession,
  fileName,
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
import type { BundleFile } from './bundle-format.ts';
import { readImported, writeImported } from './bundle-records.ts';
import type { BundleContents } from './open-bundle.ts';
import { unpack } from './quarantine.ts';

/** The session that a bundle is here: the one that was made of the same results before, or a new one. */
export async function importBundle(
  repository: Repository,
  bundle: BundleFile,
  contents: BundleContents,
  file: string,
): Promise<Session> {
  await assertStateRootApart(repository);
  const folder = await sessionsFolder(repository);
  const known = await findImported(repository, folder, bundle.results);
  if (known !== null) return known;
  const data = newSession(repository, bundle, contents);
  const session = await createSession(join(folder, data.session_id), data);
  const { topLevel } = repository;
  try {
    await makeTrust(session, repository);
    // Checked once more: nothing else brings objects that are in no repository here in one step.
    await unpack(topLevel, bundle.pack, file);
    await writeCaptureRefs(topLevel, session, bundle);
    await writeFiles(session, bundle, contents);
    // From here on it counts: nobody looks at an open session, for there is nothing to be done in it.
    await updateSession(session, () => ({ status: 'completed' }));
    await writeImported(session, { imported_from: bundle.session_id, results: bundle.results });
    return session;
  } catch (error) {
    await deleteRefs(topLevel, await listRefs(topLevel, refPrefix(session)));
    await rm(session.directory, { recursive: true, force: true });
    throw error;
  }
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

function newSession(
  { topLevel, commonDir, branch }: Repository,
  { ref }: BundleFile,
  { facts, base, baseTree, submodules, captures }: BundleContents,
): SessionData {
  const now = new Date();
  const [session_id, created_at] = [newSessionId(now), now.toISOString()];
  return {
    ...{ schema_version: 1, session_id, command: 'execute', created_at, updated_at: created_at },
    // Until all of it is there: then a killed import is never taken for the user's open session.
    status: 'abandoned',
    ...{ branch, ref, base, trunk: null, main_tree: topLevel, common_dir: commonDir },
    ...{ slug: slugOf(topLevel), host: 'none', host_tree: 'main' },
    submodules: submodules.map(printPath),
    // Nobody of them can be run here.
    models: facts.models.map(({ captured, ...model }) => ({
      ...{ ...model, role: 'external', available: captured.length > 0, binary: null },
      reason: captured.length > 0 ? null : 'the bundle has no capture of it',
    })),
    ...{ pass_count: facts.passes, current_pass: facts.passes, completed_passes: facts.passes },
    ...{ timeout_s: facts.timeout_s, prompt_summary: facts.task, user_changes: null, setup: null },
    ...{ preparation: null, worktrees: [], applications: [] },
    captures: captures.map(({ model, pass, tree }) => ({
      ...{ model, pass, tree, state: tree === baseTree ? 'empty' : 'changed' },
      ref: `refs/mm/${session_id}/${passName(pass)}/${fileName(model)}/tree`,
      // What models committed on their way stays where they did.
      ...{ head: base, captured_at: created_at },
    })),
  };
}

async function writeCaptureRefs(topLevel: string, { data }: Session, { results }: BundleFile) {
  const refs = { [`refs/mm/${data.session_id}/imported/results`]: results };
  for (const { model, pass, ref, tree } of data.captures)
    refs[ref] = await commitTree(topLevel, tree, [data.base], `${model}, ${passName(pass)}`);
  await writeRefs(topLevel, refs);
}

async function writeFiles(
  session: Session,
  { session_id }: BundleFile,
  { facts, texts }: BundleContents,
): Promise<void> {
  const { directory, data } = session;
  for (let pass = 1; pass <= facts.passes; pass++)
    await makePassFolders(join(directory, passName(pass)));
  await replaceFile(join(directory, 'task.md'), texts.get('task.md') ?? facts.task);
  // What others found out is no word on what happens here, such as which gates are run: it lies apart.
  for (const [name, text] of texts) await replaceFile(join(directory, 'packed', name), text);
  const note = `Imported from session ${session_id}`;
  await replaceFile(join(directory, 'metadata.md'), metadataMarkdown(data, [note]));
  const models = data.models.filter(({ available }) => available).map(({ model }) => model);
  const event = { command: 'execute', models, imported_from: session_id };
  await recordEvent(session, 'session_start', event);
}
