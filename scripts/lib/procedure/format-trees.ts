/** Runs formatters on trees, one after the other in one scratch worktree: what they write is read, and forgotten. */
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { systemErrorCode } from '../errors.ts';
import type { Gate } from '../gates/gate.ts';
import { apartFromOthers } from '../gates/gate-environment.ts';
import { type GateResult, runGates } from '../gates/run.ts';
import { pathText, type RawPath } from '../git/paths.ts';
import type { Repository } from '../git/repository.ts';
import { rewindWorktree } from '../git/rewind-worktree.ts';
import { placeOf } from '../git/survey.ts';
import {
  listSubmodules,
  readTree,
  type TreeEntry,
  treeOf,
  withTemporaryIndex,
} from '../git/trees.ts';
import type { Reporter } from '../script.ts';
import { readWorkplace, type Workplace } from '../session/capture.ts';
import { runMark } from '../session/marks.ts';
import { stateRoot } from '../session/paths.ts';
import { passFolder, type Session } from '../session/session.ts';
import { withScratchWorktree } from './scratch-worktree.ts';
import { type Needs, type Preparation, planPreparation } from './worktree-needs.ts';

export interface FormatTreesRequest {
  /** Formatters with commands that write. */
  gates: readonly Gate[];
  trees: readonly string[];
  /** What the worktree is prepared with: never a model's tree. */
  base: string;
  needs: Needs;
  timeoutMs: number | null;
  signal: AbortSignal;
  /** Told tree by tree. */
  onOutcome: (tree: string, outcome: FormatOutcome) => Promise<void>;
}

/** What came of a tree: another tree, or why it is left as it is. */
export type FormatOutcome =
  | { formatted: string; problem: null }
  | { formatted: null; problem: string };

/**
 * Formats tree by tree.
 * @returns null when it came to an end; else why no further tree is tried: the formatter cannot be started, or hangs
 * @throws the signal's reason when it is interrupted
 */
export async function formatTrees(
  repository: Repository,
  session: Session | null,
  request: FormatTreesRequest,
  reporter: Reporter,
): Promise<string | null> {
  const { trees, base, needs, signal, onOutcome } = request;
  const start = await treeOf(repository.topLevel, base);
  const plan = async () => withoutLinkedFiles(await planPreparation(repository, session, needs, 1));
  const formatAll = async (workplace: Workplace) => {
    let lies = start;
    for (const tree of trees) {
      await rewindWorktree(workplace.place, lies, tree);
      const link = linkThatLeadsOut(workplace.directory, await readTree(workplace.place, tree));
      const failed =
        link === null ? await runFormatters(repository, session, workplace, tree, request) : null;
      if (failed !== null && concernsAllTrees(failed)) return describe(failed);
      lies = await readTreeIn(workplace, tree);
      const problem = link ?? (failed && describe(failed));
      const outcome =
        problem === null ? { formatted: lies, problem } : { formatted: null, problem };
      await onOutcome(tree, outcome);
    }
    return null;
  };
  return withScratchWorktree(
    repository,
    session,
    needs,
    reporter,
    (lay) => lay(start, 'formatter', signal, formatAll),
    plan,
  );
}

/** The first that did not come to a good end; null: all did. */
async function runFormatters(
  repository: Repository,
  session: Session | null,
  { directory }: Workplace,
  tree: string,
  { gates, needs, timeoutMs, signal }: FormatTreesRequest,
): Promise<GateResult | null> {
  const logs = session === null ? join(stateRoot(), 'gates') : join(passFolder(session), 'logs');
  return apartFromOthers(session?.data.session_id ?? 'alone', async (apart) => {
    for (const gate of gates) {
      const [result] = await runGates({
        ...{ directory, mainTree: repository.topLevel, gates: [gate], timeoutMs, signal, apart },
        ...{ logDirectory: logs, label: `formatted-${tree.slice(0, 12)}`, secrets: needs.secrets },
        mark: runMark(session, 'formatter'),
      });
      // Some formatters fail because they changed something: run once more, they have nothing to change.
      if (result !== undefined && result.status !== 'pass' && !result.flaky) return result;
    }
    return null;
  });
}

/** It hangs, or the shell has found no such program. A folder that a tree does not have is that tree's own matter. */
function concernsAllTrees({ status, exit_code }: GateResult): boolean {
  return status === 'timeout' || (status === 'error' && exit_code !== null);
}

function describe({ command, status, exit_code, log }: GateResult): string {
  if (status === 'timeout') return `${command} was ended at its time limit; see ${log}`;
  const how = status === 'fail' ? 'failed' : 'could not be run';
  return `${command} ${how}${exit_code === null ? '' : ` (exit ${exit_code})`}; see ${log}`;
}

/** What lies there now, read as a capture is, from what the tree tracks. */
async function readTreeIn(workplace: Workplace, tree: string): Promise<string> {
  const { place } = workplace;
  const submodules = await listSubmodules(place, tree);
  return withTemporaryIndex(place, { tree }, ({ GIT_INDEX_FILE: indexFile }) =>
    readWorkplace({ ...workplace, indexFile, submodules, start: tree }),
  );
}

/** A file of the user's own that is linked would be written; formatters leave folders of dependencies alone. */
function withoutLinkedFiles(preparation: Preparation): Preparation {
  const isLinkedFile = ({ kind, how }: Preparation['provision'][number]) =>
    kind === 'included' && how === 'link';
  return { ...preparation, provision: preparation.provision.filter((it) => !isLinkedFile(it)) };
}

/**
 * A link of the tree through which a formatter could write outside of the worktree, in words; null without any. Biome and
 * gofmt, for two, follow links to files; what they lead to may be the user's own.
 */
function linkThatLeadsOut(
  directory: string,
  entries: ReadonlyMap<RawPath, TreeEntry>,
): string | null {
  const inside = `${realpathSync(directory)}/`;
  for (const [path, { mode }] of entries) {
    if (mode !== '120000') continue;
    const end = realEndOf(placeOf(directory, path));
    if (end !== null && !`${end}/`.startsWith(inside))
      return `${pathText(path)} is a link that leads out of the repository, and a formatter could write through it`;
  }
  return null;
}

/** Null where it leads nowhere: nothing can be formatted there. */
function realEndOf(path: Buffer): string | null {
  try {
    return realpathSync(path);
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return null;
  }
}
