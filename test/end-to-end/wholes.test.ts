/** Which whole is suggested, on tasks whose right answer is known by a hidden test; through the launcher. */
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projects, type RankedProject } from '../ranking/projects.ts';
import { RUN_CHECK } from '../support/one-process.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { scriptedModels } from '../support/scripted-models.ts';
import { ok } from '../support/walk.ts';

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

/** Whether the hidden test passes on a tree. */
async function passes(box: Sandbox, cwd: string, tree: string, hidden: string): Promise<boolean> {
  const folder = join(box.folder, `hidden-${tree}`);
  await mkdir(folder, { recursive: true });
  const archive = execFileSync('git', ['archive', tree], { cwd, env: box.env });
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  await writeFile(join(folder, 'hidden.mjs'), hidden);
  try {
    execFileSync(process.execPath, ['hidden.mjs'], { cwd: folder, stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

for (const project of projects) {
  test(project.name, async () => {
    await using box = await ownSandbox();
    const models = Object.fromEntries(
      Object.entries(project.models).map(([name, files]) => [name, program(files)]),
    );
    const cwd = await box.repository({
      ...project.base,
      ...(await scriptedModels(box.folder, models, { gates: { test: RUN_CHECK } })),
    });
    const done = await ok(box, cwd, 'execute', '--task', 'x');
    const right: string[] = [];
    for (const { model, tree } of done.captures)
      if (await passes(box, cwd, tree, project.hidden)) right.push(model);
    assert.equal(
      right.sort(),
      [...project.right].sort(),
      'the hidden test tells what it is to tell',
    );

    const { spine, file, wholes } = done.suggestion;
    assert.ok(project.right.includes(spine.model), JSON.stringify(wholes));
    const session = ['--session', done.session_id];
    const mix = await ok(box, cwd, 'apply-picks', '--picks', file, '--to', 'scratch', ...session);
    assert.ok(await passes(box, cwd, mix.tree, project.hidden));
    const paths = mix.applied.map(({ path }: { path: string }) => path);
    for (const path of project.never ?? []) assert.not(paths.includes(path), path);
    assert.ok(done.questions.length <= 5);
    if (process.env.MM_SHOW_NUMBERS)
      console.error(project.name, spine, done.questions.length, wholes);
  });
}

test.run();
