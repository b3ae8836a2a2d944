import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hostFiles, presentHostFiles } from '../../scripts/lib/git/host-files.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { writeFiles } from '../support/sandbox.ts';

const SKILL = 'skills/multi-model-execute';

test('the skill, its lock and local settings count where they lie; what looks like them does not', async () => {
  await using box = await ownSandbox();
  const repo = await box.repository();
  await writeFiles(repo, {
    'skills-lock.json': '{}',
    'deep/skills-lock.json': '{}',
    'settings.local.json': '{}',
    '.claude/settings.json': '{}',
    '.claude/settings.local.json': '{}',
    '.claude/skills/another/SKILL.md': '',
    [`.agents/${SKILL}/SKILL.md`]: '',
    [`docs/${SKILL}/SKILL.md`]: '',
    'tools/mm/SKILL.md': '',
    '.nested/.git/HEAD': '',
    [`.nested/${SKILL}/SKILL.md`]: '',
  });
  await symlink(`../../.agents/${SKILL}`, join(repo, '.claude', SKILL));
  // Behind a link git sees nothing but the link.
  await symlink('.agents', join(repo, '.codex'));
  await symlink('nowhere', join(repo, '.gone'));
  const [agents, lock] = [`.agents/${SKILL}`, 'skills-lock.json'];
  const others = ['.claude/settings.local.json', `.claude/${SKILL}`, '.codex'];
  const everywhere = [agents, ...others, lock];
  assert.equal(presentHostFiles(repo).sort(), everywhere);
  assert.equal(presentHostFiles(repo, join(repo, 'tools/mm')).sort(), [...everywhere, 'tools/mm']);
  for (const running of [repo, box.folder, `${repo}-2/tools/mm`, join(repo, 'gone')])
    assert.equal(presentHostFiles(repo, running).sort(), everywhere);
  assert.equal(presentHostFiles(join(box.folder, 'none')), []);

  // Whatever git tracks is the user's; one tracked file makes the folder theirs.
  assert.equal((await hostFiles(repo)).sort(), everywhere);
  await box.git(repo, 'add', 'skills-lock.json', `.agents/${SKILL}/SKILL.md`);
  assert.equal((await hostFiles(repo)).sort(), others);
});

test.run();
