/** Picks that follow from facts alone, written where apply-picks can take them from. */
import { join } from 'node:path';
import * as z from 'zod';
import { printPath } from '../git/paths.ts';
import { replaceJson } from '../session/files.ts';
import { passFolder, type Session } from '../session/session.ts';
import { type LabelMap, relabel } from '../synthesis/blind.ts';
import { picksSchema } from '../synthesis/picks.ts';
import { suggestPicks } from '../synthesis/suggest.ts';
import type { Comparison } from './compare.ts';
import { readGateRecord } from './gate-record.ts';
import { greenModels } from './red-items.ts';

export const suggestionSchema = z.object({
  file: z.string().nullable().describe('the picks file; null without a session'),
  picks: picksSchema.shape.picks,
  reasons: z.array(
    z.object({ path: z.string(), path_base64: z.string().optional(), reason: z.string() }),
  ),
  open_decisions: z.array(
    z.object({
      path: z.string(),
      path_base64: z.string().optional(),
      decisions: z.array(z.string()).describe('the questions to answer, by id'),
      models: z.array(z.string()),
      agreement: z.string(),
      reason: z.string(),
    }),
  ),
});

export type PrintedSuggestion = z.output<typeof suggestionSchema>;

/** @param labels with them, the suggestion names labels instead of models, in its file too: apply-picks knows both */
export async function suggest(
  session: Session | null,
  pass: number,
  { files, candidates }: Comparison,
  labels: LabelMap | null = null,
): Promise<PrintedSuggestion> {
  const record = session === null ? null : await readGateRecord(session, pass);
  const results = record?.results ?? [];
  const green = greenModels(results);
  const spotless = results.filter(({ gates }) => gates.every(({ status }) => status === 'pass'));
  const names = new Map(Object.entries(labels ?? {}).map(([label, model]) => [model, label]));
  const shown = (wanted: ReadonlySet<string>) =>
    new Set(
      candidates.flatMap(({ model }) => (wanted.has(model) ? (names.get(model) ?? model) : [])),
    );
  const { picks, reasons, open_decisions } = suggestPicks(
    labels === null ? files : relabel(files, labels),
    {
      green: green && shown(green),
      spotless: shown(new Set(spotless.map(({ target }) => target))),
    },
  );
  const file = session === null ? null : join(passFolder(session, pass), 'picks.suggested.json');
  if (file !== null) await replaceJson(file, { picks });
  return {
    file,
    picks,
    reasons: reasons.map(({ path, reason }) => ({ ...printPath(path), reason })),
    open_decisions: open_decisions.map(({ path, ...rest }) => ({ ...printPath(path), ...rest })),
  };
}
