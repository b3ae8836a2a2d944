/** The comparison of a pass on disk: as data, as a page, and for a judge who is to know no names. */
import { join } from 'node:path';
import * as z from 'zod';
import { mkdir, rm } from '../disk.ts';
import { writePatch } from '../git/changes.ts';
import type { Repository } from '../git/repository.ts';
import { readJsonOrNull, replaceFile, replaceJson } from '../session/files.ts';
import { passFolder, type Session } from '../session/session.ts';
import { blindLabels, type LabelMap, relabel } from '../synthesis/blind.ts';
import type { ComparedFile } from '../synthesis/compare.ts';
import { comparisonMarkdown } from '../synthesis/markdown.ts';
import type { Comparison } from './compare.ts';
import { crossTestsMarkdown } from './cross-tests-markdown.ts';
import { type EvidenceOfAll, relabelEvidence } from './evidence.ts';
import { evidenceTable } from './evidence-table.ts';
import { comparisonJson } from './printed-comparison.ts';
import { relabelSuggested, type Suggested } from './suggest.ts';
import { suggestionMarkdown } from './suggestion-markdown.ts';
import { tableMarkdown } from './table-markdown.ts';

/** Writes comparison.json and comparison.md of the pass. */
export async function keepComparison(
  session: Session,
  pass: number,
  { files, questions: disputes, candidates }: Comparison,
  evidence: EvidenceOfAll,
  { suggestion, questions }: Suggested,
): Promise<{ json: string; markdown: string }> {
  const folder = passFolder(session, pass);
  const [json, markdown] = [join(folder, 'comparison.json'), join(folder, 'comparison.md')];
  const head = {
    schema_version: 1,
    pass,
    base: session.data.base,
    models: candidates.map(({ model }) => model),
    decisions: questions.length,
    questions,
    suggestion,
    evidence: evidence.models,
  };
  await replaceFile(json, comparisonJson(head, files, disputes));
  await replaceFile(markdown, pageOf(files, evidence, { suggestion, questions }));
  return { json, markdown };
}

const labelMapSchema = z.record(z.string(), z.string());

/** The labels that were drawn in a pass; null: none were. */
export function readLabels(session: Session, pass: number): Promise<LabelMap | null> {
  return readJsonOrNull(join(passFolder(session, pass), 'label-map.json'), labelMapSchema);
}

/**
 * What a judge reads who is to know no names: the comparison, and a diff for each label. Written in the order of the
 * labels, into one folder, so that neither names nor times tell whose is whose.
 */
export async function keepBlindComparison(
  { topLevel }: Repository,
  session: Session,
  pass: number,
  { base, candidates, files }: Comparison,
  evidence: EvidenceOfAll,
  suggested: Suggested,
  labels: LabelMap,
): Promise<{ markdown: string; diffs: Record<string, string> }> {
  const folder = join(passFolder(session, pass), 'blind');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const markdown = join(folder, 'comparison.md');
  const blind = relabel(files, labels);
  const known = relabelEvidence(evidence, labels);
  await replaceFile(markdown, pageOf(blind, known, relabelSuggested(suggested, labels)));
  const diffs: Record<string, string> = {};
  for (const [label, model] of Object.entries(labels)) {
    const tree = candidates.find((it) => it.model === model)?.tree;
    if (tree === undefined) continue;
    diffs[label] = join(folder, `${label}.diff`);
    await writePatch(topLevel, base, tree, diffs[label]);
  }
  return { markdown, diffs };
}

/** The labels of a pass: drawn once, so that a judge sees the same ones at every look. */
export async function passLabels(
  session: Session,
  pass: number,
  models: string[],
): Promise<Record<string, string>> {
  const file = join(passFolder(session, pass), 'label-map.json');
  const known = await readLabels(session, pass);
  if (known !== null && models.every((model) => Object.values(known).includes(model))) return known;
  const labels = blindLabels(models);
  await replaceJson(file, labels);
  return labels;
}

function pageOf(
  files: readonly ComparedFile[],
  { models, cross }: EvidenceOfAll,
  suggested: Suggested,
): string {
  const matrix =
    cross === null
      ? []
      : [
          crossTestsMarkdown(cross)
            .replaceAll(/^#+ /gm, '### ')
            .replace('### Cross-tests', '### Whose tests catch whose code'),
        ];
  return [
    '# Comparison\n',
    suggestionMarkdown(suggested),
    comparisonMarkdown(files, suggested.suggestion.picks),
    ...(models.length === 0
      ? []
      : [`## Evidence\n\n${tableMarkdown(evidenceTable(models))}\n`, ...matrix]),
  ].join('\n');
}
