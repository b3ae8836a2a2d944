/**
 * What keeps a window's old state alive while it is open: one commit that holds every object of it, under one private
 * ref, and the contents of tags, which no commit can hold.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { anchorObjects, dumpObjects, parseDump, restoreTag } from '../git/objects.ts';
import { deleteRefs, listRefs, writeRef } from '../git/refs.ts';
import type { Repository } from '../git/repository.ts';
import type { Change } from '../session/compare-observations.ts';
import { type GuardChange, windowFolder } from '../session/guard-record.ts';
import type { Observation } from '../session/observation.ts';
import { passFolder, refPrefix, type Session } from '../session/session.ts';

/** Which window of which session, and where its evidence goes. */
export interface WindowPlace {
  repository: Repository;
  session: Session;
  window: string;
  pass: number;
}

/** The prefix of the window's private refs. */
export function guardRefs({ session, window }: WindowPlace): string {
  return `${refPrefix(session)}/guard/${window}`;
}

export function anchorRef(place: WindowPlace): string {
  return `${guardRefs(place)}/anchor`;
}

function tagFile({ session, window }: WindowPlace): string {
  return join(windowFolder(session, window), 'tags');
}

/** Where the evidence of a window lies once it is closed. */
export function evidenceFolder({ session, window, pass }: WindowPlace): string {
  return join(passFolder(session, pass), 'guard', window);
}

/**
 * Keeps every object alive that the observation names, whatever is dropped, deleted or pruned from now on. Gives the
 * commit that does.
 */
export async function anchorObservation(place: WindowPlace, seen: Observation): Promise<string> {
  const { topLevel } = place.repository;
  const objects = [
    ...[seen.main_tree, seen.index, seen.head?.oid],
    ...seen.worktrees.flatMap(({ tree, head }) => [tree, head]),
    ...[...seen.refs, ...seen.stash, ...seen.ours.refs].map(({ oid }) => oid),
  ].flatMap((oid) => oid ?? []);
  const { commit, tags } = await anchorObjects(topLevel, objects, `window ${place.window}`);
  await writeRef(topLevel, anchorRef(place), commit);
  if (tags.length > 0) await dumpObjects(topLevel, tags, tagFile(place));
  return commit;
}

/** The change that it is where somebody deleted or moved the window's anchor. */
export async function compareAnchor(place: WindowPlace, anchor: string | null): Promise<Change[]> {
  if (anchor === null) return [];
  const ref = anchorRef(place);
  // Not readRef(): a git that cannot work must not look like a ref that is gone.
  const found = (await listRefs(place.repository.topLevel, ref))[0]?.oid ?? null;
  if (found === anchor) return [];
  const detail = 'the private ref that keeps everything of before';
  const change = found === null ? 'deleted' : 'modified';
  return [{ what: 'ref', path: ref, change, detail, before: anchor, after: found, worktree: null }];
}

/** The anchor is not needed once all that was lost has a ref of its own; it stays where that could not be told. */
export async function dropAnchor(
  place: WindowPlace,
  changes: readonly GuardChange[],
): Promise<void> {
  const { topLevel } = place.repository;
  if (changes.some(({ kept }) => kept === anchorRef(place))) return;
  await deleteRefs(topLevel, await listRefs(topLevel, anchorRef(place)));
}

/** Tags that were deleted may be pruned already: their contents were kept. */
export async function restoreTags(place: WindowPlace, oids: readonly string[]): Promise<void> {
  if (!existsSync(tagFile(place))) return;
  const tags = parseDump(await readFile(tagFile(place)));
  for (const oid of oids) {
    const content = tags.get(oid);
    if (content !== undefined) await restoreTag(place.repository.topLevel, content);
  }
}
