/** What the project's own formatter makes equal is no question of anybody. */
import type { Repository } from '../git/repository.ts';
import type { Reporter } from '../script.ts';
import type { Session } from '../session/session.ts';
import { hasOneMode } from '../synthesis/agreement.ts';
import type { ComparedFile } from '../synthesis/compare.ts';
import { sameAfterFormatting } from '../synthesis/same-format.ts';
import { type Comparison, comparisonOf } from './compare.ts';
import { formattedBlobs } from './formatted.ts';
import { readGateRecord } from './gate-record.ts';

/**
 * The comparison, files `format-only` that differ in nothing that the formatter leaves. It runs only where a formatter is
 * among the gates that were run in the pass, and only if there is anything that it could settle.
 */
export async function withFormatting(
  repository: Repository,
  session: Session | null,
  pass: number,
  comparison: Comparison,
  signal: AbortSignal,
  reporter: Reporter,
): Promise<Comparison> {
  const { base, candidates, files } = comparison;
  const contested = files.filter(isContested);
  if (session === null || contested.length === 0) return comparison;
  const gates = await formattersRun(session, pass);
  if (gates.length === 0) return comparison;
  const versions = candidates.map(({ model, tree }) => ({
    tree,
    paths: contested.filter((file) => hasVersion(file, model)).map(({ path }) => path),
  }));
  const asked = { gates, base, versions, signal };
  const formatted = await formattedBlobs(repository, session, asked, reporter);
  if (formatted === null) return comparison;
  const trees = new Map(candidates.map(({ model, tree }) => [model, tree]));
  const isSame = (file: ComparedFile) =>
    sameAfterFormatting(
      file.path,
      file.versions.map(({ model, blob }) => ({ model, blob, tree: trees.get(model) ?? '' })),
      formatted,
    );
  const settled = new Set(contested.filter(isSame));
  if (settled.size === 0) return comparison;
  return comparisonOf(
    base,
    candidates,
    files.map((file) =>
      settled.has(file) ? { ...file, agreement: 'format-only', disputes: [] } : file,
    ),
  );
}

function isContested(file: ComparedFile): boolean {
  const isMixed = file.agreement === 'disjoint' || file.agreement === 'conflict';
  return isMixed && file.origin === null && file.moved_to === null && hasOneMode(file);
}

function hasVersion({ versions }: ComparedFile, model: string): boolean {
  return versions.some((version) => version.model === model);
}

/** The formatter gates of the pass, but for one that took too long already. */
async function formattersRun(session: Session, pass: number) {
  const record = await readGateRecord(session, pass);
  const isSlow = (name: string) =>
    record?.results.some(({ gates }) =>
      gates.some((gate) => gate.name === name && gate.status === 'timeout'),
    );
  return (record?.gates ?? []).filter(({ kind, name }) => kind === 'formatter' && !isSlow(name));
}
