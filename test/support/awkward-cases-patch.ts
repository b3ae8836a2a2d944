/** A capture's patch, used as people would use it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { type Hands, handsIn } from './awkward-cases-hands.ts';
import type { Json } from './sandbox.ts';

/** The patch brings base to the captured tree: in a fresh clone, with a working tree, as people use it. */
export async function assertPatch(
  user: Hands,
  capture: Json,
  how: 'in-clone' | 'on-index',
): Promise<void> {
  if (readFileSync(capture.diff).length === 0) return;
  const tree =
    how === 'on-index' ? await patchedIndex(user, capture) : await patchedClone(user, capture);
  assert.is(tree, capture.tree, 'the patch does not give the captured tree');
}

async function patchedClone(user: Hands, { model, base, diff }: Json): Promise<string> {
  const clone = user.in(join(user.box.folder, `fresh clone of ${model}`));
  const outside = user.in(user.box.folder);
  // Shared, because base may be a commit that no branch holds.
  await outside.git('clone', '--quiet', '--shared', '--no-checkout', user.root, clone.root);
  await clone.git('checkout', '--quiet', '--detach', base);
  await clone.git('apply', '--binary', '--whitespace=nowarn', diff);
  await clone.git('add', '--all', '--force');
  return clone.git('write-tree');
}

async function patchedIndex(user: Hands, { base, diff }: Json): Promise<string> {
  const env = { ...user.box.env, GIT_INDEX_FILE: join(user.box.folder, 'patched-index') };
  const apart = handsIn({ ...user.box, env }, user.root);
  await apart.git('read-tree', base);
  await apart.git('apply', '--cached', '--binary', '--whitespace=nowarn', diff);
  return apart.git('write-tree');
}
