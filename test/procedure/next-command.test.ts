import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  afterAnalysis,
  afterComparison,
  anotherPass,
  runModelsCommand,
} from '../../scripts/lib/procedure/next-command.ts';
import { replaceJson } from '../../scripts/lib/session/files.ts';
import { passFolder } from '../../scripts/lib/session/session.ts';
import { sessionCommand } from '../../scripts/lib/session/session-command.ts';
import { launcher } from '../../scripts/lib/skill-folder.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { makeSession } from '../support/sessions.ts';

test('a session is named by its id and its repository, or by its directory outside of the state root', async () => {
  await using box = await ownSandbox();
  const { session } = await makeSession(await box.repository({}, "it's mine"));
  const { session_id } = session.data;
  const repo = `'${box.folder}/it'\\''s mine'`;
  assert.is(
    sessionCommand(session, 'status'),
    `${launcher} status --session ${session_id} --repo ${repo}`,
  );
  process.env.AI_AIP_ROOT = join(box.folder, 'other');
  assert.is(sessionCommand(session, 'status'), `${launcher} status --session ${session.directory}`);
});

test('who hosts decides what is a command and what is told', async () => {
  await using box = await ownSandbox();
  const { session } = await makeSession(await box.repository());
  const all = () => [runModelsCommand(session), afterComparison(session, 1), anotherPass(session)];
  session.data.host = 'none';
  const [run, store, again] = all();
  assert.not.match(run ?? '', '--detach');
  const file = join(passFolder(session, 1), 'comparison.md');
  assert.is(store, sessionCommand(session, 'complete-pass', '--analysis', file));
  assert.is(again, sessionCommand(session, 'next-pass'));
  session.data.host = 'claude';
  const [detached, judge, announce] = all();
  assert.is(detached, sessionCommand(session, 'run-model', '--all', '--detach'));
  for (const words of [judge, announce]) assert.not.match(words ?? '', /mm\.mjs|[<>[\]]/);
});

test('what facts suggest is applied with the usual answer to each open question, what was proved as it is', async () => {
  await using box = await ownSandbox();
  const { session } = await makeSession(await box.repository());
  const folder = passFolder(session, 1);
  const apply = (name: string) =>
    sessionCommand(session, 'apply-picks', '--picks', join(folder, name), '--verify', '--search');
  assert.match(await afterAnalysis(session, 1), /^Choose what to take/);

  const kept = { models: [], decisions: 0, files: [] };
  const file = join(folder, 'comparison.json');
  await replaceJson(file, {
    ...kept,
    questions: [
      {
        id: 'qaaa111',
        kind: 'whole',
        options: [{ models: ['one', 'two'] }, { models: ['three'] }],
      },
      { id: 'qbbb222', kind: 'test', options: [{ models: ['two'] }] },
    ],
  });
  const picks = [{ path: 'a.js', from: 'one' }];
  await replaceJson(join(folder, 'picks.suggested.json'), { picks });
  const answers = ' --pick qaaa111=one --pick qbbb222=neither';
  assert.is(await afterAnalysis(session, 1), `${apply('picks.suggested.json')}${answers}`);
  await replaceJson(file, kept);
  assert.is(await afterAnalysis(session, 1), apply('picks.suggested.json'));
  await replaceJson(join(folder, 'picks.json'), { picks });
  assert.is(await afterAnalysis(session, 1), apply('picks.json'));
});

test.run();
