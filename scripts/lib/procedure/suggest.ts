/** Picks that follow from facts alone, written where apply-picks can take them from. */
import { join } from 'node:path';
import * as z from 'zod';
import { printPath } from '../git/paths.ts';
import { replaceJson } from '../session/files.ts';
import { passFolder, type Session } from '../session/session.ts';
import { picksSchema } from '../synthesis/picks.ts';
import { suggestPicks } from '../synthesis/suggest.ts';
import type { Comparison } from './compare.ts';
import { greenModels } from './gate-record.ts';

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
      models: z.array(z.string()),
      agreement: z.string(),
      reason: z.string(),
    }),
  ),
});

export type PrintedSuggestion = z.output<typeof suggestionSchema>;

export async function suggest(
  session: Session | null,
  pass: number,
  comparison: Comparison,
): Promise<PrintedSuggestion> {
  const green = session === null ? null : await greenModels(session, pass);
  const { picks, reasons, open_decisions } = suggestPicks(comparison.files, { green });
  const file = session === null ? null : join(passFolder(session, pass), 'picks.suggested.json');
  if (file !== null) await replaceJson(file, { picks });
  return {
    file,
    picks,
    reasons: reasons.map(({ path, reason }) => ({ ...printPath(path), reason })),
    open_decisions: open_decisions.map(({ path, ...rest }) => ({ ...printPath(path), ...rest })),
  };
}
