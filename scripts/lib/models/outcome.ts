import type { LongCommandEnd } from '../process/supervise.ts';
import { resetTime } from './quota-reset.ts';
import { type Reading, statusIn } from './readers/reading.ts';

export type Cause =
  | 'timeout'
  | 'rate-limit'
  | 'quota'
  | 'auth'
  | 'api-error'
  | 'empty-output'
  | 'crash'
  | 'not-found'
  | 'interrupted';

export type RunStatus = 'succeeded' | 'partial' | 'failed';

export interface RunFacts extends Pick<LongCommandEnd, 'endedBy' | 'exitCode' | 'signal'> {
  reading: Reading;
  /** The last lines of stderr, then of stdout: looked at only when nothing more exact is known. */
  lastLines: string;
  /** Whether the worktree differs from what it was; null: that could not be found out. */
  changed: boolean | null;
}

export interface Outcome {
  status: RunStatus;
  /** Why it did not go well; null also where it changed nothing and said nothing of an error. */
  cause: Cause | null;
  /** When a quota is filled again, where that was said. */
  resetsAt: Date | null;
}

/**
 * What became of a run. In this order count: whether we ended it (a killed CLI may exit 0), the CLI's structured error,
 * its exit status, its text (CLI-FACTS 4), and always the working tree itself: what failed but left changes is partial,
 * its tree is a result like any other; and what changed nothing has not done the task, whatever it said.
 */
export function classify(facts: RunFacts, now = new Date()): Outcome {
  const cause = causeOf(facts);
  const said = facts.reading.error?.message ?? facts.lastLines;
  const resetsAt = cause === 'quota' ? resetTime(said, now) : null;
  if (cause === null)
    return { status: facts.changed === false ? 'failed' : 'succeeded', cause, resetsAt };
  return { status: facts.changed === true ? 'partial' : 'failed', cause, resetsAt };
}

function causeOf({ endedBy, exitCode, signal, reading, lastLines }: RunFacts): Cause | null {
  if (endedBy === 'not-found') return 'not-found';
  if (endedBy === 'timeout' || endedBy === 'silence') return 'timeout';
  if (endedBy === 'giving-up')
    return causeOfError({ status: statusIn(lastLines), message: lastLines });
  if (endedBy === 'interruption') return 'interrupted';
  if (reading.error !== null) return causeOfError(reading.error);
  if (signal !== null || exitCode === null) return 'crash';
  if (exitCode === 127) return 'not-found';
  if (exitCode !== 0) return causeInText(lastLines) ?? 'crash';
  return reading.text === '' ? 'empty-output' : null;
}

/** Words of the real programs [seen], and of their vendors' documentation; the first that fits. */
const PATTERNS: readonly (readonly [Cause, RegExp])[] = [
  ['empty-output', /returned an empty response|with empty response text|No response was returned/i],
  [
    'auth',
    /401 Unauthorized|403 Forbidden|status:? 40[13]\b|Missing environment variable|Not logged in|Please run \/login|API_KEY_INVALID|API key not valid|Invalid (API key|auth method)|set an Auth method|UNAUTHENTICATED|authentication_error|not authenticated|token (has )?expired/i,
  ],
  [
    'quota',
    /TerminalQuotaError|exhausted your .{0,40}quota|quota exceeded|exceeded your current quota|insufficient_quota|(hit|reached) your [\w' -]{0,40}limit|(?<!not your )usage limit|\d-hour limit|out of (extra )?usage|credit balance is too low|check your plan and billing/i,
  ],
  [
    'rate-limit',
    /429 Too Many Requests|status:? 429\b|\bHTTP 429\b|too many requests|rate.?limit|RESOURCE_EXHAUSTED|RetryableQuotaError/i,
  ],
  [
    'api-error',
    /\bAPI Error\b|high demand|stream (disconnected|error)|status:? 5\d\d\b|Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out|overloaded|ECONNRE(SET|FUSED)|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|fetch failed|Request timed out|Connection error|Connection to the API was lost|socket hang up|idle timeout/i,
  ],
];

/** The CLI gave up for a reason of its own: the API is well, and asking again would end the same way. */
const OWN_LIMIT =
  /max.?turns|turn limit|prompt is too long|exceeds the maximum|not running in a trusted|loop detected/i;
/** gemini numbers its own failures below the HTTP statuses; this one is its login (CLI-FACTS 4). */
const GEMINI_AUTH_FAILURE = 41;

function causeOfError({ status, message }: { status: number | null; message: string }): Cause {
  const inText = causeInText(message);
  if (status === 401 || status === 403 || status === GEMINI_AUTH_FAILURE) return 'auth';
  if (status === 402) return 'quota';
  if (status === 429) return inText === 'quota' ? 'quota' : 'rate-limit';
  if (inText !== null) return inText;
  const isOwn = status !== null && status < 100;
  return isOwn || OWN_LIMIT.test(message) ? 'crash' : 'api-error';
}

function causeInText(text: string): Cause | null {
  return PATTERNS.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
}

export interface Retry {
  delayMs: number;
  /** What the time limit is multiplied by. */
  timeoutFactor: number;
}

const AT_ONCE: Retry = { delayMs: 0, timeoutFactor: 1 };
const AFTER_A_WHILE: Retry = { delayMs: 10_000, timeoutFactor: 1 };

/** A program that said nothing for so long before it gave up has asked the API again and again by itself. */
const OWN_RETRIES_MS = 45_000;

/**
 * How a run is tried again: once, and only where that can help.
 * @param attempt the number of the one that failed, from 1
 * @param quietMs how long it had printed nothing when it ended
 */
export function retryAfter(cause: Cause, attempt: number, quietMs: number): Retry | null {
  if (attempt > 1) return null;
  switch (cause) {
    case 'timeout':
      return { delayMs: 0, timeoutFactor: 1.5 };
    case 'rate-limit':
    case 'api-error':
      return quietMs < OWN_RETRIES_MS ? AFTER_A_WHILE : null;
    case 'empty-output':
      return AT_ONCE;
    default:
      return null;
  }
}
