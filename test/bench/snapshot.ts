/** What it costs to write 9 000 files of a tree into a folder, in multiples of checkout-index alone. */
import { rm } from 'node:fs/promises';
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
  const place = mainPlace(session);
  const [folder, out] = [join(box.folder, 'ours'), join(box.folder, 'floor')];
  const env = { GIT_INDEX_FILE: join(box.folder, 'bare-index') };
  await bareGit(at, ['read-tree', changed], { env });
  const changes = await listEntryChanges(place, base, changed);
  const paths = changes.flatMap(({ path, to }) => (to === null ? [] : [`${path}\0`]));
  const input = Buffer.from(paths.join(''), 'latin1');
  const clear = (path: string) => () => rm(path, { recursive: true, force: true });
  const ours: Side = {
    prepare: clear(folder),
    steps: [() => snapshotTree(place, base, changed, folder)],
  };
  const words = ['checkout-index', '-f', '-z', '--stdin', `--prefix=${out}/`];
  const floor: Side = { prepare: clear(out), steps: [() => bareGit(at, words, { env, input })] };
  const name = `${paths.length} files`;
  // Awaited here: the repository lives as long as this function.
  return await compareSides([{ name, bound: BOUND }], ours, floor, { rounds: ROUNDS });
}
