/** Phase 5: where the captures of a pass differ, as data and as a page. */
import { join } from 'node:path';
import * as z from 'zod';
import { Refusal, UsageError } from '../errors.ts';
import { pathText, printPath, rawPathOf } from '../git/paths.ts';
import { type Repository, resolveRevision } from '../git/repository.ts';
import { didYouMean } from '../nearest.ts';
import { readJsonOrNull, replaceFile, replaceJson } from '../session/files.ts';
import { captureOf, participants, passFolder, type Session } from '../session/session.ts';
import { blindLabels } from '../synthesis/blind.ts';
import {
  type Candidate,
  type ComparedFile,
  compareCandidates,
  decisionsIn,
} from '../synthesis/compare.ts';
import { comparisonMarkdown } from '../synthesis/markdown.ts';

const name = z.string().describe('a model, or its label with --blind');

export const comparedFileSchema = z.object({
  path: z.string(),
  path_base64: z.string().optional(),
  versions: z.array(
    z.object({
      model: name,
      blob: z.string().nullable(),
      mode: z.string().nullable(),
      status: z.string(),
      old_path: z.string().nullable(),
      binary: z.boolean(),
      additions: z.number(),
      deletions: z.number(),
    }),
  ),
  agreement: z.enum(['identical', 'format-only', 'disjoint', 'conflict', 'single', 'split']),
  groups: z.array(z.array(name)),
  hunks: z.array(
    z.object({
      id: z.string(),
      models: z.array(name),
      old_start: z.number(),
      old_lines: z.number(),
      new_start: z.number(),
      new_lines: z.number(),
    }),
  ),
});

export type PrintedComparison = z.output<typeof comparedFileSchema>;

export interface Comparison {
  base: string;
  candidates: Candidate[];
  files: ComparedFile[];
  decisions: number;
}

/** The candidates of a pass: every model whose capture changed something. */
export function candidatesOf(session: Session, pass: number): Candidate[] {
  const captures = participants(session).flatMap(
    ({ model }) => captureOf(session, model, pass) ?? [],
  );
  if (captures.length === 0) {
    throw new Refusal({
      code: 'nothing-captured',
      message: `Nothing has been captured in pass ${pass}, so there is nothing to compare or pick from.`,
      hint: `mm.mjs capture-diff --all --session ${session.data.session_id}`,
    });
  }
  return captures.map(({ model, tree }) => ({ model, tree }));
}

/** `--candidate NAME=REV ...` for a comparison without a session. */
export async function candidatesFromOptions(
  repository: Repository,
  options: readonly string[],
): Promise<Candidate[]> {
  return Promise.all(
    options.map(async (option) => {
      const [, model = '', revision = ''] = /^([^=]+)=(.+)$/.exec(option) ?? [];
      const tree =
        revision === '' ? null : await resolveRevision(repository.topLevel, revision, 'tree');
      if (tree !== null) return { model, tree };
      throw new UsageError({
        code: 'bad-candidate',
        message: `--candidate ${option} does not name a tree as NAME=REV.`,
        hint: 'For example: --candidate claude=refs/heads/mm/claude/20260101-120000',
        details: { candidate: option },
      });
    }),
  );
}

export async function compare(
  repository: Repository,
  base: string,
  candidates: Candidate[],
): Promise<Comparison> {
  const files = await compareCandidates(repository.topLevel, base, candidates);
  return { base, candidates, files, decisions: decisionsIn(files) };
}

/** The files that --path names, by path or by folder; all without it. */
export function selectPaths(files: ComparedFile[], paths: readonly string[]): ComparedFile[] {
  if (paths.length === 0) return files;
  return paths.flatMap((path) => {
    const raw = rawPathOf(path.replace(/\/+$/, ''));
    const found = files.filter((file) => file.path === raw || file.path.startsWith(`${raw}/`));
    if (found.length > 0) return found;
    throw new UsageError({
      code: 'unknown-path',
      message: `No model changed ${path}. ${didYouMean(
        path,
        files.map((file) => pathText(file.path)),
      )}`,
      hint: 'Paths are repository-relative; mm.mjs compare without --path lists all.',
      details: { path },
    });
  });
}

export function printComparedFiles(files: readonly ComparedFile[]): PrintedComparison[] {
  return files.map(({ path, versions, agreement, groups, hunks }) => ({
    ...printPath(path),
    versions: versions.map(({ old_path, ...version }) => ({
      ...version,
      old_path: old_path === null ? null : pathText(old_path),
    })),
    agreement,
    groups,
    hunks: hunks.map(({ id, models, old_start, old_lines, new_start, new_lines }) => ({
      id,
      models,
      old_start,
      old_lines,
      new_start,
      new_lines,
    })),
  }));
}

/** Writes comparison.json and comparison.md of the pass. */
export async function keepComparison(
  session: Session,
  pass: number,
  { files, decisions, candidates }: Comparison,
): Promise<{ json: string; markdown: string }> {
  const folder = passFolder(session, pass);
  const [json, markdown] = [join(folder, 'comparison.json'), join(folder, 'comparison.md')];
  await replaceJson(json, {
    schema_version: 1,
    pass,
    base: session.data.base,
    models: candidates.map(({ model }) => model),
    decisions,
    files: printComparedFiles(files),
  });
  await replaceFile(markdown, comparisonMarkdown(files, { decisions }));
  return { json, markdown };
}

const labelMapSchema = z.record(z.string(), z.string());

/** The labels of a pass: drawn once, so that a judge sees the same ones at every look. */
export async function passLabels(
  session: Session,
  pass: number,
  models: string[],
): Promise<Record<string, string>> {
  const file = join(passFolder(session, pass), 'label-map.json');
  const known = await readJsonOrNull(file, labelMapSchema);
  if (known !== null && models.every((model) => Object.values(known).includes(model))) return known;
  const labels = blindLabels(models);
  await replaceJson(file, labels);
  return labels;
}
