import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RunState } from '../../scripts/lib/procedure/run-state.ts';
import { lineOf } from '../../scripts/lib/procedure/show-runs.ts';

const STARTED = Date.parse('2026-11-23T01:00:00Z');

function state(changes: Partial<RunState>): RunState {
  return {
    ...{
      model: 'gpt',
      backend: 'codex',
      status: 'running',
      cause: null,
      message: null,
      attempts: [],
    },
    ...{
      exit_code: null,
      signal: null,
      duration_ms: null,
      output: '/o',
      stderr: '/e',
      usage: null,
    },
    ...{ changed: null, resets_at: null, account: 'codex', mark: 'm', supervisor: null },
    started_at: new Date(STARTED).toISOString(),
    ...changes,
  };
}

test('a line says how long it runs, when it was heard of last, and what it has changed', () => {
  const now = STARTED + 65_000;
  assert.is(
    lineOf(state({}), 3, now - 12_000, now),
    'gpt  1:05  last output 0:12 ago, 3 files changed',
  );
  assert.is(lineOf(state({}), 1, now, now), 'gpt  1:05  last output 0:00 ago, 1 file changed');
  assert.is(lineOf(state({}), null, null, STARTED + 3_600_000), 'gpt  1:00:00  no output yet');
});

test('what has ended says how', () => {
  const ended = state({ status: 'partial', cause: 'timeout', duration_ms: 61_000 });
  assert.is(lineOf(ended, null, null, STARTED), 'gpt  1:01  partial (timeout)');
  assert.is(
    lineOf(state({ status: 'failed', duration_ms: 1_000 }), null, null, STARTED),
    'gpt  0:01  failed',
  );
});

test.run();
