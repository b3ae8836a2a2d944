/** session.json: what a session is, and its only way to change. */

import { join } from 'node:path';
import * as z from 'zod';
import { answerNotes } from '../answer-notes.ts';
import { appendFile, mkdir } from '../disk.ts';
import { Failure } from '../errors.ts';
import { withLock } from '../process/lock.ts';
import { cannotWrite, readJsonOrNull, replaceJson } from './files.ts';
import { passName } from './paths.ts';

const oid = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);
const time = z.iso.datetime();

export const sessionModelSchema = z.object({
  model: z.string(),
  role: z.enum(['host', 'external']),
  available: z.boolean(),
  backend: z.string().nullable(),
  binary: z.string().nullable(),
  version: z.string().nullable(),
  agent_model: z.string().nullable(),
  reason: z.string().nullable(),
});

const printedPath = { path: z.string(), path_base64: z.string().optional() };

/** A change of the main tree, byte for byte: trees of nothing but the paths that it touches. */
export const mainTreeChangeSchema = z.object({
  before: oid,
  after: oid,
  /** Permissions of the old files that a tree does not know. */
  modes: z.array(z.object({ ...printedPath, mode: z.number().int() })),
});

export const userChangesSchema = z.object({
  mode: z.enum(['include', 'set-aside']),
  /** `in-place`: never moved. `saving`: anchored, perhaps moved already. `set-aside`: moved. `restored`: back again. */
  state: z.enum(['in-place', 'saving', 'set-aside', 'restored']),
  files: z.array(z.object({ ...printedPath, status: z.string() })),
  /** Holds the work: a commit whose tree is what the user saw. */
  ref: z.string(),
  /** The stash entry's commit; null where nothing was moved. */
  stash: oid.nullable(),
  /** What the user saw, and what was staged, as trees. */
  tree: oid,
  index_tree: oid,
  /** How the work was moved out of the main tree; null: it was not, or not yet. */
  moved: mainTreeChangeSchema.nullable(),
});

export const worktreeSchema = z.object({
  model: z.string(),
  pass: z.number().int(),
  path: z.string(),
  branch: z.string(),
  /** The commit that it started from. */
  start: oid,
  /** `preparing`: to be filled, or to be filled on after a crash. `removing`: proved, and perhaps half gone already. */
  state: z.enum(['preparing', 'ready', 'removing']),
  removed: z.boolean(),
  /** What was copied in for the gates, repository-relative: never part of a capture, whatever becomes ignored or not. */
  provided: z.array(z.string()),
  /** What gates left behind after the capture, so that cleanup can tell it from a model's work. */
  tree_after_gates: oid.nullable(),
});

export const captureRecordSchema = z.object({
  model: z.string(),
  pass: z.number().int(),
  tree: oid,
  ref: z.string(),
  /** The tip of the model's own commits, kept as well. */
  head: oid,
  state: z.enum(['changed', 'empty']),
  captured_at: time,
});

export const applicationSchema = mainTreeChangeSchema.extend({
  pass: z.number().int(),
  /** The synthesis. */
  tree: oid,
  /** `writing`: a crash happened if nobody is writing. */
  state: z.enum(['writing', 'applied', 'undone']),
  applied_at: time,
});

export const sessionSchema = z.object({
  schema_version: z.literal(1),
  session_id: z.string(),
  command: z.literal('execute'),
  status: z.enum(['in_progress', 'completed', 'abandoned']),
  /** Null with a detached HEAD. */
  branch: z.string().nullable(),
  /** HEAD when the session began. */
  ref: oid,
  base: oid,
  trunk: z.string().nullable(),
  main_tree: z.string(),
  common_dir: z.string(),
  slug: z.string(),
  /** The submodules that base has. */
  submodules: z.array(z.object(printedPath)),
  host: z.string(),
  host_tree: z.enum(['main', 'worktree']),
  models: z.array(sessionModelSchema),
  pass_count: z.number().int(),
  current_pass: z.number().int(),
  completed_passes: z.number().int(),
  timeout_s: z.union([z.number(), z.literal('none')]),
  prompt_summary: z.string(),
  user_changes: userChangesSchema.nullable(),
  /** The setup command that was given by option; null: that of the configuration. */
  setup: z.string().nullable(),
  /** How worktrees are provided, where options said it. */
  preparation: z
    .object({
      link: z.array(z.string()),
      copy_limit_mb: z.union([z.number(), z.literal('none')]).nullable(),
      hooks: z.boolean().nullable(),
      network: z.boolean().optional(),
    })
    .nullable()
    .default(null),
  worktrees: z.array(worktreeSchema),
  captures: z.array(captureRecordSchema),
  applications: z.array(applicationSchema),
  created_at: time,
  updated_at: time,
});

export type SessionData = z.output<typeof sessionSchema>;
export type SessionModel = z.output<typeof sessionModelSchema>;
export type WorktreeRecord = z.output<typeof worktreeSchema>;
export type CaptureRecord = z.output<typeof captureRecordSchema>;

/** A session: its directory and what session.json said when it was read last. */
export interface Session {
  directory: string;
  data: SessionData;
}

export type SessionEvent =
  | 'session_start'
  | 'worktree_created'
  | 'run_start'
  | 'run_end'
  | 'capture'
  | 'gates'
  | 'guard'
  | 'apply'
  | 'undo'
  | 'pass_complete'
  | 'cleanup'
  | 'session_complete';

