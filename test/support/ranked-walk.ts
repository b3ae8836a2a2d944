/** A task whose right answer is known by a hidden test, from the models to the suggestion, through the launcher. */
import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { RankedProject } from '../ranking/projects.ts';
import { RUN_CHECK } from './one-process.ts';
import { type Json, type Sandbox, writeFiles } from './sandbox.ts';
import { scriptedModels } from './scripted-models.ts';
import { ok } from './walk.ts';

export interface RankedWalk {
  cwd: string;
  /** What `execute` answered. */
  done: Json;
  /** The words that name its session. */
  session: string[];
  /** Whether the hidden test passes on a tree. */
  passes: (tree: string) => Promise<boolean>;
}

/** Runs the models, and proves the data: the hidden test tells the right ones from the others. */
export async function walkToSuggestion(box: Sandbox, project: RankedProject): Promise<RankedWalk> {
  const models = Object.fromEntries(
    Object.entries(project.models).map(([name, files]) => [name, program(files)]),
  );
  const gates = { test: project.gate ?? RUN_CHECK };
  const settings = await scriptedModels(box.folder, models, { gates });
  const cwd = await box.repository({ ...project.base, ...settings });
  const done = await ok(box, cwd, 'execute', '--task', 'x');
  const passes = (tree: string) => passesHidden(box, cwd, tree, project);
  const right: string[] = [];
  for (const { model, tree } of done.captures) if (await passes(tree)) right.push(model);
  assert.equal(right.sort(), [...project.right].sort(), 'the hidden test tells what it is to tell');
  assert.not(await passes('HEAD'), 'base is not right');
  return { cwd, done, session: ['--session', done.session_id], passes };
}

/** A program that leaves the files of a model. */
function program(files: RankedProject['models'][string]): string {
  return `import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
for (const [path, content] of Object.entries(${JSON.stringify(files)})) {
  if (content === null) { rmSync(path); continue; }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
console.log('done');`;
}

async function passesHidden(
  box: Sandbox,
  cwd: string,
  tree: string,
  { hidden, hiddenFiles }: RankedProject,
): Promise<boolean> {
  const folder = join(box.folder, `hidden-${tree}`);
  await mkdir(folder, { recursive: true });
  const archive = execFileSync('git', ['archive', tree], { cwd, env: box.env });
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  await writeFiles(folder, { ...hiddenFiles, 'hidden.mjs': hidden });
  try {
    execFileSync(process.execPath, ['hidden.mjs'], { cwd: folder, env: box.env, stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}
