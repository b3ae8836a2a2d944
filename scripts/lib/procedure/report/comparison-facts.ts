/** The comparison of a pass for its page: what is to be decided, file by file, and the lines that it is about. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { systemErrorCode } from '../../errors.ts';
import type { ReportCrossTests } from '../../report/evidence-data.ts';
import { exactPath, hunksWanted, QuestionReader } from '../../report/questions.ts';
import { readPatch } from '../../report/read-patch.ts';
import type { ReportComparison } from '../../report/report-data.ts';
import { type Patches, VersionReader } from '../../report/versions.ts';
import { readJsonOrNull } from '../../session/files.ts';
import { captureOf, fileName, passFolder, type Session } from '../../session/session.ts';
import { readCrossTests } from '../cross-tests.ts';
import { evidenceSchema } from '../evidence.ts';
import { comparedFileSchema, questionSchema } from '../printed-comparison.ts';

const comparisonFileSchema = z.object({
  models: z.array(z.string()),
  decisions: z.number(),
  // Older ones count files as decisions, and have none of these; their questions are about hunks.
  questions: z
    .array(
      z.object({
        id: z.string(),
        kind: z.string(),
        options: z.array(z.object({ models: z.array(z.string()).default([]) })),
      }),
    )
    .default([]),
  disputes: z.array(questionSchema).nullable().default(null),
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
  return { ...result, outdated: isOutdated(session, pass, 'cross-tests.json', result.models) };
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

/** Each model's diff, where there is one: what is to be decided goes before all else. */
export async function readPatches(
  session: Session,
  pass: number,
  comparison: ComparisonFile | null,
): Promise<Patches> {
  const { files = [], disputes } = comparison ?? {};
  const open = files.filter(({ agreement }) => /^(conflict|split)$/.test(agreement));
  const first = new Set(open.map(exactPath));
  const wanted = hunksWanted(disputes ?? [], files);
  const patches = new Map<string, Awaited<ReturnType<typeof readPatch>>>();
  for (const { model } of session.data.models) {
    if (captureOf(session, model, pass) === null) continue;
    try {
      const file = join(passFolder(session, pass), diffPath(model));
      patches.set(model, await readPatch(file, first, wanted));
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
  { models, files, disputes, ...comparison }: ComparisonFile,
  patches: Patches,
): ReportComparison {
  const diffOf = (model: string) => ({ path: diffPath(model), what: 'the whole diff' });
  const reader = new VersionReader(patches, diffOf);
  const versionsOf = (file: ComparisonFile['files'][number]) => reader.of(exactPath(file), file);
  const asker = new QuestionReader(models, patches, versionsOf, diffOf);
  return {
    models,
    // Without these it is an older one, which counted files.
    decisions: disputes?.length ?? comparison.decisions,
    questions: disputes && asker.of(disputes, files),
    outdated: isOutdated(session, pass, 'comparison.json', models),
    files: files.map((file) => {
      const { path, is_test, origin, moved_to, agreement } = file;
      return { path, is_test, origin, moved_to, agreement, versions: versionsOf(file) };
    }),
  };
}
