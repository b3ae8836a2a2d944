// A scripted model: its first attempt ends with exit status 0 and nothing done or said, as real CLIs do now and then.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

const [attempts] = process.argv.slice(2);
const isFirst = !existsSync(attempts);
appendFileSync(attempts, `${new Date().toISOString()}\n`);
await text(process.stdin);

if (!isFirst) {
  const file = 'src/parse-duration.js';
  const body = `  let sum = 0;
  for (const [, amount, unit] of text.matchAll(/(\\d+)([smh])/g)) sum += Number(amount) * MS_PER_UNIT[unit];
  return sum;
}
`;
  writeFileSync(file, readFileSync(file, 'utf8').replace(/ {2}const \[[\s\S]*$/, body));
  appendFileSync('README.md', '\nSeveral units are added up.\n');
  console.log('Units are added up. A text that is no duration gives 0.');
}
