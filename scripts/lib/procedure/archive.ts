/**
 * The session's private refs, packed into a file of the session directory: so cleanup can leave no trace in the
 * repository, and undo and later picks still find every object.
 */
import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../errors.ts';
import { git } from '../git/git.ts';
import { deleteRefs, listRefs, parseRefs, type Ref, writeRef } from '../git/refs.ts';
import type { Repository } from '../git/repository.ts';
import { refPrefix, type Session } from '../session/session.ts';

function archiveFile(session: Session): string {
  return join(session.directory, 'refs.bundle');
}

/** Packs the private refs into the archive, proves that it holds all of them, and only then deletes them. Gives their number. */
export async function archiveRefs({ topLevel }: Repository, session: Session): Promise<number> {
  const fresh = await listRefs(topLevel, refPrefix(session));
  if (fresh.length === 0) return 0;
  // What an earlier cleanup packed goes into the new archive too, which takes the old one's place.
  for (const { name, oid } of await unpack(topLevel, session)) {
    if (!fresh.some((ref) => ref.name === name)) await writeRef(topLevel, name, oid);
  }
  const refs = await listRefs(topLevel, refPrefix(session));
  const unfinished = `${archiveFile(session)}.tmp`;
  // What HEAD had when the session began is the user's own history: it is not packed again.
  const input = [...refs.map(({ name }) => name), `^${session.data.ref}`].join('\n');
  await git(topLevel, ['bundle', 'create', '--quiet', unfinished, '--stdin'], {
    input: `${input}\n`,
  });
  await git(topLevel, ['bundle', 'verify', '--quiet', unfinished]);
  const { stdout } = await git(topLevel, ['bundle', 'list-heads', unfinished]);
  const packed = new Set(stdout.toString('utf8').split('\n'));
  const missing = refs.filter(
    ({ name, oid }) => !packed.has(`${oid} ${name}`) && oid !== session.data.ref,
  );
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

/** Makes the session's objects available again after its refs were archived; without an archive they are there. */
export async function ensureObjects({ topLevel }: Repository, session: Session): Promise<void> {
  await unpack(topLevel, session);
}

/** Brings the archive's objects into the repository; gives the refs that it holds, without making them. */
async function unpack(topLevel: string, session: Session): Promise<Ref[]> {
  if (!existsSync(archiveFile(session))) return [];
  const { stdout } = await git(topLevel, ['bundle', 'unbundle', archiveFile(session)]);
  return parseRefs(stdout);
}
