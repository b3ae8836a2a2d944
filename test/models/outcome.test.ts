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
  ['success without a change', { changed: null }, null],
  ['alarming words in a success', { lastLines: '429 Too Many Requests' }, null],
  ['ended by us, exit 0', { endedBy: 'timeout' }, 'timeout'],
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
    assert.equal(classify({ ...GOOD, ...facts }), {
      status: cause === null ? 'succeeded' : 'failed',
      cause,
    });
    assert.equal(classify({ ...GOOD, ...facts, changed: true }), {
      status: cause === null ? 'succeeded' : 'partial',
      cause,
    });
  });
}

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
    assert.equal(retryAfter(cause, 1), retry, cause);
    assert.is(retryAfter(cause, 2), null, cause);
  }
});

test.run();
