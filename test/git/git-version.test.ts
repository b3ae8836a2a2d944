import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gitVersion, isOldGit } from '../../scripts/lib/git/git-version.ts';

test('versions without merge-tree --write-tree are too old', () => {
  for (const version of ['1.9.1', '2.17.0', '2.37.7', '2.37.1 (Apple Git-137.1)']) {
    assert.is(isOldGit(version), true, version);
  }
  for (const version of ['2.38.0', '2.39.5 (Apple Git-154)', '2.50.1', '3.0.0', 'unknown']) {
    assert.is(isOldGit(version), false, version);
  }
});

test('the version of the git that runs', async () => {
  assert.match(await gitVersion(), /^\d+\.\d+/);
});

test.run();
