/** Which whole is suggested for releases of real libraries: the next version's own tests are hidden; through the launcher. */
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type LibraryProject, libraryProjects } from '../ranking/libraries.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { type RankedWalk, walkToSuggestion } from '../support/ranked-walk.ts';
import type { Json, Sandbox } from '../support/sandbox.ts';

const [folder, projects] = await libraryProjects();

/** What is proposed in the end: the suggestion, or the green mix that the proof of it found. */
async function proposed(box: Sandbox, project: LibraryProject, walk: RankedWalk): Promise<Json> {
  const { cwd, done, session } = walk;
  const picks = (file: string, ...how: string[]) =>
    box.mm(cwd, 'apply-picks', '--picks', file, ...how, ...session);
  const { file } = done.suggestion;
  if (!project.isMix) return (await picks(file, '--to', 'scratch')).json;
  const { json } = await picks(file, '--verify', '--search');
  const { nearest_green } = json.ok ? json.verify : json.error.details.verify;
  return (await picks(json.ok ? file : nearest_green.file, '--to', 'scratch')).json;
}

/** What ran leaves the first ones equal: which whole it is to be is the first question, and a right one is an answer. */
function assertAsked({ right }: LibraryProject, questions: Json[]): void {
  const [first] = questions;
  assert.is(first?.kind, 'whole', JSON.stringify(questions));
  const answers = first.options.flatMap((option: Json) => option.models ?? [option.model]);
  assert.ok(
    right.some((model) => answers.includes(model)),
    JSON.stringify(first),
  );
}

for (const project of projects) {
  test(project.name, async () => {
    await using box = await ownSandbox();
    // As in a workspace: what is installed lies above the project, and above its worktrees.
    await symlink(folder, join(box.folder, 'node_modules'));
    const walk = await walkToSuggestion(box, project);
    const { spine, wholes } = walk.done.suggestion;
    if (process.env.MM_SHOW_NUMBERS) console.error(project.name, JSON.stringify({ spine, wholes }));
    const result = await proposed(box, project, walk);
    const isRight = await walk.passes(result.tree);
    // A known mistake that is one no longer has to lose its mark.
    assert.is(isRight, project.mistaken === undefined, JSON.stringify(wholes));
    if (project.mistaken !== undefined) assertAsked(project, walk.done.questions);
    const paths = result.applied.map(({ path }: { path: string }) => path);
    for (const path of project.never ?? []) assert.not(paths.includes(path), path);
  });
}

test.run();
