import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { resetTime } from '../../scripts/lib/models/quota-reset.ts';

// Times of day without a zone are those of the machine.
process.env.TZ = 'UTC';

const NOW = new Date('2026-11-23T01:00:00Z');

/** What programs said, and the moment that they meant; null: they named none. */
const MESSAGES: [string, string | null][] = [
  // claude 2.1.197
  ["You've hit your session limit · resets 3:27am (UTC)", '2026-11-23T03:27:00.000Z'],
  ["You've hit your weekly limit · resets Nov 26, 3pm (Europe/Berlin)", '2026-11-26T14:00:00.000Z'],
  ["You've hit your limit · resets 12am (America/New_York)", '2026-11-23T05:00:00.000Z'],
  ["You've hit your limit · resets Jan 2, 9am (UTC)", '2027-01-02T09:00:00.000Z'],
  ['Claude AI usage limit reached|1795402800', '2026-11-23T03:00:00.000Z'],
  // codex 0.169
  [
    'You’ve hit your usage limit. Visit https://x or try again at 3:25 AM.',
    '2026-11-23T03:25:00.000Z',
  ],
  ['You’ve hit your usage limit. Try again at Nov 26th, 2026 3:25 PM.', '2026-11-26T15:25:00.000Z'],
  ['You’ve hit your usage limit. Visit https://x or try again later.', null],
  ['Try again in 3 days 4 hours 5 minutes.', '2026-11-26T05:05:00.000Z'],
  // gemini
  ['Your quota will reset after 19h56m20s.', '2026-11-23T20:56:20.000Z'],
  ['You have exhausted your daily quota on this model.', null],
  // Others
  ['resets in 45m', '2026-11-23T01:45:00.000Z'],
  ['Quota exceeded until 2026-11-24T00:00:00Z', '2026-11-24T00:00:00.000Z'],
  ['resets 3pm (Atlantis/Capital)', null],
  ['resets 0:61am (UTC) of never', '2026-11-23T01:01:00.000Z'],
  ['', null],
];

for (const [message, expected] of MESSAGES) {
  test(message || 'nothing', () => {
    assert.is(resetTime(message, NOW)?.toISOString() ?? null, expected);
  });
}

test('a time of day that is over today is tomorrow’s', () => {
  const at = resetTime('resets 12:30am (UTC)', NOW);
  assert.is(at?.toISOString(), '2026-11-24T00:30:00.000Z');
});

test.run();