/** Null when the directory holds no session. */
export async function readSession(directory: string): Promise<Session | null> {
  const data = await readJsonOrNull(join(directory, 'session.json'), sessionSchema);
  return data === null ? null : { directory, data };
}

/** Makes a session's directory and its first session.json; only the user may look inside. */
export async function createSession(directory: string, data: SessionData): Promise<Session> {
  try {
    await mkdir(join(directory, passName(data.current_pass)), { recursive: true, mode: 0o700 });
    await mkdir(join(directory, 'index'), { mode: 0o700 });
  } catch (error) {
    throw cannotWrite(directory, error);
  }
  await replaceJson(join(directory, 'session.json'), data);
  answerNotes.session = directory;
  return { directory, data };
}

/** Brings the session in hand up to date; one that is gone, or no session any more, stays as it was known. */
export async function refreshSession(session: Session): Promise<void> {
  session.data = (await readSession(session.directory))?.data ?? session.data;
}

/**
 * Changes session.json: reads it, changes it, replaces it whole, while no other process does the same. The session in
 * hand is brought up to date.
 */
export async function updateSession(
  session: Session,
  change: (data: SessionData) => Partial<SessionData>,
): Promise<void> {
  await withLock(join(session.directory, 'lock'), async () => {
    const current = (await readSession(session.directory))?.data;
    if (current === undefined) throw sessionGone(session);
    const changed = { ...current, ...change(current), updated_at: new Date().toISOString() };
    session.data = sessionSchema.parse(changed);
    await replaceJson(join(session.directory, 'session.json'), session.data);
  });
}

function sessionGone({ directory }: Session): Failure {
  return new Failure({
    code: 'session-gone',
    message: `The session directory ${directory} was removed while it was in use.`,
    hint: 'What was captured is still held by the refs under refs/mm/ (git for-each-ref refs/mm). Start a new session.',
    details: { directory },
  });
}

/** Appends one line to events.jsonl; short lines appended in one write do not mix. */
export async function recordEvent(
  session: Session,
  event: SessionEvent,
  facts: Record<string, unknown> = {},
): Promise<void> {
  const line = JSON.stringify({ event, timestamp: new Date().toISOString(), ...facts });
  await appendFile(join(session.directory, 'events.jsonl'), `${line}\n`, { mode: 0o600 });
}

export function passFolder(session: Session, pass: number = session.data.current_pass): string {
  return join(session.directory, passName(pass));
}

/** The prefix of the session's private refs. */
export function refPrefix(session: Session): string {
  return `refs/mm/${session.data.session_id}`;
}

/** The prefix of the refs that keep a model's work of a pass: `tree`, `head`, `branch`, `left`. */
export function modelRefs(session: Session, model: string, pass: number): string {
  return `${refPrefix(session)}/${passName(pass)}/${fileName(model)}`;
}

/** The index that is trusted for a working tree: copied before any model could touch it. */
export function trustedIndex(
  session: Session,
  worktree: Pick<WorktreeRecord, 'model' | 'pass'> | 'main',
): string {
  const name = worktree === 'main' ? 'main' : workName(worktree);
  return join(session.directory, 'index', name);
}

/** The folders of a worktree as they were then. */
export function foldersFile(
  session: Session,
  worktree: Pick<WorktreeRecord, 'model' | 'pass'>,
): string {
  return join(session.directory, 'folders', workName(worktree));
}

function workName({ model, pass }: Pick<WorktreeRecord, 'model' | 'pass'>): string {
  return `${passName(pass)}-${fileName(model)}`;
}

/** A model's name in files, branches and refs: `gpt#2` is written `gpt-2`. */
export function fileName(model: string): string {
  return model.replaceAll('#', '-');
}

/** The working tree that a model worked in during a pass; the host's is the main tree unless it has its own. */
export function worktreeOf(session: Session, model: string, pass: number): WorktreeRecord | null {
  return session.data.worktrees.findLast((it) => it.model === model && it.pass === pass) ?? null;
}

export function captureOf(
  session: Session,
  model: string,
  pass: number = session.data.current_pass,
): CaptureRecord | null {
  return session.data.captures.findLast((it) => it.model === model && it.pass === pass) ?? null;
}

/** Whether the host edits the main tree itself. */
export function hostWorksInMainTree({ data }: Session): boolean {
  return data.host_tree === 'main' && data.models.some(({ role }) => role === 'host');
}

/** Where worktrees of the session still lie. */
export function worktreesLeft({ data }: Session): string[] {
  return data.worktrees.filter(({ removed }) => !removed).map(({ path }) => path);
}

/** Whether work of the user's was moved out of the main tree, or may have been, and is not back yet. */
export function hasChangesSetAside({ data }: Session): boolean {
  return ['saving', 'set-aside'].includes(data.user_changes?.state ?? '');
}

/** The models that take part: those that were found. */
export function participants({ data }: Session): SessionModel[] {
  return data.models.filter(({ available }) => available);
}

/** The models that need a worktree: all external ones, and the host when it does not work in the main tree. */
export function modelsWithWorktree({ data }: Session): string[] {
  return data.models
    .filter(
      ({ available, role }) => available && (role === 'external' || data.host_tree === 'worktree'),
    )
    .map(({ model }) => model);
}

/** The last application that still stands in the main tree. */
export function standingApplication({ data }: Session): SessionData['applications'][number] | null {
  return data.applications.findLast(({ state }) => state !== 'undone') ?? null;
}
