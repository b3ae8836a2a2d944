import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Cause,
  classify,
  type RunFacts,
  retryAfter,
} from '../../scripts/lib/models/outcome.ts';

const GOOD: RunFacts = {
  endedBy: 'itself',
  exitCode: 0,
  signal: null,
  reading: { text: 'Done.', usage: null, error: null },
  lastLines: '',
  changed: false,
};
const NO_TEXT = { reading: { text: '', usage: null, error: null } };
function error(status: number | null, message: string): Partial<RunFacts> {
  return { exitCode: 1, reading: { text: '', usage: null, error: { status, message } } };
}
function exit(exitCode: number | null, lastLines: string): Partial<RunFacts> {
  return { ...NO_TEXT, exitCode, lastLines };
}

const CAUSES: [string, Partial<RunFacts>, Cause | null][] = [
  ['success', {}, null],
  ['alarming words in a success', { lastLines: '429 Too Many Requests' }, null],
  ['ended by us, exit 0', { endedBy: 'timeout' }, 'timeout'],
  ['ended by us for its silence', { endedBy: 'silence' }, 'timeout'],
  [
    'ended by us because it asked again and again',
    {
      endedBy: 'giving-up',
      ...NO_TEXT,
      lastLines: 'Attempt 4 failed with status 429. Retrying with backoff...',
    },
    'rate-limit',
  ],
  [
    'the same, with a server in trouble',
    {
      endedBy: 'giving-up',
      ...NO_TEXT,
      lastLines: 'Attempt 4 failed with status 503. Retrying with backoff...',
    },
    'api-error',
  ],
  ['ended by us, with an error', { endedBy: 'timeout', ...error(401, 'x') }, 'timeout'],
  ['interrupted', { endedBy: 'interruption', exitCode: null, signal: 'SIGINT' }, 'interrupted'],
  ['not found', { endedBy: 'not-found', exitCode: null }, 'not-found'],
  ['a launcher without its interpreter', exit(127, 'env: node: not found'), 'not-found'],
  ['killed by somebody', { exitCode: null, signal: 'SIGKILL' }, 'crash'],
  ['not started', { exitCode: null }, 'crash'],
  ['empty', NO_TEXT, 'empty-output'],
  ['exit 1', exit(1, 'TypeError: x is not a function'), 'crash'],
  ['a bad flag', exit(2, "error: unexpected argument '--nope' found"), 'crash'],
  // Structured errors
  ['401', error(401, 'API keys bad'), 'auth'],
  ['403', error(403, 'no'), 'auth'],
  ['400 with a bad key', error(400, '{"reason":"API_KEY_INVALID"}'), 'auth'],
  ['codex without a key', error(null, 'Missing environment variable: `MOCK_KEY`.'), 'auth'],
  ['claude without a login', error(null, 'Not logged in · Please run /login'), 'auth'],
  ['gemini 41', error(41, 'FatalAuthenticationError: x'), 'auth'],
  ['429', error(429, 'exceeded retry limit, last status: 429 Too Many Requests'), 'rate-limit'],
  ['429 of a quota', error(429, 'You have exhausted your daily quota on this model.'), 'quota'],
  ['codex quota', error(null, 'Quota exceeded. Check your plan and billing details.'), 'quota'],
  ['402', error(402, 'pay'), 'quota'],
  ['500', error(500, 'Internal'), 'api-error'],
  ['529', error(529, 'Overloaded'), 'api-error'],
  [
    'codex 500',
    error(null, 'We’re currently experiencing high demand, which may cause temporary errors.'),
    'api-error',
  ],
  ['codex cut off', error(null, 'stream disconnected before completion'), 'api-error'],
  ['claude timed out', error(null, 'Request timed out'), 'api-error'],
  ['unknown words', error(null, 'hm'), 'api-error'],
  ['gemini turn limit', error(53, 'Reached max session turns'), 'crash'],
  ['too long', error(null, 'Prompt is too long'), 'crash'],
  ['an error and exit 0', { ...error(401, 'x'), exitCode: 0 }, 'auth'],
  // Text only
  ['no login', exit(1, 'Not logged in · Please run /login'), 'auth'],
  [
    'gemini in text mode, 401',
    exit(1, '{\n  status: 401\n}\nAn unexpected critical error occurred:[object Object]'),
    'auth',
  ],
  ['gemini in text mode, quota', exit(1, 'TerminalQuotaError: You have exhausted'), 'quota'],
  ['a rate limit', exit(1, 'Error: rate limit exceeded, try again later'), 'rate-limit'],
  ['an overloaded API', exit(1, 'API Error: 529 overloaded_error'), 'api-error'],
  ['a refused connection', exit(1, 'connect ECONNREFUSED 127.0.0.1:1'), 'api-error'],
];

for (const [name, facts, cause] of CAUSES) {
  test(name, () => {
    const [unchanged, changed] = [false, true].map((it) =>
      classify({ ...GOOD, ...facts, changed: it }),
    );
    assert.equal([unchanged?.status, unchanged?.cause], ['failed', cause]);
    assert.equal(
      [changed?.status, changed?.cause],
      [cause === null ? 'succeeded' : 'partial', cause],
    );
  });
}

test('a good end without any change is no success; where it is unknown, the benefit of the doubt', () => {
  assert.is(classify({ ...GOOD, changed: false }).status, 'failed');
  assert.is(classify({ ...GOOD, changed: null }).status, 'succeeded');
});

test('a quota says when it is filled again; other causes do not', () => {
  const now = new Date('2026-11-23T01:00:00Z');
  const resetsAt = (facts: Partial<RunFacts>) =>
    classify({ ...GOOD, ...facts }, now).resetsAt?.toISOString() ?? null;
  const words = "You've hit your session limit · resets 3:27am (UTC)";
  assert.is(resetsAt(error(429, words)), '2026-11-23T03:27:00.000Z');
  assert.is(resetsAt(exit(1, words)), '2026-11-23T03:27:00.000Z');
  assert.is(resetsAt(error(429, 'Too many requests, resets 3:27am (UTC)')), null);
});

test('a program that was silent for long before it gave up has tried again by itself', () => {
  assert.ok(retryAfter('rate-limit', 1, 30_000));
  assert.is(retryAfter('rate-limit', 1, 60_000), null);
  assert.is(retryAfter('api-error', 1, 60_000), null);
  assert.ok(retryAfter('timeout', 1, 600_000));
});

test('what failed and cannot be looked at is not partial', () => {
  assert.equal(classify({ ...GOOD, ...NO_TEXT, changed: null }).status, 'failed');
});

test('retries: once, where it can help', () => {
  const rules: [Cause, ReturnType<typeof retryAfter>][] = [
    ['timeout', { delayMs: 0, timeoutFactor: 1.5 }],
    ['rate-limit', { delayMs: 10_000, timeoutFactor: 1 }],
    ['api-error', { delayMs: 10_000, timeoutFactor: 1 }],
    ['empty-output', { delayMs: 0, timeoutFactor: 1 }],
    ['crash', null],
    ['auth', null],
    ['quota', null],
    ['not-found', null],
    ['interrupted', null],
  ];
  for (const [cause, retry] of rules) {
    assert.equal(retryAfter(cause, 1, 0), retry, cause);
    assert.is(retryAfter(cause, 2, 0), null, cause);
  }
});

test.run();
