/**
 * What is the session's own among the things that models share with the user: its set-aside work and its private refs.
 * It is put back where it is gone; anything else may be the user's doing.
 */
import { existsSync } from 'node:fs';
import { type FileChange, listChanges } from '../git/changes.ts';
import { objectKinds } from '../git/objects.ts';
import { rawPathOf } from '../git/paths.ts';
import { deleteRefs, listRefs, writeRefs } from '../git/refs.ts';
import type { Repository } from '../git/repository.ts';
import { listStash, storeStash } from '../git/stash.ts';
import { readTree, treeOf } from '../git/trees.ts';
import { withLock } from '../process/lock.ts';
import { readWorkplace, type Workplace, workplaceOf } from '../session/capture.ts';
import type { Change } from '../session/compare-observations.ts';
import { joinRaw } from '../session/file-facts.ts';
import type { Observation } from '../session/observation.ts';
import { repositoryLock, stateRoot } from '../session/paths.ts';
import { participants, refPrefix, type Session } from '../session/session.ts';
import { stashTitle } from '../session/user-changes.ts';
import type { WindowPlace } from './guard-anchor.ts';

/** Whether a change is that the session's set-aside work is no longer listed. */
export function isOwnStash(before: Observation, { what, before: oid }: Change): boolean {
  return what === 'stash' && oid !== null && oid === before.ours.stash;
}

function isOwnRef({ what, path }: Change): boolean {
  return what === 'ref' && path.startsWith('refs/mm/');
}

/** What is the session's own, and can be put back. */
export interface PutBack {
  /** All changes; of those that are taken back the details say so. */
  changes: Change[];
  refs: Record<string, string>;
  stash: boolean;
}

/** Decides what is put back; nothing is changed. */
export async function planPutBack(
  { repository }: WindowPlace,
  before: Observation,
  changes: readonly Change[],
): Promise<PutBack> {
  const own = changes.filter((it) => isOwnStash(before, it) || isOwnRef(it));
  const oids = own.flatMap(({ before: oid }) => oid ?? []);
  const there = await objectKinds(repository.topLevel, oids);
  const can = (it: Change) => own.includes(it) && it.before !== null && there.has(it.before);
  const refs = changes.filter((it) => can(it) && isOwnRef(it));
  return {
    changes: changes.map((it) => {
      if (!own.includes(it)) return it;
      return { ...it, detail: `${it.detail}; ${can(it) ? 'put back' : 'its object is gone'}` };
    }),
    refs: Object.fromEntries(refs.map(({ path, before: oid }) => [path, oid ?? ''])),
    stash: changes.some((it) => can(it) && isOwnStash(before, it)),
  };
}

/** Carries it out. */
export async function putBack(
  { repository, session }: WindowPlace,
  { refs, stash }: PutBack,
): Promise<void> {
  if (Object.keys(refs).length > 0) await writeRefs(repository.topLevel, refs);
  if (stash) await putBackStash(repository, session);
}

/**
 * The set-aside work, where somebody popped it: in a working tree that is not watched otherwise, because the host or a
 * model works there. It would be taken for their own.
 */
export async function findSpilledWork({
  repository,
  session,
  pass,
}: WindowPlace): Promise<Change[]> {
  const changes = session.data.user_changes;
  if (changes === null) return [];
  const { topLevel } = repository;
  const base = await treeOf(topLevel, session.data.ref);
  const work = await listChanges(topLevel, base, changes.tree, { renames: false });
  const found: Change[] = [];
  for (const { model } of participants(session)) {
    const place = workplaceOf(repository, session, model, pass);
    if (place !== null && existsSync(place.directory))
      found.push(...(await findSpilledIn(topLevel, place, work)));
  }
  return found;
}

async function findSpilledIn(
  topLevel: string,
  place: Workplace,
  work: readonly FileChange[],
): Promise<Change[]> {
  const directory = rawPathOf(place.directory);
  const isMain = place.directory === topLevel;
  const what = isMain ? 'main-tree' : 'worktree';
  const entries = await readPlace(topLevel, place).catch(() => null);
  if (entries === null) {
    const detail = 'it could not be read; it may hold what the session had set aside';
    const facts = { before: null, after: null, worktree: null };
    return [{ what, path: directory, change: 'unknown', detail, ...facts }];
  }
  const spilled = work.filter(({ path, oid }) => oid !== null && entries.get(path)?.oid === oid);
  return spilled.map(({ path, oid, status, oldOid }) => ({
    what,
    path: isMain ? path : joinRaw(directory, path),
    change: status === 'added' ? 'added' : 'modified',
    detail: 'it holds what the session had set aside',
    ...{ before: oldOid, after: oid, worktree: null },
  }));
}

async function readPlace(topLevel: string, place: Workplace) {
  return readTree(topLevel, await readWorkplace(place));
}

/** Lists the session's set-aside work again where it is not listed any more. Whether it was missing. */
export async function putBackStash(repository: Repository, session: Session): Promise<boolean> {
  const changes = session.data.user_changes;
  if (changes?.stash == null || changes.state !== 'set-aside') return false;
  const oid = changes.stash;
  const { topLevel, commonDir } = repository;
  return withLock(repositoryLock(stateRoot(), commonDir), async () => {
    const entries = await listStash(topLevel);
    if (entries.some((entry) => entry.oid === oid)) return false;
    await writeRefs(topLevel, { [`${refPrefix(session)}/user/stash`]: oid });
    // Where the list was emptied and its ref was left, git would take the entry for listed already.
    const tip = (await listRefs(topLevel, 'refs/stash')).filter((it) => it.oid === oid);
    if (entries.length === 0) await deleteRefs(topLevel, tip);
    await storeStash(topLevel, { oid, message: stashTitle(session) });
    return true;
  });
}
