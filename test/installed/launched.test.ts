/** What is compiled has the skill's own dependencies, wherever the copy lies and whatever the repository holds. */
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Sandbox, sandbox } from '../support/sandbox.ts';
import { installedCopy, type SkillCopy, startLauncher } from '../support/skill-copies.ts';

const SCRIPT = `import * as z from 'zod';
import { readYaml } from './lib/gates/yaml.ts';
import { defineScript, runWhenMain } from './lib/script.ts';

const script = defineScript({
  name: 'read-facts',
  summary: 'Read YAML',
  options: z.object({}),
  output: z.object({ keys: z.array(z.string()) }),
  examples: [],
  async run() {
    const found = await readYaml({ read: async () => 'a: 1\\nb: 2' }, 'a.yml');
    return { keys: Object.keys(found ?? {}), next: '' };
  },
});

export default script;
await runWhenMain(import.meta.url, script);
`;

/** With a script that loads a dependency where it is needed. */
async function copyWithScript(box: Sandbox): Promise<SkillCopy> {
  const copy = await installedCopy(box);
  await writeFile(join(copy.skill, 'scripts', 'read-facts.ts'), SCRIPT);
  return copy;
}

/** In a repository that has something else under the dependency's name. */
async function readFacts(box: Sandbox, { mm }: SkillCopy, name = 'project', env = {}) {
  const trap = 'node_modules/yaml';
  const cwd = await box.repository(
    {
      [`${trap}/package.json`]: '{"main":"index.js"}',
      [`${trap}/index.js`]: "throw new Error('caught in the trap');",
    },
    name,
  );
  const { exitCode, text, stderr } = await startLauncher(box, cwd, mm, ['read-facts'], env);
  const { keys } = JSON.parse(text);
  return { exitCode, stderr, keys };
}

const READ = { exitCode: 0, stderr: '', keys: ['a', 'b'] };

test('the launcher’s compiled copy has the dependency of the skill’s own modules', async () => {
  await using box = await sandbox();
  const copy = await copyWithScript(box);
  const cache = join(copy.skill, 'node_modules', '.cache', 'multi-model-execute');
  assert.equal(await readFacts(box, copy), READ);
  const compiled = await readdir(cache, { recursive: true });
  const files = compiled.filter((file) => file.endsWith('.mjs'));
  assert.ok(files.some((file) => file.endsWith('read-facts.mjs')));
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
