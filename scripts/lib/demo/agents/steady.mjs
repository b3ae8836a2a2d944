// A scripted model: slow and careful. It mends the bug and tests it, and does not get round to the rest.
import { readFileSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

const prompt = await text(process.stdin);
console.error(`steady: read a task of ${prompt.length} characters`);
await sleep(1500);

writeFileSync(
  'src/parse-duration.js',
  `const MS_PER_UNIT = { s: 1000, m: 60_000, h: 3_600_000 };
const DURATION = /^(?:\\d+[smh])+$/;

/**
 * Milliseconds of a text such as "90s", "5m" or "1h30m".
 * Throws a RangeError for a text that is no duration.
 */
export function parseDuration(text) {
  if (!DURATION.test(text)) throw new RangeError(\`No duration: \${text}\`);
  return [...text.matchAll(/(\\d+)([smh])/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * MS_PER_UNIT[unit],
    0,
  );
}
`,
);
await sleep(1500);

writeFileSync(
  'test/parse-duration.test.js',
  `${readFileSync('test/parse-duration.test.js', 'utf8')}
test('several units', () => {
  assert.equal(parseDuration('1h30m'), 5_400_000);
});

test('a text that is no duration', () => {
  assert.throws(() => parseDuration('soon'), RangeError);
  assert.throws(() => parseDuration(''), RangeError);
});
`,
);
console.log(
  'parseDuration adds up all units now and refuses what is no duration. formatDuration is not done.',
);
