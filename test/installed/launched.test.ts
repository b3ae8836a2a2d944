/** What is compiled finds the parser, which is not bundled, wherever the copy lies. */
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Sandbox, sandbox } from '../support/sandbox.ts';
import { installedCopy, type SkillCopy, startLauncher } from '../support/skill-copies.ts';

const SCRIPT = `import * as z from 'zod';
import { readCode } from './lib/code/read-code.ts';
import { defineScript, runWhenMain } from './lib/script.ts';

const script = defineScript({
  name: 'read-facts',
  summary: 'Read code',
  options: z.object({}),
  output: z.object({ exports: z.array(z.string()), damaged: z.number() }),
  examples: [],
  async run() {
    const files = [
      { path: 'a.ts', text: 'export const a: A = 1;' },
      { path: 'b.tsx', text: 'export const b = <B/>;' },
      { path: 'c.js', text: 'exports.c = 1;' },
      { path: 'd.py', text: 'd = 1' },
      { path: 'e.go', text: 'package e\\nconst E = 1' },
    ];
    const facts = [...(await readCode(files)).values()];
    const names = facts.flatMap((it) => it.exports.map(({ name }) => name));
    return { exports: names, damaged: facts.filter((it) => it.isDamaged).length, next: '' };
  },
});

export default script;
await runWhenMain(import.meta.url, script);
`;

/** With a script that reads code. */
async function copyWithScript(box: Sandbox): Promise<SkillCopy> {
  const copy = await installedCopy(box);
  await writeFile(join(copy.skill, 'scripts', 'read-facts.ts'), SCRIPT);
  return copy;
}

/** In a repository that has something else under the parser's name. */
async function readFacts(box: Sandbox, { mm }: SkillCopy, name = 'project', env = {}) {
  const trap = 'node_modules/@vscode/tree-sitter-wasm';
  const cwd = await box.repository(
    {
      [`${trap}/package.json`]: '{"main":"index.js"}',
      [`${trap}/index.js`]: "throw new Error('caught in the trap');",
    },
    name,
  );
  const { exitCode, text, stderr } = await startLauncher(box, cwd, mm, ['read-facts'], env);
  const { exports, damaged } = JSON.parse(text);
  return { exitCode, stderr, exports, damaged };
}

const READ = {
  exitCode: 0,
  stderr: '',
  exports: ['a', 'b', 'default', 'c', 'd', 'E'],
  damaged: 0,
};

test('the launcher’s compiled copy finds the parser in the skill’s own modules', async () => {
  await using box = await sandbox();
  const copy = await copyWithScript(box);
  const cache = join(copy.skill, 'node_modules', '.cache', 'multi-model-execute');
  assert.equal(await readFacts(box, copy), READ);
  const compiled = await readdir(cache, { recursive: true });
  const files = compiled.filter((file) => file.endsWith('.mjs'));
  assert.ok(files.some((file) => file.endsWith('read-facts.mjs')));
  for (const file of files)
    assert.not.match(await readFile(join(cache, file), 'utf8'), 'ts_parser_parse', 'not bundled');
  assert.equal(await readFacts(box, copy, 'again'), READ);
});

test('so do a copy in the cache folder of the user, and the source, where no copy can be kept', async () => {
  await using box = await sandbox();
  const copy = await copyWithScript(box);
  await writeFile(join(copy.skill, 'node_modules', '.cache'), 'a file in its place');
  const [cache, nowhere] = [join(box.folder, 'cache'), '/dev/null/cache'];
  assert.equal(await readFacts(box, copy, 'project', { XDG_CACHE_HOME: cache }), READ);
  assert.ok(existsSync(join(cache, 'multi-model-execute')));
  assert.equal(await readFacts(box, copy, 'again', { XDG_CACHE_HOME: nowhere }), READ);
});

test.run();
