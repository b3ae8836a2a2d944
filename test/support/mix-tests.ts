/** Projects in which no model is green, walked through the scripts as a user would. */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { MixProject } from './mix-projects.ts';
import { type Json, type Sandbox, sandbox } from './sandbox.ts';
import { scriptedModels } from './scripted-models.ts';
import { ok } from './walk.ts';

/** A program that does to its working tree what a model did. */
function modelThatWrites(changes: MixProject['models'][string]): string {
  return `import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
for (const [path, text] of Object.entries(${JSON.stringify(changes)})) {
  if (text === null) { rmSync(path); continue; }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
console.log('done');`;
}

/** As far as the comparison; no model is green. */
async function compared(box: Sandbox, { base, models }: MixProject): Promise<[string, string[]]> {
  const programs = Object.fromEntries(
    Object.entries(models).map(([name, changes]) => [name, modelThatWrites(changes)]),
  );
  const cwd = await box.repository({ ...base, ...(await scriptedModels(box.folder, programs)) });
  const done = await ok(box, cwd, 'execute', '--task', 'x');
  const record = JSON.parse(await readFile(join(done.session_dir, 'pass-0001/gates.json'), 'utf8'));
  for (const { target, gates } of record.results)
    assert.ok(target === 'base' || gates.some((it: Json) => it.status !== 'pass'), target);
  return [cwd, ['--session', done.session_id]];
}

/** Everything that git sees of a working tree, byte for byte. */
async function contentOf(box: Sandbox, cwd: string): Promise<string> {
  const paths = await box.git(cwd, 'ls-files', '-co', '--exclude-standard');
  const contents = paths.split('\n').filter(Boolean).sort();
  const read = contents.map(async (path) => `${path}\n${await readFile(join(cwd, path), 'utf8')}`);
  return (await Promise.all(read)).join('\0');
}

/** From the suggestion to a green mix, or to the word that there is none; a test for each project. */
export function testMixes(projects: readonly MixProject[]): void {
  for (const project of projects) test(project.name, () => findMix(project));
}

async function findMix(project: MixProject): Promise<void> {
  await using box = await sandbox();
  const [cwd, session] = await compared(box, project);
  const before = await contentOf(box, cwd);
  const { suggestion } = await ok(box, cwd, 'compare', '--suggest', ...session);
  const apply = ['--verify', '--search', ...session];
  const words = ['apply-picks', '--picks', suggestion.file, ...apply];
  const { json, exitCode } = await box.mm(cwd, ...words);
  const { verify } = exitCode === 0 ? json : json.error.details;
  assert.ok(verify.runs <= 41, `${verify.runs} runs`);
  if (process.env.MM_SHOW_NUMBERS) console.error(`${project.name}: ${numbers(json, verify)}`);
  if (!project.hasGreenMix) {
    if (exitCode !== 0) assert.is(await contentOf(box, cwd), before, 'a red mix changes nothing');
    assert.is(verify.nearest_green, null);
    assert.match(verify.search.answer, /^No green mix: all mixes of these picks are red/);
    assert.is(verify.search.exhausted, true);
    return;
  }
  if (exitCode !== 0) {
    assert.is(json.error.code, 'gates-red');
    assert.is(await contentOf(box, cwd), before, 'a red mix changes nothing');
    assert.ok(verify.nearest_green !== null, json.error.message);
    await ok(box, cwd, 'apply-picks', '--picks', verify.nearest_green.file, ...apply);
  }
  // The user's own word on it: the project's tests, where the result lies.
  execFileSync('npm', ['test', '--silent'], { cwd, env: box.env, stdio: 'pipe' });
  if ('lint.mjs' in project.base) execFileSync('node', ['lint.mjs'], { cwd, stdio: 'pipe' });
}

function numbers(json: Json, { runs, search, nearest_green }: Json): string {
  const { duration_ms = 0 } = search ?? {};
  const changed = nearest_green?.changed.join('; ') ?? (json.ok ? 'green at once' : 'none');
  return `${runs} runs, ${Math.round(duration_ms / 1000)} s: ${changed}`;
}
