/**
 * A gate that runs all tests of a project in one process, for what asks its gates often: `node --test` starts one more
 * for each file, and npm another.
 */
export const RUN_CHECK = 'node check.mjs';

export const CHECK = {
  'check.mjs': `import { readdirSync } from 'node:fs';
import { test } from 'node:test';

const files = readdirSync('.', { recursive: true }).filter((it) => it.endsWith('.test.js'));
for (const file of files.sort())
  await import(\`./\${file}\`).catch((error) => test(file, () => Promise.reject(error)));
`,
};
