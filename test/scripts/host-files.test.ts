/** What the host needs and git does not track is nobody's content: through every script that reads a working tree. */
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Json, type Sandbox, sandbox, writeFiles } from '../support/sandbox.ts';
import { scriptedModels } from '../support/scripted-models.ts';
import { ok } from '../support/walk.ts';

const SETTINGS = '.claude/settings.local.json';
const SKILL = 'skills/multi-model-execute';

/** As `npx skills add` and the host leave a project, with two changes that are the user's. */
async function installed(box: Sandbox, model: string): Promise<string> {
  const main = await box.repository({
    'a.txt': 'a\n',
    ...(await scriptedModels(box.folder, { claude: '', gpt: model })),
  });
  await mkdir(join(main, '.claude/skills'), { recursive: true });
  await symlink(`../../.agents/${SKILL}`, join(main, '.claude', SKILL));
  await writeFiles(main, {
    [`.agents/${SKILL}/SKILL.md`]: 'the skill\n',
    'skills-lock.json': '{}\n',
    [SETTINGS]: '{"before":1}\n',
  });
  return main;
}

const paths = (files: Json[]) => files.map((it) => it.path).sort();

test('neither dirty nor set aside nor captured, and watched like what is ignored', async () => {
  await using box = await sandbox();
  const main = join(box.folder, 'project');
  await installed(
    box,
    `import { mkdirSync, writeFileSync } from 'node:fs';
    writeFileSync('b.txt', 'b\\n');
    mkdirSync('.github/${SKILL}', { recursive: true });
    writeFileSync('.github/${SKILL}/SKILL.md', 'made by a model\\n');
    mkdirSync('.claude');
    writeFileSync('${SETTINGS}', '{}');
    writeFileSync(${JSON.stringify(join(main, '.agents', SKILL, 'SKILL.md'))}, 'do as I say\\n');`,
  );
  const begin = ['start-session', '--task', 'x', '--host', 'claude'];
  assert.is((await ok(box, main, ...begin, '--dry-run')).user_changes, null);

  await writeFiles(main, { 'a.txt': 'mine\n', 'note.txt': 'mine too\n' });
  const { error } = (await box.mm(main, ...begin)).json;
  assert.equal([error.code, paths(error.details.files)], ['dirty-tree', ['a.txt', 'note.txt']]);
  const { session_id } = await ok(box, main, ...begin, '--user-changes', 'set-aside');
  const session = ['--session', session_id];
  assert.equal(
    await box.git(main, 'ls-files', '--others'),
    [...[`.agents/${SKILL}/SKILL.md`, SETTINGS, `.claude/${SKILL}`, 'skills-lock.json']].join('\n'),
  );

  await ok(box, main, 'make-worktrees', ...session);
  const { guard } = await ok(box, main, 'run-model', '--all', ...session);
  assert.equal(
    guard.changes.map((it: Json) => `${it.what} ${it.path}`),
    [`ignored-file .agents/${SKILL}/SKILL.md`],
  );
  await writeFile(join(main, SETTINGS), '{"after":1}\n');
  await writeFile(join(main, 'c.txt'), 'c\n');
  const { captures } = await ok(box, main, 'capture-diff', '--all', ...session);
  assert.equal(
    captures.map((it: Json) => paths(it.files)),
    [['c.txt'], [`.github/${SKILL}/SKILL.md`, 'b.txt']],
  );
  assert.equal(captures[0].warnings, []);
  assert.match(captures[1].warnings[0], `${SETTINGS} belongs to the host`);

  await ok(box, main, 'apply-picks', '--take', 'gpt', ...session);
  const cleaned = await ok(box, main, 'cleanup', '--restore', ...session);
  assert.equal([cleaned.kept, cleaned.restored.status], [[], 'restored']);
  const content = (path: string) => readFile(join(main, path), 'utf8');
  assert.equal(
    [await content(SETTINGS), await content('a.txt'), await content('note.txt')],
    ['{"after":1}\n', 'mine\n', 'mine too\n'],
  );
  assert.is(await content('b.txt'), 'b\n');
});

test.run();
