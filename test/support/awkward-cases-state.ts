/** The user's repository besides its files: index, HEAD, refs, stash, configuration. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Hands } from './awkward-cases-hands.ts';

/** What of a repository is the user's own besides the files. */
export interface State {
  index: string;
  head: string;
  refs: string;
  stash: string;
  config: string;
}

/** Reads from the files where that is possible: git itself might run what a model has planted. */
export async function stateReader(user: Hands): Promise<() => Promise<State>> {
  const gitDir = await user.gitDir();
  const common = await user.git('rev-parse', '--path-format=absolute', '--git-common-dir');
  const read = (path: string) => readFile(path, 'latin1').catch(() => 'none');
  return async () => ({
    index: await read(join(gitDir, 'index')),
    head: await read(join(gitDir, 'HEAD')),
    refs: ownRefs(await user.git('for-each-ref')),
    stash: await read(join(common, 'logs/refs/stash')),
    config: await read(join(common, 'config')),
  });
}

/** The session's own branches and private refs come and go. */
function ownRefs(listing: string): string {
  return listing
    .split('\n')
    .filter((line) => !/\trefs\/(heads\/mm[-/]|mm\/)/.test(line))
    .join('\n');
}

export function assertState(expected: State, found: State, when: string): void {
  for (const part of ['head', 'refs', 'stash', 'config'] as const)
    assert.is(found[part], expected[part], `${part} after ${when}`);
  assert.ok(found.index === expected.index, `the index was changed by ${when}`);
}
