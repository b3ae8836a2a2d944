/** The user's repository besides its files: index, HEAD, refs, stash, configuration. */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
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

const RECURSIVE = { recursive: true, withFileTypes: true } as const;

/** Reads from the files of git's own: git itself might run what a model has planted. */
export async function stateReader(user: Hands): Promise<() => Promise<State>> {
  const gitDir = await user.gitDir();
  const common = await user.git('rev-parse', '--path-format=absolute', '--git-common-dir');
  const read = (path: string) => readFile(path, 'latin1').catch(() => 'none');
  return async () => ({
    index: await read(join(gitDir, 'index')),
    head: await read(join(gitDir, 'HEAD')),
    refs: await ownRefs(common),
    stash: await read(join(common, 'logs/refs/stash')),
    config: await read(join(common, 'config')),
  });
}

/** What each ref holds, loose or packed; the session's own branches and private refs come and go. */
async function ownRefs(common: string): Promise<string> {
  const packed = await readFile(join(common, 'packed-refs'), 'latin1').catch(() => '');
  const refs = new Map(
    [...packed.matchAll(/^(\w+) (refs\/.*)$/gm)].map(([, oid = '', name = '']) => [name, oid]),
  );
  for (const entry of await readdir(join(common, 'refs'), RECURSIVE)) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile()) refs.set(relative(common, file), (await readFile(file, 'latin1')).trim());
  }
  const own = [...refs].filter(([name]) => !/^refs\/(heads\/mm[-/]|mm\/)/.test(name));
  return own
    .map((ref) => ref.join(' '))
    .sort()
    .join('\n');
}

export function assertState(expected: State, found: State, when: string): void {
  for (const part of ['head', 'refs', 'stash', 'config'] as const)
    assert.is(found[part], expected[part], `${part} after ${when}`);
  assert.ok(found.index === expected.index, `the index was changed by ${when}`);
}
