/** `next` is followed as it is printed: pasted into a shell, in another folder, from a skill whose path holds a space. */
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { skillFolder } from '../../scripts/lib/skill-folder.ts';
import { paste } from '../support/paste.ts';
import { type Sandbox, sandbox } from '../support/sandbox.ts';
import { scriptedModels } from '../support/scripted-models.ts';

const MODELS = {
  one: "import { writeFileSync } from 'node:fs'; writeFileSync('one.txt', 'one'); console.log('done');",
  two: "import { writeFileSync } from 'node:fs'; writeFileSync('two.txt', 'two'); console.log('done');",
};

/** A project, and how a skill in a folder with a space is typed. */
async function setUp(box: Sandbox) {
  const gates = { test: 'node --test' };
  const project = await box.repository({
    ...(await scriptedModels(box.folder, MODELS, { gates })),
    'sum.test.js': "require('node:test').test('sums', () => {});\n",
  });
  await symlink(skillFolder, join(box.folder, 'my skill'));
  return { project, mm: `'${join(box.folder, 'my skill', 'scripts', 'mm.mjs')}'` };
}

test('a whole session is led by pasting what "next" says', async () => {
  await using box = await sandbox();
  const { project, mm } = await setUp(box);
  const start = `start-session --repo ${project} --host none --task 'Write two files'`;
  let answer = await paste(box, `${mm} ${start}`);
  const scripts: string[] = [];
  while (answer.script !== 'finish-session' && scripts.length < 12) {
    assert.ok(answer.next.startsWith(`${mm} `), answer.next);
    answer = await paste(box, answer.next);
    scripts.push(answer.script);
  }
  assert.equal(scripts, [
    ...['make-worktrees', 'run-model', 'capture-diff', 'snapshot', 'gates', 'compare'],
    ...['complete-pass', 'apply-picks', 'cleanup', 'finish-session'],
  ]);
  assert.is(answer.next, `Read ${answer.summary}.`);
  // They are equal in what ran: which one is first goes by the trees' ids, which stay the same.
  assert.match(await box.git(project, 'status', '--porcelain'), /^\?\? (one|two)\.txt$/);
});

test('with a host, runs are detached, and what needs a judge or a yes is no command', async () => {
  await using box = await sandbox();
  const { project, mm } = await setUp(box);
  await paste(
    box,
    `${mm} start-session --repo ${project} --host claude --models claude,one --passes 2 --task 'Write a file'`,
  );
  const at = (script: string) => paste(box, `${mm} ${script} --repo ${project}`);
  assert.match((await at('make-worktrees')).next, / run-model --all --detach --session /);
  await at('run-model --all');
  assert.is(
    (await at('status')).next,
    'claude, the host, implements the task itself; then run-model --record-text records its final text.',
  );
  await at('run-model --model claude --record-text done');
  await at('capture-diff --all');
  await at('gates --all --base');
  for (const { next } of [
    await at('compare --suggest'),
    await at('complete-pass --analysis-text fine'),
  ]) {
    assert.not.match(next, /mm\.mjs|[<>[\]]|FILE/);
    assert.match(next, /complete-pass|next-pass/);
  }
});

test.run();
