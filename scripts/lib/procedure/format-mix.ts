/** Formatting is mended, not judged: where the project's own formatter would rewrite what a mix changes, it does so. */
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { systemErrorCode } from '../errors.ts';
import type { Gate } from '../gates/gate.ts';
import { apartFromOthers } from '../gates/gate-environment.ts';
import { type GateResult, runGates } from '../gates/run.ts';
import { listEntryChanges } from '../git/changes.ts';
import { pathText, type RawPath } from '../git/paths.ts';
import { placeOf } from '../git/survey.ts';
import { readTree, writeTreeWith } from '../git/trees.ts';
import type { Reporter } from '../script.ts';
import { readWorkplace, type Workplace } from '../session/capture.ts';
import { runMark } from '../session/marks.ts';
import { stateRoot } from '../session/paths.ts';
import { passFolder } from '../session/session.ts';
import { isRegularFile } from '../synthesis/read-hunks.ts';
import type { TargetResult } from './gate-record.ts';
import { type Exam, proveTree } from './prove.ts';
import { formattersToRun } from './red-formatters.ts';
import type { Lay } from './scratch-worktree.ts';

export interface ProvedMix {
  tree: string;
  proof: TargetResult;
  formatters: readonly Gate[];
  formatted: readonly RawPath[];
  /** How often gates were run. */
  runs: number;
}

/** What is red because the project's own formatter would rewrite it is rewritten, and proved so. */
export async function proveFormatted(
  exam: Exam & { scratch: Lay },
  tree: string,
  reporter: Reporter,
): Promise<ProvedMix> {
  const proof = await proveTree(exam, tree, reporter);
  const formatters = await formattersToRun(exam, proof);
  const asIs = { tree, proof, formatters, formatted: [], runs: 1 };
  if (formatters.length === 0) return asIs;
  const written = await formatTree(exam, formatters, tree);
  const commands = formatters.map(({ command }) => command).join(' and ');
  if (written.problem !== null)
    reporter.warn(`The mix is not formatted, but proved as it is: ${written.problem}.`);
  if (written.tree === tree) return asIs;
  reporter.warn(
    `The mix is formatted, proved and applied so, by ${commands}: ${written.files.map(pathText).join(', ')}.`,
  );
  const again = await proveTree(exam, written.tree, reporter);
  return { tree: written.tree, proof: again, formatters, formatted: written.files, runs: 2 };
}

/** What came of a tree: another one and what differs in it, or why it is left as it is. */
export interface FormatOutcome {
  tree: string;
  files: RawPath[];
  problem: string | null;
}

/**
 * Runs formatters in the scratch worktree on a tree. Only what the tree changes against base is taken of what they write.
 * @param gates formatters with commands that write
 * @throws the signal's reason when it is interrupted
 */
export async function formatTree(
  exam: Exam & { scratch: Lay },
  gates: readonly Gate[],
  tree: string,
): Promise<FormatOutcome> {
  const { topLevel } = exam.repository;
  const asIs = (problem: string) => ({ tree, files: [], problem });
  return exam.scratch(tree, 'formatter', exam.signal, async (workplace) => {
    const link = await linkThatLeadsOut(exam, workplace, tree);
    if (link !== null)
      return asIs(`${link} is a link that leads out of it, and a formatter could write through it`);
    const failed = await runFormatters(exam, workplace.directory, gates, tree);
    if (failed !== null) return asIs(describe(failed));
    const written = await readWorkplace(workplace);
    const own = new Set((await listEntryChanges(topLevel, exam.base, tree)).map((it) => it.path));
    const kept = (await listEntryChanges(topLevel, tree, written)).filter(
      ({ path, from, to }) =>
        own.has(path) && [from, to].every((it) => isRegularFile(it?.mode ?? '')),
    );
    const entries = new Map(kept.map(({ path, to }) => [path, to]));
    const formatted = await writeTreeWith(topLevel, tree, entries);
    return { tree: formatted, files: [...entries.keys()], problem: null };
  });
}

/** The first that did not come to a good end; null: all did. */
async function runFormatters(
  { repository, session, pass, needs, timeoutMs, signal }: Exam,
  directory: string,
  gates: readonly Gate[],
  tree: string,
): Promise<GateResult | null> {
  const logs =
    session === null ? join(stateRoot(), 'gates') : join(passFolder(session, pass), 'logs');
  const results = await apartFromOthers(session?.data.session_id ?? 'alone', (apart) =>
    runGates({
      ...{ directory, mainTree: repository.topLevel, gates, timeoutMs, signal, apart },
      ...{ logDirectory: logs, label: `formatted-${tree.slice(0, 12)}`, secrets: needs.secrets },
      mark: runMark(session, 'formatter'),
    }),
  );
  // Some formatters fail because they changed something: run once more, they have nothing to change.
  return results.find(({ status, flaky }) => status !== 'pass' && !flaky) ?? null;
}

function describe({ command, status, exit_code, log }: GateResult): string {
  if (status === 'timeout') return `${command} was ended at its time limit; see ${log}`;
  const how = status === 'fail' ? 'failed' : 'could not be run';
  return `${command} ${how}${exit_code === null ? '' : ` (exit ${exit_code})`}; see ${log}`;
}

/**
 * A link through which a formatter could write outside of the worktree; null without any. Biome and gofmt, for two, follow
 * links to files; what they lead to may be the user's own. Folders of dependencies they leave alone.
 */
async function linkThatLeadsOut(
  { needs }: Exam,
  { directory, place }: Workplace,
  tree: string,
): Promise<string | null> {
  const included = needs.needed.filter(({ kind }) => kind === 'included');
  const tracked = [...(await readTree(place, tree))].filter(([, { mode }]) => mode === '120000');
  const inside = `${realpathSync(directory)}/`;
  const leadsOut = (path: Buffer | string) => {
    const end = realEndOf(path);
    return end !== null && !`${end}/`.startsWith(inside);
  };
  const provided = included.find(({ path }) => leadsOut(join(directory, path)));
  const found = tracked.find(([path]) => leadsOut(placeOf(directory, path)))?.[0];
  return provided?.path ?? (found === undefined ? null : pathText(found));
}

/** Null where it leads nowhere: nothing can be formatted there. */
function realEndOf(path: Buffer | string): string | null {
  try {
    return realpathSync(path);
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return null;
  }
}
