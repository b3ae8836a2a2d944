import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { dirname, format, join, parse } from 'node:path';
import { rename, rm, writeFile } from '../disk.ts';
import { environmentIn } from '../process/led-environment.ts';
import { type LongCommandEnd, superviseCommand } from '../process/supervise.ts';
import { commandLine } from './command-line.ts';
import { runEnvironment } from './environment.ts';
import { classify, type Outcome } from './outcome.ts';
import { readOutput } from './read-output.ts';
import type { Reading } from './readers/reading.ts';
import type { RunRequest } from './run.ts';
import { sandboxed } from './sandbox.ts';

/** One start of the program, to its end. */
export interface Attempt {
  end: LongCommandEnd;
  limits: Limits;
  reading: Reading;
  /** Where the program's own words about a failure are: the end of stderr, then of stdout. */
  lastLines: string;
  changed: boolean | null;
  outcome: Outcome;
}

export interface AttemptOptions {
  /** Null: it was not found. */
  program: string | null;
  /** From 1. */
  number: number;
  limits: Limits;
}

/** Null: none. */
export interface Limits {
  timeoutMs: number | null;
  /** How long the program may neither print nor change anything. */
  idleMs: number | null;
}

/** Of a longer output only the end is read into memory: that is where final texts and errors are. */
const MAX_READ_BYTES = 12 * 1024 ** 2;
const LAST_LINES_BYTES = 2_000;
/** Node's timers fire at once beyond this. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Starts the program once, waits for its end, and says what became of it. */
export async function runOnce(request: RunRequest, options: AttemptOptions): Promise<Attempt> {
  const end = await startAndWait(request, options);
  const stdout = await readEnd(request.stdoutFile);
  const stderr = await readEnd(request.stderrFile);
  const reading = readOutput(request.backend.output, stdout, stderr);
  const lastLines = [stderr, stdout].map((text) => text.slice(-LAST_LINES_BYTES)).join('\n');
  const changed = await request.hasChanged().catch(() => null);
  const outcome = classify({ ...end, reading, lastLines, changed });
  return { end, limits: options.limits, reading, lastLines, changed, outcome };
}

async function startAndWait(request: RunRequest, options: AttemptOptions): Promise<LongCommandEnd> {
  const { backend, worktree, promptFile, stdoutFile, stderrFile, mark, signal } = request;
  const { program, number, limits } = options;
  if (program === null || signal?.aborted) {
    await Promise.all([stdoutFile, stderrFile].map((file) => writeFile(file, '', OWNER_ONLY)));
    const endedBy = program === null ? 'not-found' : 'interruption';
    return { endedBy, exitCode: null, signal: null, durationMs: 0, quietMs: 0 };
  }
  let announced = Promise.resolve();
  const plain = {
    file: program,
    args: commandLine(backend, {
      model: request.model,
      agentModel: request.agentModel ?? backend.agentModel,
      worktree,
      promptFile,
      prompt: backend.prompt === 'argument' ? await readFile(promptFile, 'utf8') : '',
    }),
    cwd: worktree,
  };
  const command = request.sandbox
    ? sandboxed(request.sandbox.sandbox, request.sandbox, plain)
    : plain;
  const end = await superviseCommand({
    ...command,
    cwd: worktree,
    env: {
      ...runEnvironment(environmentOf(request), backend, program, worktree),
      ...(await writeDefaultSettings(request)),
    },
    ...(backend.prompt === 'stdin' ? { stdinFile: promptFile } : {}),
    stdoutFile,
    stderrFile,
    timeoutMs: limits.timeoutMs === null ? null : Math.min(limits.timeoutMs, MAX_TIMER_MS),
    idleMs: limits.idleMs,
    ...(request.hasActed === undefined ? {} : { hasActed: request.hasActed }),
    givesUpAt: backend.givesUpAt,
    mark,
    ...(signal === undefined ? {} : { signal }),
    onStart: (pid) => {
      announced = (async () => request.onAttempt?.(number, pid))();
      // It is waited for below; until then a rejection must not end this process and orphan the run.
      announced.catch(() => {});
    },
  });
  await announced;
  return end;
}

/** What leads into the user's own tree leads into the model's. */
function environmentOf({ env = process.env, mainTree, worktree }: RunRequest): NodeJS.ProcessEnv {
  return mainTree === undefined ? env : environmentIn(worktree, mainTree, env);
}

/** Puts the backend's file of defaults beside the raw output; gives the variable that names it. */
async function writeDefaultSettings(request: RunRequest): Promise<NodeJS.ProcessEnv> {
  const { backend, stdoutFile, env = process.env } = request;
  if (backend.defaultSettings === null) return {};
  const { variable, usualPlaces, settings } = backend.defaultSettings;
  if ((env[variable] ?? '') !== '' || usualPlaces.some((place) => existsSync(place))) return {};
  const file = join(dirname(stdoutFile), `${parse(stdoutFile).name}-defaults.json`);
  await writeFile(file, JSON.stringify(settings), OWNER_ONLY);
  return { [variable]: file };
}

const OWNER_ONLY = { mode: 0o600 };

/** The end of a file as text; '' when there is no such file. */
async function readEnd(file: string): Promise<string> {
  const handle = await open(file, 'r').catch(() => null);
  if (handle === null) return '';
  try {
    const { size } = await handle.stat();
    const buffer = Buffer.alloc(Math.min(size, MAX_READ_BYTES));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Puts an attempt's raw output aside before the next one writes its own. */
export async function keepAttemptFiles(request: RunRequest, number: number): Promise<void> {
  for (const file of [request.stdoutFile, request.stderrFile]) {
    await rename(file, attemptFile(file, number));
  }
}

/** What an earlier run of the same model left must not be taken for this one's. */
export async function removeOldFiles(request: RunRequest): Promise<void> {
  const { outputFile, stdoutFile, stderrFile } = request;
  const old = [outputFile, attemptFile(stdoutFile, 1), attemptFile(stderrFile, 1)];
  await Promise.all(old.map((file) => rm(file, { force: true })));
}

/** `stderr/gpt.txt` -> `stderr/gpt.attempt-1.txt` */
export function attemptFile(file: string, number: number): string {
  const { dir, name, ext } = parse(file);
  return format({ dir, name: `${name}.attempt-${number}`, ext });
}
