/** Where a pass starts: at base, or at the mix that the pass before came to; in worktrees, and in the main tree. */
import { existsSync } from 'node:fs';
import { Refusal } from '../errors.ts';
import { listChanges } from '../git/changes.ts';
import { git } from '../git/git.ts';
import { pathText } from '../git/paths.ts';
import { parseRefs, readRef, writeRef } from '../git/refs.ts';
import type { Repository } from '../git/repository.ts';
import { treeOf } from '../git/trees.ts';
import type { PassStart } from '../models/refinement-prompt.ts';
import { type PassStartRecord, type StartPoint, writePassStart } from '../session/pass-start.ts';
import { passName } from '../session/paths.ts';
import {
  hostWorksInMainTree,
  refPrefix,
  type Session,
  standingApplication,
} from '../session/session.ts';
import { applySynthesis, planApplication } from './apply.ts';
import { archiveFile } from './archive.ts';
import { applyCommand } from './next-command.ts';

/** Kept by a ref of its own: the mix of the pass before may be made anew, and worktrees stand on this one. */
export async function keepPassStart(
  { topLevel }: Repository,
  session: Session,
  record: PassStartRecord,
): Promise<void> {
  if (record.from === 'synthesis') {
    await writeRef(topLevel, `${refPrefix(session)}/start/${passName(record.pass)}`, record.start);
  }
  await writePassStart(session, record);
}

/** The commit with the mix that was kept of a pass, also where cleanup has packed it away; null: there is none. */
export async function keptSynthesis(
  { topLevel }: Repository,
  session: Session,
  pass: number,
): Promise<string | null> {
  const name = `${refPrefix(session)}/${passName(pass)}/synthesis`;
  const ref = await readRef(topLevel, name);
  if (ref !== null || !existsSync(archiveFile(session))) return ref;
  const { stdout } = await git(topLevel, ['bundle', 'list-heads', archiveFile(session)]);
  return parseRefs(stdout).find((it) => it.name === name)?.oid ?? null;
}

export interface ChosenStart {
  commit: string;
  /** As the prompt says it. */
  described: PassStart;
}

/**
 * @param last the pass whose mix is meant
 * @throws Refusal `no-synthesis`
 */
export async function chooseStart(
  repository: Repository,
  session: Session,
  from: StartPoint,
  last: number,
): Promise<ChosenStart> {
  const { base } = session.data;
  if (from === 'base') return { commit: base, described: { from } };
  const commit = await keptSynthesis(repository, session, last);
  if (commit === null) throw noSynthesis(session, last);
  const changes = await listChanges(repository.topLevel, base, commit, { renames: false });
  const described = changes.map(({ path, status }) => ({ path: pathText(path), status }));
  return { commit, described: { from, changes: described } };
}

/**
 * Brings the main tree to what the pass starts from, for a host that works there; what stands in it otherwise, from
 * picks of before, is put back to base. What the host did stays in its capture, and --undo brings it back.
 * @param last the pass that ends with it
 */
export async function startMainTree(
  repository: Repository,
  session: Session,
  start: string,
  last: number,
): Promise<void> {
  const standing = standingApplication(session);
  const isHosts = hostWorksInMainTree(session);
  if (!isHosts && standing === null) return;
  const tree = await treeOf(repository.topLevel, isHosts ? start : session.data.base);
  const { wanted, taken } = await planApplication(session, tree);
  // Of one that a crash cut short, the plan cannot tell what is done.
  if (wanted.size === 0 && standing?.state !== 'writing') return;
  await applySynthesis(repository, session, { tree, pass: last }, taken);
}

function noSynthesis(session: Session, pass: number): Refusal {
  const command = applyCommand(session, pass, '--to', 'scratch');
  return new Refusal({
    code: 'no-synthesis',
    message: `No mix of ${passName(pass)} was kept that another pass could start from.`,
    hint: `Start from the original code with --from base, or make a mix${command === null ? ' with apply-picks --to scratch.' : `: ${command}`}`,
    details: { pass },
  });
}
