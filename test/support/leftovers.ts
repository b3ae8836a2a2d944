import * as assert from 'uvu/assert';
import { findByEnvironment } from '../../scripts/lib/process/processes.ts';
import { MARK_VARIABLE } from '../../scripts/lib/process/supervise.ts';
import type { Sandbox } from './sandbox.ts';

/** After cleanup nothing of a session is left: no worktree, branch, private ref or process. */
export async function assertNothingLeft(
  box: Sandbox,
  project: string,
  session: string,
): Promise<void> {
  assert.is((await box.git(project, 'worktree', 'list')).split('\n').length, 1);
  assert.is(await box.git(project, 'for-each-ref', 'refs/heads/mm', 'refs/mm'), '');
  assert.equal(await findByEnvironment(MARK_VARIABLE, `session=${session}/`), []);
}
