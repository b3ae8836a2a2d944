/**
 * The session's private refs, packed into a file of the session directory: so cleanup can leave no trace in the
 * repository, and undo and later picks still find every object.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { rename } from '../disk.ts';
import { Failure, Refusal } from '../errors.ts';
import { git } from '../git/git.ts';
import { deleteRefs, listRefs, parseRefs, type Ref, writeRef } from '../git/refs.ts';
import type { Repository } from '../git/repository.ts';
import { refPrefix, type Session } from '../session/session.ts';

export function archiveFile(session: Session): string {
  return join(session.directory, 'refs.bundle');
}

/** Packs the private refs into the archive, proves that it holds all of them, and only then deletes them. Gives their number. */
export async function archiveRefs({ topLevel }: Repository, session: Session): Promise<number> {
  const fresh = await listRefs(topLevel, refPrefix(session));
  if (fresh.length === 0) return 0;
  // What an earlier cleanup packed goes into the new archive too, which takes the old one's place.
  const earlier = (await unpack(topLevel, session)).filter(
    ({ name }) => !fresh.some((ref) => ref.name === name),
  );
  for (const { name, oid } of earlier) await writeRef(topLevel, name, oid);
  const refs = [...fresh, ...earlier];
  const unfinished = `${archiveFile(session)}.tmp`;
  // What HEAD had when the session began is the user's own history: it is not packed again while the user has it.
  const isHeld = await hasHistory(topLevel, session.data.ref);
  const known = isHeld ? [`^${session.data.ref}`] : [];
  const input = [...refs.map(({ name }) => name), ...known].join('\n');
  await git(topLevel, ['bundle', 'create', '--quiet', unfinished, '--stdin'], {
    input: `${input}\n`,
  });
  await git(topLevel, ['bundle', 'verify', '--quiet', unfinished]);
  const { stdout } = await git(topLevel, ['bundle', 'list-heads', unfinished]);
  const packed = new Set(stdout.toString('utf8').split('\n'));
  const missing: Ref[] = [];
  for (const ref of refs.filter(({ name, oid }) => !packed.has(`${oid} ${name}`))) {
    if (!(await isAncestor(topLevel, ref.oid, session.data.ref))) missing.push(ref);
  }
  if (missing.length > 0) {
    throw new Failure({
      code: 'archive-incomplete',
      message: `The archive of the session's captures lacks ${missing.length} refs, so nothing was deleted.`,
      hint: 'Run cleanup again with --trace; the captures stay in their refs.',
      details: { missing: missing.map(({ name }) => name) },
    });
  }
  await rename(unfinished, archiveFile(session));
  await deleteRefs(topLevel, refs);
  return refs.length;
}

/** Whether HEAD, or else a ref of the user's, still holds a commit: a model may have moved the branch away from it. */
async function hasHistory(directory: string, commit: string): Promise<boolean> {
  const isInHead = ['merge-base', '--is-ancestor', commit, 'HEAD'];
  if ((await git(directory, isInHead, { answers: [0, 1, 128] })).exitCode === 0) return true;
  const places = ['refs/heads', 'refs/remotes', 'refs/tags'];
  const words = ['for-each-ref', '--format=%(refname)', '--contains', commit, ...places];
  const names = (await git(directory, words)).stdout.toString('utf8').split('\n');
  return names.some((name) => name !== '' && !name.startsWith('refs/heads/mm/'));
}

/** Whether the user's own history holds a commit already. */
async function isAncestor(directory: string, commit: string, of: string): Promise<boolean> {
  if (commit === of) return true;
  const words = ['merge-base', '--is-ancestor', commit, of];
  return (await git(directory, words, { answers: [0, 1] })).exitCode === 0;
}

/** Is there when what the session kept was given up, after its time. */
export function expiredMark(session: Session): string {
  return join(session.directory, 'expired');
}

/**
 * Makes the session's objects available again after its refs were archived; without an archive they are there.
 * @throws Refusal `session-expired`
 */
export async function ensureObjects({ topLevel }: Repository, session: Session): Promise<void> {
  if (existsSync(expiredMark(session))) throw sessionExpired(session);
  await unpack(topLevel, session);
}

/** Brings the archive's objects into the repository; gives the refs that it holds, without making them. */
async function unpack(topLevel: string, session: Session): Promise<Ref[]> {
  if (!existsSync(archiveFile(session))) return [];
  const { stdout } = await git(topLevel, ['bundle', 'unbundle', archiveFile(session)]);
  return parseRefs(stdout);
}

function sessionExpired({ data, directory }: Session): Refusal {
  return new Refusal({
    code: 'session-expired',
    message: `What session ${data.session_id} captured was removed by cleanup --expired.`,
    hint: `Its patches are still in ${directory}/pass-*/diffs: git apply --binary takes them.`,
    details: { session_id: data.session_id },
  });
}
