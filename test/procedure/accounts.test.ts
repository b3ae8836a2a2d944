import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Accounts } from '../../scripts/lib/procedure/accounts.ts';
import type { RunState } from '../../scripts/lib/procedure/run-state.ts';

function ended(model: string, changes: Partial<RunState>): RunState {
  return {
    model,
    account: 'shared',
    status: 'failed',
    attempts: [{}],
    cause: 'quota',
    resets_at: null,
    ...changes,
  } as RunState;
}

const NOW = new Date('2026-11-23T01:00:00Z');

test('an account is used up until it is filled again, or a run on it succeeds', () => {
  const accounts = new Accounts();
  assert.is(accounts.usedUpBy('shared', NOW), null);
  accounts.note(ended('gpt', { resets_at: '2026-11-23T02:00:00.000Z' }));
  assert.is(accounts.usedUpBy('shared', NOW)?.model, 'gpt');
  assert.is(accounts.usedUpBy('other', NOW), null);
  assert.is(accounts.usedUpBy('shared', new Date('2026-11-23T02:00:00Z')), null);
  accounts.note(ended('gpt', {}));
  assert.is(accounts.usedUpBy('shared', new Date('2027-01-01T00:00:00Z'))?.resetsAt, null);
  accounts.note(ended('gpt#2', { status: 'succeeded', cause: null }));
  assert.is(accounts.usedUpBy('shared', NOW), null);
});

test('other failures, running ones and the host say nothing of it', () => {
  const accounts = new Accounts();
  accounts.note(ended('a', { cause: 'rate-limit' }));
  accounts.note(ended('b', { status: 'running' }));
  accounts.note(ended('c', { account: null }));
  accounts.note(ended('d', { attempts: [] }));
  assert.is(accounts.usedUpBy('shared', NOW), null);
});

test.run();
