import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { writeBlobs } from '../../scripts/lib/git/blobs.ts';
import { git, gitLine } from '../../scripts/lib/git/git.ts';
import { readTree, treeOf, writeTreeWith } from '../../scripts/lib/git/trees.ts';
import { compare } from '../../scripts/lib/procedure/compare.ts';
import { earlierCandidates, earlierNames } from '../../scripts/lib/procedure/name-candidates.ts';
import {
  buildSynthesis,
  openPicks,
  type PickOptions,
} from '../../scripts/lib/procedure/synthesis.ts';
import { sandbox } from '../support/sandbox.ts';
import { makeSession } from '../support/sessions.ts';

test('names of earlier passes are told from models, whatever these are called', () => {
  const picks = {
    picks: [
      { path: 'a', from: 'gemini@1' },
      { path: 'b', hunks: [{ from: 'gpt#2@12', ids: ['h'] }] },
      { path: 'c', from: 'odd@3' },
      { path: 'd', from: 'base' },
      { path: 'e', from: 'x@0' },
    ],
  };
  assert.equal(earlierNames(picks, ['odd@3']), ['gemini@1', 'gpt#2@12']);
  assert.equal(earlierCandidates(null, []), []);
  assert.throws(() => earlierCandidates(null, ['gemini@1']), /no capture of gemini in pass 1/);
});

test('a file of an earlier pass is picked beside those of the last one', async () => {
  await using box = await sandbox();
  const cwd = await box.repository({ a: 'base\n', b: 'base\n' });
  const base = await gitLine(cwd, ['rev-parse', 'HEAD']);
  const version = async (files: Record<string, string>) => {
    const oids = await writeBlobs(
      cwd,
      Object.values(files).map((text) => Buffer.from(text)),
    );
    const entries = Object.keys(files).map(
      (path, at) => [path, { mode: '100644', oid: oids[at] ?? '' }] as const,
    );
    return writeTreeWith(cwd, await treeOf(cwd, base), new Map(entries));
  };
  const [early, late] = [
    await version({ a: 'early\n' }),
    await version({ a: 'late\n', b: 'late\n' }),
  ];
  const capture = (pass: number, tree: string) => ({
    ...{ model: 'gpt', pass, tree, ref: 'refs/x', head: base, state: 'changed' as const },
    captured_at: new Date().toISOString(),
  });
  const { repository, session } = await makeSession(cwd, {
    ...{ current_pass: 2, captures: [capture(1, early), capture(2, late)] },
  });
  const comparison = await compare(repository, base, [{ model: 'gpt', tree: late }]);
  const opened = { session, repository, pass: 2, comparison };
  const none: PickOptions = { picksText: null, take: undefined, pick: [] };
  const contents = async (options: Partial<PickOptions>) => {
    const picked = await openPicks(opened, { ...none, ...options }, null);
    const { tree } = await buildSynthesis(repository, picked.comparison, picked.picks);
    const entries = await readTree(cwd, tree);
    const read = [...entries].map(async ([path, { oid }]) => [
      path,
      (await git(cwd, ['cat-file', '-p', oid])).stdout.toString(),
    ]);
    return Object.fromEntries(await Promise.all(read));
  };
  assert.equal(await contents({ pick: ['a=gpt@1', 'b=gpt'] }), { a: 'early\n', b: 'late\n' });
  assert.equal(await contents({ take: 'gpt@1' }), { a: 'early\n', b: 'base\n' });
  assert.equal(await contents({ take: 'gpt', pick: ['a=gpt@1'] }), { a: 'early\n', b: 'late\n' });
  const wrong = await contents({ pick: ['a=gpt@7'] }).catch((error) => error);
  assert.is(wrong.code, 'unknown-model');
  assert.match(wrong.hint, /gpt@1, gpt@2/);
});

test.run();
