import * as z from 'zod';
import type { FileChange } from '../git/changes.ts';
import { pathText, printPath } from '../git/paths.ts';
import type { Capture } from './capture.ts';

export const captureSchema = z.object({
  model: z.string(),
  base: z.string(),
  tree: z.string(),
  ref: z.string().nullable().describe('keeps the tree alive; null without a session'),
  state: z.enum(['changed', 'empty']),
  files: z.array(
    z.object({
      path: z.string(),
      path_base64: z.string().optional(),
      old_path: z.string().nullable(),
      status: z.enum(['added', 'modified', 'deleted', 'renamed', 'type-changed']),
      mode: z.string().nullable(),
      old_mode: z.string().nullable(),
      binary: z.boolean(),
      additions: z.number(),
      deletions: z.number(),
    }),
  ),
  totals: z.object({ files: z.number(), additions: z.number(), deletions: z.number() }),
  commits_by_model: z.number(),
  diff: z.string().describe('git apply --binary turns base into the tree with it'),
  secrets: z
    .array(z.object({ path: z.string(), path_base64: z.string().optional(), secret: z.string() }))
    .describe('files that contain a secret of the user, by its name; masked in the diff'),
  warnings: z.array(z.string()),
});

export type PrintedCapture = z.output<typeof captureSchema>;

export function printCapture(capture: Capture): PrintedCapture {
  const { model, base, tree, ref, state, files, commitsByModel, diff, secrets, warnings } = capture;
  const sum = (count: (file: FileChange) => number) =>
    files.reduce((total, file) => total + count(file), 0);
  return {
    model,
    base,
    tree,
    ref,
    state,
    files: files.map(printChange),
    totals: {
      files: files.length,
      additions: sum(({ additions }) => additions),
      deletions: sum(({ deletions }) => deletions),
    },
    commits_by_model: commitsByModel,
    diff,
    secrets: [...secrets],
    warnings: [...warnings],
  };
}

function printChange(change: FileChange): PrintedCapture['files'][number] {
  const { path, oldPath, status, mode, oldMode, binary, additions, deletions } = change;
  return {
    ...printPath(path),
    old_path: oldPath === null ? null : pathText(oldPath),
    status,
    mode,
    old_mode: oldMode,
    binary,
    additions,
    deletions,
  };
}
