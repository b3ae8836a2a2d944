/** Which gates count in a session: a list that was named once is kept, to the end and after it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findSession } from '../../scripts/lib/session/find-session.ts';
import { updateSession } from '../../scripts/lib/session/session.ts';
import { type Json, sandbox } from '../support/sandbox.ts';
import { ok, project } from '../support/walk.ts';

test('a list that any script was given counts for the later ones, in further passes and in the finished session', async () => {
  await using box = await sandbox();
  Object.assign(process.env, { AI_AIP_ROOT: box.env.AI_AIP_ROOT });
  const cwd = await project(box);
  const started = await ok(box, cwd, 'start-session', '--task', 'x', '--host', 'none');
  const { session } = await findSession({ repo: cwd, session: started.session_id });
  const chosen = async (...options: string[]) => {
    const named = options.flatMap((it) => ['--gate', it]);
    const { gates } = await ok(box, cwd, 'gates', '--discover', ...named);
    return gates.map(({ name, command }: Json) => `${name}: ${command}`);
  };
  assert.equal(await chosen(), ['test: node --test']);
  assert.equal(await chosen('proof=node proof.js'), ['proof: node proof.js']);
  assert.equal(await chosen(), ['proof: node proof.js']);
  await updateSession(session, () => ({ current_pass: 2 }));
  assert.equal(await chosen(), ['proof: node proof.js']);
  assert.equal(await chosen('unit=node unit.js', 'lint=true'), [
    'unit: node unit.js',
    'lint: true',
  ]);

  await ok(box, cwd, 'finish-session', '--status', 'abandoned', '--session', started.session_id);
  const { gates } = await ok(box, cwd, 'gates', '--discover', '--session', started.session_id);
  assert.equal(
    gates.map((it: Json) => it.command),
    ['node unit.js', 'true'],
  );
});

test.run();
