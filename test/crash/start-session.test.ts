import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { testKills } from '../support/crash-tests.ts';
import { sandbox } from '../support/sandbox.ts';
import { ok, PROJECT, project } from '../support/walk.ts';
import { scenarioNamed } from './scenarios.ts';

testKills(scenarioNamed('start-session, include'));
testKills(scenarioNamed('start-session, set-aside'));

const START = [
  'start-session',
  '--another',
  '--task',
  'x',
  '--host',
  'claude',
  '--user-changes',
  'set-aside',
];

test('the work of a killed start, and its place taken since: the next start says so, and touches nothing', async () => {
  await using box = await sandbox();
  const cwd = await project(box, { models: ['claude', 'one'] });
  const file = join(cwd, 'sum.js');
  await writeFile(file, 'export const sum = "mine";\n');
  const log = join(box.folder, 'points');
  box.env.MM_FAULT_LOG = log;
  await ok(box, cwd, ...START);
  delete box.env.MM_FAULT_LOG;
  await ok(box, cwd, 'cleanup', '--restore');
  const points = (await readFile(log, 'utf8')).split('\n');
  const moved = points.findLastIndex((point) => point.endsWith(file)) + 1;

  box.env.MM_FAULT_AT = String(moved + 1);
  await box.mm(cwd, ...START).catch(() => 'killed, without an answer');
  delete box.env.MM_FAULT_AT;
  assert.is(await readFile(file, 'utf8'), PROJECT['sum.js']);
  await writeFile(file, 'export const sum = "mine, once more";\n');
  const { exitCode, json } = await box.mm(cwd, ...START);
  assert.equal([exitCode, json.error.code], [3, 'unfinished-session']);
  assert.is(await readFile(file, 'utf8'), 'export const sum = "mine, once more";\n');
  assert.match(await box.git(cwd, 'show', `${json.error.details.stash}:sum.js`), '"mine"');
});

test.run();
