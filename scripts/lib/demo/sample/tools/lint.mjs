// The sample's linter: no tabs, no trailing space, no var, in all of src and test.
import { readdirSync, readFileSync } from 'node:fs';

const problems = ['src', 'test'].flatMap((folder) =>
  readdirSync(folder).flatMap((file) =>
    readFileSync(`${folder}/${file}`, 'utf8')
      .split('\n')
      .flatMap((line, index) =>
        /\t|\s$|\bvar\b/.test(line) ? [`${folder}/${file}:${index + 1}: ${line}`] : [],
      ),
  ),
);
for (const problem of problems) console.error(problem);
console.log(`${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
