/** The other documented way in: `tsx scripts/<script>.ts`. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inParallel } from '../../scripts/lib/process/in-parallel.ts';
import { skillFolder } from '../../scripts/lib/skill-folder.ts';
import { sandbox } from '../support/sandbox.ts';
import { startLauncher } from '../support/skill-copies.ts';

const TSX = join(skillFolder, 'node_modules', 'tsx', 'dist', 'cli.mjs');

test('every script starts through tsx, from another folder', async () => {
  await using box = await sandbox();
  const scripts = readdirSync(join(skillFolder, 'scripts')).filter((it) => it.endsWith('.ts'));
  assert.ok(scripts.length > 15);
  await inParallel(2, scripts, async (file) => {
    const words = [join(skillFolder, 'scripts', file), '--help'];
    const { exitCode, text, stderr } = await startLauncher(box, box.folder, TSX, words);
    assert.equal([exitCode, stderr], [0, ''], file);
    assert.match(text, `mm.mjs ${file.slice(0, -'.ts'.length)} [options]`);
  });
});

test.run();
