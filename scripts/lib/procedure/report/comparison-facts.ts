/** The comparison of a pass for its page: what is suggested and asked, and every file with its versions. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { systemErrorCode } from '../../errors.ts';
import { type RawPath, rawPathOfPrinted } from '../../git/paths.ts';
import { readPatch } from '../../report/read-patch.ts';
import type {
  ReportComparison,
  ReportCrossTests,
  ReportSuggestion,
} from '../../report/report-data.ts';
import { type Patches, VersionReader } from '../../report/versions.ts';
import { readJsonOrNull } from '../../session/files.ts';
import { captureOf, fileName, passFolder, type Session } from '../../session/session.ts';
import { readCrossTests } from '../cross-tests.ts';
import { crossFailures, crossMatrix } from '../cross-tests-markdown.ts';
import { evidenceSchema } from '../evidence.ts';
import { afterAnalysis } from '../next-command.ts';
import { comparedFileSchema } from '../printed-comparison.ts';
import { suggestionSchema } from '../suggest.ts';
import { wholesTable } from '../suggestion-markdown.ts';

const comparisonFileSchema = z.object({
  models: z.array(z.string()),
  // Older ones have none of these, and their questions are about hunks.
  questions: z
    .array(
      z.object({
        id: z.string(),
        kind: z.string(),
        about: z.string().default(''),
        names: z.array(z.string()).default([]),
        options: z.array(z.object({ models: z.array(z.string()).default([]) })),
      }),
    )
    .default([]),
  suggestion: suggestionSchema.nullable().default(null),
  evidence: z.array(evidenceSchema).default([]),
  files: z.array(comparedFileSchema),
});

type ComparisonFile = z.output<typeof comparisonFileSchema>;

/** @throws Failure `damaged-file` */
export function readComparison(folder: string): Promise<ComparisonFile | null> {
  return readJsonOrNull(join(folder, 'comparison.json'), comparisonFileSchema);
}

export async function readMatrix(session: Session, pass: number): Promise<ReportCrossTests | null> {
  const result = await readCrossTests(session, pass);
  if (result === null) return null;
  return {
    matrix: result.cells.length === 0 ? null : crossMatrix(result),
    failures: crossFailures(result),
    outdated: isOutdated(session, pass, 'cross-tests.json', result.models),
  };
}

/** Whether one of the models was captured after a file of the pass was written. */
function isOutdated(
  session: Session,
  pass: number,
  name: string,
  models: readonly string[],
): boolean {
  const made = statSync(join(passFolder(session, pass), name)).mtime.toISOString();
  return models.some((model) => (captureOf(session, model, pass)?.captured_at ?? '') > made);
}

/** Each model's diff, where there is one: where versions exclude each other goes before all else. */
export async function readPatches(
  session: Session,
  pass: number,
  comparison: ComparisonFile | null,
): Promise<Patches> {
  const files = comparison?.files ?? [];
  const apart = files.filter(({ agreement }) => /^(conflict|split)$/.test(agreement));
  const first = new Set(apart.map(exactPath));
  const patches = new Map<string, Awaited<ReturnType<typeof readPatch>>>();
  for (const { model } of session.data.models) {
    if (captureOf(session, model, pass) === null) continue;
    try {
      const file = join(passFolder(session, pass), diffPath(model));
      patches.set(model, await readPatch(file, first));
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw error;
    }
  }
  return patches;
}

export function diffPath(model: string): string {
  return `diffs/${fileName(model)}.diff`;
}

export function comparisonFacts(
  session: Session,
  pass: number,
  { models, files }: ComparisonFile,
  patches: Patches,
): ReportComparison {
  const reader = new VersionReader(patches, (model) => ({
    path: diffPath(model),
    what: 'the whole diff',
  }));
  return {
    models,
    outdated: isOutdated(session, pass, 'comparison.json', models),
    files: files.map((file) => {
      const { path, is_test, origin, moved_to, agreement } = file;
      const versions = reader.of(exactPath(file), file);
      return { path, is_test, origin, moved_to, agreement, versions };
    }),
  };
}

function exactPath({ path, path_base64 }: ComparisonFile['files'][number]): RawPath {
  return rawPathOfPrinted(path_base64 === undefined ? { path } : { path, path_base64 });
}

export async function suggestionFacts(
  session: Session,
  pass: number,
  { suggestion, questions }: ComparisonFile,
): Promise<ReportSuggestion | null> {
  if (suggestion === null) return null;
  const { spine, wholes, grafts, offers, offers_count } = suggestion;
  return {
    ...{ spine, grafts, offers, offers_count, questions },
    wholes: wholesTable(wholes),
    apply: await afterAnalysis(session, pass),
  };
}
