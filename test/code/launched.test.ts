import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommand } from '../../scripts/lib/process/command.ts';
import { skillFolder } from '../../scripts/lib/skill-folder.ts';
import { type Sandbox, sandbox } from '../support/sandbox.ts';

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

/** A copy of the skill, with a script that reads code, and this one's dependencies linked entry by entry. */
async function copyOfSkill(box: Sandbox): Promise<string> {
  const skill = join(box.folder, 'a copy of the skill');
  const modules = join(skill, 'node_modules');
  await mkdir(modules, { recursive: true });
  for (const name of ['package.json', 'package-lock.json', 'tsconfig.json', 'scripts'])
    await cp(join(skillFolder, name), join(skill, name), { recursive: true });
  await writeFile(join(skill, 'SKILL.md'), '---\nname: multi-model-execute\n---\n');
  await writeFile(join(skill, 'scripts', 'read-facts.ts'), SCRIPT);
  for (const name of await readdir(join(skillFolder, 'node_modules')))
    if (name !== '.cache')
      await symlink(join(skillFolder, 'node_modules', name), join(modules, name));
  return skill;
}

/** In a repository that has something else under the parser's name. */
async function readFacts(box: Sandbox, skill: string, name = 'project') {
  const trap = 'node_modules/@vscode/tree-sitter-wasm';
  const cwd = await box.repository(
    {
      [`${trap}/package.json`]: '{"main":"index.js"}',
      [`${trap}/index.js`]: "throw new Error('caught in the trap');",
    },
    name,
  );
  const { exitCode, stdout, stderr } = await runCommand({
    file: process.execPath,
    args: [join(skill, 'scripts', 'mm.mjs'), 'read-facts'],
    cwd,
    env: box.env,
  });
  const { exports, damaged } = JSON.parse(stdout.toString());
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
  const skill = await copyOfSkill(box);
  const cache = join(skill, 'node_modules', '.cache', 'multi-model-execute');
  assert.equal(await readFacts(box, skill), READ);
  const compiled = await readdir(cache, { recursive: true });
  const files = compiled.filter((file) => file.endsWith('.mjs'));
  assert.ok(files.some((file) => file.endsWith('read-facts.mjs')));
  for (const file of files)
    assert.not.match(await readFile(join(cache, file), 'utf8'), 'ts_parser_parse', 'not bundled');
  assert.equal(await readFacts(box, skill, 'again'), READ);
});

test('so does the source, where no compiled copy can be kept', async () => {
  await using box = await sandbox();
  const skill = await copyOfSkill(box);
  const cache = join(skill, 'node_modules', '.cache');
  await rm(cache, { recursive: true, force: true });
  await writeFile(cache, 'a file in its place');
  assert.equal(await readFacts(box, skill), READ);
  assert.ok(existsSync(cache));
});

test.run();
