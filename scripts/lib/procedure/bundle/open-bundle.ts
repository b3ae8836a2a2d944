/** `apply-picks --bundle FILE`: what was applied in one clone is applied in another, and is the same there. */
import { resolve } from 'node:path';
import { UsageError } from '../../errors.ts';
import { listEntryChanges } from '../../git/changes.ts';
import { pathText } from '../../git/paths.ts';
import type { Repository } from '../../git/repository.ts';
import { treeOf } from '../../git/trees.ts';
import { passName } from '../../session/paths.ts';
import { selectPass } from '../../session/select-models.ts';
import type { Session } from '../../session/session.ts';
import { sessionCommand } from '../../session/session-command.ts';
import { ensureObjects } from '../archive.ts';
import { asLine, replayedPass } from './bundle-facts.ts';
import { PICKS_FILE } from './bundle-results.ts';
import { importBundle } from './import-bundle.ts';
import { withBundle } from './read-bundle.ts';

export interface OpenedBundle {
  /** The session that the bundle is here. */
  session: Session;
  pass: number;
  /** The bundle's own picks of that pass. */
  picksText: string;
  /** The tree that these picks made where the bundle was written. */
  tree: string;
  /** What whoever applies it should know. */
  warnings: string[];
}

const NO_PICKS = JSON.stringify({ picks: [] });

/**
 * Checks a bundle and makes it a session of this repository, or finds the one that it became before. The main tree is not
 * touched.
 * @param file from the current directory
 * @param pass null or undefined: the last one that was applied
 * @param picksGiven whether others are given than the bundle's own, so that it may have none
 * @throws UsageError `unreadable-file`, `bad-bundle`, `unknown-pass`, `no-picks`; Refusal `bundle-needs-commit`
 */
export async function openBundle(
  repository: Repository,
  file: string,
  { pass: named, picksGiven = false }: { pass?: number | null | undefined; picksGiven?: boolean },
): Promise<OpenedBundle> {
  const path = resolve(file);
  return withBundle(repository, path, async (bundle) => {
    const { facts, texts } = bundle;
    const session = await importBundle(repository, bundle, path);
    // It may have been cleaned up since it was imported.
    await ensureObjects(repository, session);
    const pass = selectPass(session, named ?? replayedPass(facts));
    const synthesis = facts.passes[pass - 1]?.synthesis ?? null;
    const picksText = texts.get(`${passName(pass)}/${PICKS_FILE}`) ?? null;
    const isPicked = synthesis !== null && picksText !== null;
    if (!isPicked && !picksGiven) throw noPicks(path, session, pass);
    return {
      session,
      pass,
      picksText: isPicked ? picksText : NO_PICKS,
      tree: isPicked ? synthesis.tree : await treeOf(repository.topLevel, facts.base),
      warnings: await aboutBase(repository, session),
    };
  });
}

const MOST_NAMES = 10;

/** Uncommitted work of somebody else's lies below all captures, and comes along. */
async function aboutBase({ topLevel }: Repository, { data }: Session): Promise<string[]> {
  if (data.base === data.ref) return [];
  const changes = await listEntryChanges(topLevel, data.ref, data.base);
  const names = changes.slice(0, MOST_NAMES).map(({ path }) => asLine(pathText(path)));
  const more = changes.length > names.length ? `, and ${changes.length - names.length} more` : '';
  return [
    `The models started from uncommitted work in ${changes.length === 1 ? 'one file' : `${changes.length} files`}, which is part of what the bundle holds: ${names.join(', ')}${more}.`,
  ];
}

function noPicks(file: string, session: Session, pass: number): UsageError {
  return new UsageError({
    code: 'no-picks',
    message: `${file} has candidates for pass ${pass}, and no picks: nothing was applied where it was written.`,
    hint: `Choose what to take from whom with apply-picks --picks or --take; this shows them: ${sessionCommand(session, 'compare')}`,
    details: { file, pass, session_id: session.data.session_id },
  });
}
