import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { launcher, skillFolder } from '../scripts/lib/skill-folder.ts';
import { allScripts } from './support/all-scripts.ts';
import { type Sandbox, sandbox } from './support/sandbox.ts';
import { installedCopy, startLauncher } from './support/skill-copies.ts';

const TASK = ['parse-triggers', '--task', 'x2 do it'];

test('alone it lists every script with one line each', async () => {
  await using box = await sandbox();
  for (const words of [[], ['--help'], ['help']]) {
    const { exitCode, text } = await startLauncher(box, box.folder, launcher, words);
    assert.is(exitCode, 0);
    for (const { name, summary } of await allScripts())
      assert.ok(
        text.split('\n').some((line) => line.includes(` ${name} `) && line.endsWith(summary)),
      );
  }
});

test('a word that is no script: JSON, exit 2, the nearest; no path leads out', async () => {
  await using box = await sandbox();
  const { exitCode, json } = await startLauncher(box, box.folder, launcher, ['gate', '--all']);
  assert.equal([exitCode, json.ok, json.error.code], [2, false, 'unknown-script']);
  assert.match(json.error.message, 'Did you mean "gates"?');
  for (const word of [
    'lib/script',
    '../test/launcher.test',
    'constructor',
    '--nonsense',
    './gates',
  ]) {
    const answer = await startLauncher(box, box.folder, launcher, [word]);
    assert.equal([answer.exitCode, answer.json.error.code], [2, 'unknown-script'], word);
  }
});

test('from another directory, through a link to the skill and a link to the launcher itself', async () => {
  await using box = await sandbox();
  await symlink(skillFolder, join(box.folder, 'skill'));
  await symlink(launcher, join(box.folder, 'mm'));
  for (const file of ['skill/scripts/mm.mjs', 'mm']) {
    const { exitCode, json } = await startLauncher(box, box.folder, file, TASK);
    assert.equal([exitCode, json?.ok, json?.passes, json?.task], [0, true, 2, 'do it'], file);
  }
});

/** A repository that tries to get its own code into whatever runs in it. */
async function hostileRepository(box: Sandbox): Promise<string> {
  const trap = "throw new Error('caught in the trap');\n";
  const trapped = ['zod', 'yargs', 'execa', 'tsx', 'esbuild', 'fast-glob', 'fastest-levenshtein'];
  const files = Object.fromEntries(
    trapped.flatMap((name) => [
      [`node_modules/${name}/index.js`, trap],
      [`node_modules/${name}/package.json`, `{"name":"${name}","main":"index.js"}`],
    ]),
  );
  return box.repository({
    ...files,
    'trap.js': trap,
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        baseUrl: '.',
        paths: Object.fromEntries(trapped.map((name) => [name, ['./trap.js']])),
        jsx: 'nonsense',
        experimentalDecorators: true,
      },
    }),
    'package.json': '{"type":"commonjs","imports":{"#x":"./trap.js"}}',
    '.npmrc': 'registry=http://127.0.0.1:9\n',
  });
}

test('a hostile tsconfig.json and node_modules around it mean nothing', async () => {
  await using box = await sandbox();
  const repo = await hostileRepository(box);
  const own = await startLauncher(box, repo, launcher, TASK);
  assert.equal([own.exitCode, own.json?.ok], [0, true], own.stderr);
  // Also while it compiles, and where it has to do without a compiled copy.
  const { skill, mm } = await installedCopy(box);
  await writeFile(join(skill, 'node_modules', '.cache'), 'a file in its place');
  const source = await startLauncher(box, repo, mm, TASK, { XDG_CACHE_HOME: '/dev/null/cache' });
  assert.equal([source.exitCode, source.json?.ok], [0, true], source.stderr);
  const compiling = await startLauncher(box, repo, mm, TASK);
  assert.equal([compiling.exitCode, compiling.json?.ok], [0, true], compiling.stderr);
});

test('a script that was changed is another one at the next start, whatever its time and size; so in a moved folder', async () => {
  await using box = await sandbox();
  const { skill, mm } = await installedCopy(box);
  const script = join(skill, 'scripts', 'parse-triggers.ts');
  const text = await readFile(script, 'utf8');
  // As archives do it: one time for all files.
  const long = new Date('1985-10-26T08:15:00Z');
  await writeFile(script, text.replace('...triggers,', '...triggers, added_earlier_: true,'));
  await utimes(script, long, long);
  assert.is((await startLauncher(box, box.folder, mm, TASK)).json?.added_earlier_, true);
  await writeFile(script, text.replace('...triggers,', '...triggers, added_just_now: true,'));
  await utimes(script, long, long);
  assert.is((await startLauncher(box, box.folder, mm, TASK)).json?.added_just_now, true);
  // A copy that lost a file is made anew, and a relative cache folder is none.
  const copies = join(skill, 'node_modules', '.cache', 'multi-model-execute');
  for (const copy of await readdir(copies)) await rm(join(copies, copy, 'parse-triggers.mjs'));
  const damaged = await startLauncher(box, box.folder, mm, TASK);
  assert.equal([damaged.exitCode, damaged.json?.error.code], [1, 'damaged-cache']);
  const relative = { XDG_CACHE_HOME: 'relative' };
  assert.ok((await startLauncher(box, box.folder, mm, TASK, relative)).json?.ok);
  assert.not.ok(existsSync(join(box.folder, 'relative')));
  const moved = join(box.folder, 'moved');
  await rename(skill, moved);
  const answer = await startLauncher(box, box.folder, join(moved, 'scripts', 'mm.mjs'), TASK);
  assert.is(answer.json?.added_just_now, true, answer.stderr);
});

test.run();
