/** Projects in which no model is green, walked from the gates on through the scripts as a user would. */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makePassFolders } from '../../scripts/lib/procedure/pass-folder.ts';
import { passFolder } from '../../scripts/lib/session/session.ts';
import { capture } from './bundled-session.ts';
import type { MixProject } from './mix-projects.ts';
import { RUN_CHECK } from './one-process.ts';
import { ownSandbox } from './own-sandbox.ts';
import type { Json, Sandbox } from './sandbox.ts';
import { makeSession, sessionModel } from './sessions.ts';
import { ok } from './walk.ts';

/** A sandbox has an environment of its own. */
const SHOWS_NUMBERS = process.env.MM_SHOW_NUMBERS !== undefined;

/** As far as the gates of all. How models run and are captured is no matter here. */
export async function gated(
  box: Sandbox,
  { base, gates, models }: Pick<MixProject, 'base' | 'gates' | 'models'>,
  prepare: (cwd: string) => Promise<unknown> = async () => undefined,
): Promise<{ cwd: string; words: string[]; results: Json[] }> {
  const settings = JSON.stringify({ gates: { test: RUN_CHECK, ...gates } });
  const cwd = await box.repository({ ...base, '.multi-model.json': settings });
  await prepare(cwd);
  const names = Object.keys(models);
  const made = await makeSession(cwd, { models: names.map((name) => sessionModel(name)) });
  const { repository, session } = made;
  await makePassFolders(passFolder(session, 1));
  for (const [model, changes] of Object.entries(models))
    await capture(repository, session, { model, changes: Object.entries(changes) });
  const words = ['--session', session.data.session_id];
  const { results } = await ok(box, cwd, 'gates', '--all', '--base', ...words);
  return { cwd, words, results };
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
  await using box = await ownSandbox();
  const { cwd, words: session, results } = await gated(box, project);
  for (const { target, gates } of results)
    assert.ok(target === 'base' || gates.some((it: Json) => it.status !== 'pass'), target);
  const before = await contentOf(box, cwd);
  const { suggestion } = await ok(box, cwd, 'compare', '--suggest', ...session);
  const apply = ['--verify', '--search', ...session];
  const words = ['apply-picks', '--picks', suggestion.file, ...apply];
  const { json, exitCode } = await box.mm(cwd, ...words);
  const { verify } = exitCode === 0 ? json : json.error.details;
  assert.ok(verify.runs <= 41, `${verify.runs} runs`);
  if (SHOWS_NUMBERS) console.error(`${project.name}: ${numbers(json, verify)}`);
  if (!project.hasGreenMix) {
    if (exitCode !== 0) assert.is(await contentOf(box, cwd), before, 'a red mix changes nothing');
    assert.is(verify.nearest_green, null);
    assert.match(verify.search.answer, /^No green mix: /);
    assert.is(verify.search.exhausted, true);
    return;
  }
  if (exitCode !== 0) {
    assert.is(json.error.code, 'gates-red');
    assert.is(await contentOf(box, cwd), before, 'a red mix changes nothing');
    assert.ok(verify.nearest_green !== null, json.error.message);
    await ok(box, cwd, 'apply-picks', '--picks', verify.nearest_green.file, ...apply);
  }
  // The user's own word on it: the project's gates, where the result lies.
  for (const command of [RUN_CHECK, ...Object.values(project.gates ?? {})])
    execFileSync('sh', ['-c', command], { cwd, env: box.env, stdio: 'pipe' });
}

function numbers(json: Json, { runs, search, nearest_green }: Json): string {
  const { duration_ms = 0 } = search ?? {};
  const changed = nearest_green?.changed.join('; ') ?? (json.ok ? 'green at once' : 'none');
  return `${runs} runs, ${Math.round(duration_ms / 1000)} s: ${changed}`;
}
