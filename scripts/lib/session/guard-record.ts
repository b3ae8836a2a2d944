/**
 * What was noticed while models ran, a file a window: `guard/<window>.json` of the session. The observation that a window
 * begins with is large and lies in a folder beside it, which goes away with its end.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { systemErrorCode } from '../errors.ts';
import { isRunning } from '../process/processes.ts';
import { readJsonOrNull, replaceJson } from './files.ts';
import { listSessionIds } from './list-sessions.ts';
import type { Session } from './session.ts';

/** The gravest first: work that may be lost, then what makes git do something else, then files. */
export const WATCHED = [
  ...(['stash', 'head', 'ref', 'hook', 'config', 'info'] as const),
  ...(['main-tree', 'index', 'worktree', 'ignored-file', 'outside'] as const),
] as const;

export type Watched = (typeof WATCHED)[number];

export const guardChangeSchema = z.object({
  what: z.enum(WATCHED),
  path: z
    .string()
    .describe('repository-relative in the main tree, else absolute; a ref; an entry of the stash'),
  path_base64: z.string().optional(),
  change: z.enum(['added', 'modified', 'deleted', 'unknown']),
  detail: z.string(),
  before: z.string().nullable().describe('object id, content hash or name of what was there'),
  after: z.string().nullable(),
  kept: z.string().nullable().describe('the patch, file or private ref that keeps what was there'),
  command: z.string().nullable().describe('shows it, or brings it back'),
});

export type GuardChange = z.output<typeof guardChangeSchema>;

export const guardSchema = z.object({
  changes: z
    .array(guardChangeSchema)
    .describe('what changed outside of the worktrees while models ran'),
  window: z.object({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    models: z.array(z.string()).describe('all that ran at some time of it'),
  }),
  report: z.string().nullable().describe('the file that has all of it; null: nothing changed'),
});

export type Guard = z.output<typeof guardSchema>;

const guardWindowSchema = z.object({
  schema_version: z.literal(1),
  window: z.string(),
  pass: z.number().int(),
  /** Those of the process that opened it. */
  models: z.array(z.string()),
  supervisor: z.object({ pid: z.number(), started: z.string() }),
  /** `opening`: no model has been started yet. */
  state: z.enum(['opening', 'open', 'closed']),
  /** The commit that keeps everything of before alive; null: not made yet, or not needed any more. */
  anchor: z.string().nullable(),
  from: z.iso.datetime(),
  to: z.iso.datetime().nullable(),
  /** All models that ran at some time of it, those of other windows too; known when it is closed. */
  ran: z.array(z.string()),
  changes: z.array(guardChangeSchema),
  /** What was not looked at. */
  notes: z.array(z.string()),
});

export type GuardWindow = z.output<typeof guardWindowSchema>;

export function windowsFolder({ directory }: Pick<Session, 'directory'>): string {
  return join(directory, 'guard');
}

export function windowFile(session: Session, window: string): string {
  return join(windowsFolder(session), `${window}.json`);
}

/** What a window needs until it is closed. */
export function windowFolder(session: Session, window: string): string {
  return join(windowsFolder(session), window);
}

/** The lock of whoever closes windows that others left open. */
export function guardLock(session: Session): string {
  return join(windowsFolder(session), 'lock');
}

export async function writeWindow(session: Session, window: GuardWindow): Promise<void> {
  await replaceJson(windowFile(session, window.window), window);
}

/** All windows of a session, the oldest first. */
export async function readWindows(session: Pick<Session, 'directory'>): Promise<GuardWindow[]> {
  const folder = windowsFolder(session);
  const names = (await namesIn(folder)).filter((name) => name.endsWith('.json')).sort();
  const windows = await Promise.all(
    names.map((name) => readJsonOrNull(join(folder, name), guardWindowSchema)),
  );
  return windows.flatMap((window) => window ?? []);
}

/** Whether a process still watches: its models run, or have just ended. */
export async function isBeingWatched(session: Session): Promise<boolean> {
  for (const { state, supervisor } of await readWindows(session)) {
    if (state !== 'closed' && (await isRunning(supervisor))) return true;
  }
  return false;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) return [];
    throw error;
  }
}

/** The windows of the repository's other sessions, each with its session's id. */
export async function readWindowsOfOthers(
  session: Session,
): Promise<{ session: string; window: GuardWindow }[]> {
  const folder = join(session.directory, '..');
  const ids = await listSessionIds(folder);
  const found = ids.map(async (id) => {
    if (id === session.data.session_id) return [];
    // What cannot be read says nothing of who ran.
    const windows = await readWindows({ directory: join(folder, id) }).catch(() => []);
    return windows.map((window) => ({ session: id, window }));
  });
  return (await Promise.all(found)).flat();
}

/** Whether two spans of time have a moment in common; one without an end lasts. */
export function overlaps(
  a: Pick<GuardWindow, 'from' | 'to'>,
  b: Pick<GuardWindow, 'from' | 'to'>,
): boolean {
  return (b.to === null || a.from <= b.to) && (a.to === null || b.from <= a.to);
}

/** The changes that were noticed, each once: windows that overlap notice the same one. */
export function distinctChanges(windows: readonly Pick<GuardWindow, 'changes'>[]): GuardChange[] {
  const byKey = new Map(
    windows.flatMap(({ changes }) => changes.map((change) => [keyOf(change), change] as const)),
  );
  return [...byKey.values()];
}

function keyOf({ what, path, path_base64, change, before, after }: GuardChange): string {
  return JSON.stringify([what, path_base64 ?? path, change, before, after]);
}
