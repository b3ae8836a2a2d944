/** What a model's run came to, or that it still goes on: `runs/<model>.json` of the pass. */
import { join } from 'node:path';
import * as z from 'zod';
import { isRunning } from '../process/processes.ts';
import { readJsonOrNull, replaceJson } from '../session/files.ts';
import { fileName, passFolder, type Session } from '../session/session.ts';

export const runSchema = z.object({
  model: z.string(),
  backend: z.string().nullable(),
  status: z.enum(['succeeded', 'partial', 'failed', 'running']),
  cause: z.string().nullable().describe('why it did not succeed; see CONTRACT'),
  message: z.string().nullable().describe('the same in one readable line'),
  attempts: z.array(
    z.object({
      cause: z.string().nullable(),
      exit_code: z.number().nullable(),
      signal: z.string().nullable(),
      duration_ms: z.number(),
      timeout_ms: z.number().nullable(),
    }),
  ),
  exit_code: z.number().nullable(),
  signal: z.string().nullable(),
  duration_ms: z.number().nullable(),
  output: z.string().describe('the file with its final text'),
  stderr: z.string().nullable(),
  usage: z
    .object({
      input_tokens: z.number(),
      output_tokens: z.number(),
      cost_usd: z.number().nullable(),
    })
    .nullable(),
  changed: z.boolean().nullable().describe('whether its working tree differs; null: unknown'),
  resets_at: z
    .string()
    .nullable()
    .default(null)
    .describe('when a quota that is used up is filled again, where that was said'),
});

export type Run = z.output<typeof runSchema>;

const runStateSchema = runSchema.extend({
  started_at: z.iso.datetime(),
  /** Who pays for it; null for the host. */
  account: z.string().nullable().default(null),
  /** What its processes carry; null for the host. */
  mark: z.string().nullable(),
  /** The process that looks after it. */
  supervisor: z.object({ pid: z.number(), started: z.string() }).nullable(),
});

export type RunState = z.output<typeof runStateSchema>;

export function runFile(session: Session, model: string, pass: number): string {
  return join(passFolder(session, pass), 'runs', `${fileName(model)}.json`);
}

/** Where its final text goes, and its raw stdout and stderr. */
export function runFiles(session: Session, model: string, pass: number) {
  const folder = passFolder(session, pass);
  return {
    output: join(folder, 'outputs', `${fileName(model)}.md`),
    stdout: join(folder, 'logs', `${fileName(model)}-stdout.txt`),
    stderr: join(folder, 'stderr', `${fileName(model)}.txt`),
  };
}

export async function writeRunState(
  session: Session,
  pass: number,
  state: RunState,
): Promise<void> {
  await replaceJson(runFile(session, state.model, pass), state);
}

/**
 * The state of a model's run, or null when it never started. A run whose supervisor is gone is no longer running,
 * whatever its file says: it was interrupted.
 */
export async function readRunState(
  session: Session,
  model: string,
  pass: number,
): Promise<RunState | null> {
  const state = await readJsonOrNull(runFile(session, model, pass), runStateSchema);
  if (state?.status !== 'running' || (await isSupervised(state))) return state;
  return {
    ...state,
    status: 'failed',
    cause: 'interrupted',
    message: 'The process that ran it was ended from outside.',
  };
}

async function isSupervised({ supervisor }: RunState): Promise<boolean> {
  return supervisor !== null && (await isRunning(supervisor));
}

/** In a few words: `succeeded`, `partial (timeout)`, `failed (nothing changed)`. */
export function howItEnded({
  status,
  cause,
  changed,
}: Pick<Run, 'status' | 'cause' | 'changed'>): string {
  const why = cause ?? (status === 'failed' && changed === false ? 'nothing changed' : null);
  return why === null ? status : `${status} (${why})`;
}

/** A state without what only scripts need to know. */
export function printRun({
  started_at: _,
  supervisor: __,
  mark: ___,
  account: ____,
  ...run
}: RunState): Run {
  return run;
}
