/** What a pass started from, and what its prompt was made of: start.json of the pass. */
import { join } from 'node:path';
import * as z from 'zod';
import type { Repository } from '../git/repository.ts';
import { treeOf } from '../git/trees.ts';
import { readJsonOrNull, replaceJson } from './files.ts';
import { type CaptureRecord, passFolder, type Session, worktreeOf } from './session.ts';

export const startPoints = ['base', 'synthesis'] as const;

export type StartPoint = (typeof startPoints)[number];

export const leftOutSchema = z.object({
  red_gates: z.number(),
  decisions: z.number(),
  analysis_bytes: z.number(),
});

export const unresolvedCountsSchema = z.object({
  decisions: z.number(),
  red_gates: z.number(),
  feedback: z.boolean(),
});

const passStartSchema = z.object({
  schema_version: z.literal(1),
  pass: z.number(),
  from: z.enum(startPoints),
  /** The commit that the worktrees start from. */
  start: z.string(),
  /** What the prompt was made of. */
  feedback: z.string().nullable(),
  prompt_limit: z.number(),
  prompt_bytes: z.number(),
  unresolved: unresolvedCountsSchema,
  left_out: leftOutSchema,
});

export type PassStartRecord = z.output<typeof passStartSchema>;

function startFile(session: Session, pass: number): string {
  return join(passFolder(session, pass), 'start.json');
}

/** Null for a pass that began at base without anybody being asked: the first one. */
export function readPassStart(session: Session, pass: number): Promise<PassStartRecord | null> {
  return readJsonOrNull(startFile(session, pass), passStartSchema);
}

export async function writePassStart(session: Session, record: PassStartRecord): Promise<void> {
  await replaceJson(startFile(session, record.pass), record);
}

/** The commit that worktrees of a pass start from. */
export async function startOfPass(session: Session, pass: number): Promise<string> {
  return (await readPassStart(session, pass))?.start ?? session.data.base;
}

/** The tree that a model began with: what it captured is new only beside that. */
export async function startTreeOf(
  { topLevel }: Repository,
  session: Session,
  { model, pass }: Pick<CaptureRecord, 'model' | 'pass'>,
): Promise<string> {
  const start = worktreeOf(session, model, pass)?.start ?? (await startOfPass(session, pass));
  return treeOf(topLevel, start);
}
