/** Which whole is suggested, on tasks whose right answer is known by a hidden test; through the launcher. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projects } from '../ranking/projects.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { walkToSuggestion } from '../support/ranked-walk.ts';
import { ok } from '../support/walk.ts';

for (const project of projects) {
  test(project.name, async () => {
    await using box = await ownSandbox();
    const { cwd, done, session, passes } = await walkToSuggestion(box, project);
    const { spine, file, wholes } = done.suggestion;
    assert.ok(project.right.includes(spine.model), JSON.stringify(wholes));
    const mix = await ok(box, cwd, 'apply-picks', '--picks', file, '--to', 'scratch', ...session);
    assert.ok(await passes(mix.tree));
    const paths = mix.applied.map(({ path }: { path: string }) => path);
    for (const path of project.never ?? []) assert.not(paths.includes(path), path);
    assert.ok(done.questions.length <= 5);
    if (process.env.MM_SHOW_NUMBERS)
      console.error(project.name, spine, done.questions.length, wholes);
  });
}

test.run();
