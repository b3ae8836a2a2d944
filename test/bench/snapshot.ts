/** What it costs to write 9 000 files of a tree into a folder, in multiples of checkout-index alone. */
import { join } from 'node:path';
import { listEntryChanges } from '../../scripts/lib/git/changes.ts';
import { snapshotTree } from '../../scripts/lib/procedure/snapshot.ts';
import { mainPlace } from '../../scripts/lib/session/trusted-places.ts';
import { makeSession } from '../support/sessions.ts';
import { bareGit } from './bare-git.ts';
import { largeRepository } from './large-repository.ts';
import { compareSides, type Side } from './rounds.ts';
import type { Measured } from './run-bench.ts';

const ROUNDS = 7;
/** Beyond the floor: the list of changes, an index of these files alone, and their sizes. */
const BOUND = 1.5;

export async function snapshot(): Promise<Measured[]> {
  await using large = await largeRepository();
  const { box, at, base, changed } = large;
  const { session } = await makeSession(at);
  const main = mainPlace(session);
  const env = { GIT_INDEX_FILE: join(box.folder, 'bare-index') };
  await bareGit(at, ['read-tree', changed], { env });
  const changes = await listEntryChanges(main, base, changed);
  const paths = changes.flatMap(({ path, to }) => (to === null ? [] : [`${path}\0`]));
  const input = Buffer.from(paths.join(''), 'latin1');
  // A new place each time: a file system may be slow to give away again what was deleted a moment ago.
  let number = 0;
  const place = (side: string) => join(box.folder, `${side}-${++number}`);
  const ours: Side = { steps: [() => snapshotTree(main, base, changed, place('ours'))] };
  const words = ['checkout-index', '-f', '-z', '--stdin'];
  const floor: Side = {
    steps: [() => bareGit(at, [...words, `--prefix=${place('floor')}/`], { env, input })],
  };
  const name = `${paths.length} files`;
  // Awaited here: the repository lives as long as this function.
  return await compareSides([{ name, bound: BOUND }], ours, floor, { rounds: ROUNDS });
}
