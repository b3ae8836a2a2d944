/** What a bundle holds is looked at apart from the user's objects, and counted: a small file can hold more than any disk. */
import { join } from 'node:path';
import { git, gitLine, type TrustedPlace } from '../../git/git.ts';
import type { Repository } from '../../git/repository.ts';
import { withTemporaryFolder } from '../../temporary-folder.ts';
import { badBundle, bundleNeeds } from './bundle-format.ts';

/** Git holds one object in memory where it is a change of another. */
const MOST_OBJECT_BYTES = 512 * 1024 ** 2;
const MOST_INFLATED_BYTES = 1024 ** 3;
const MOST_OBJECTS = 500_000;
const MOST_MS = 10 * 60_000;

/** Gives `action` the user's repository with a folder of its own for new objects, as git does with what is pushed. */
export function withQuarantine<T>(
  { topLevel, commonDir }: Repository,
  action: (place: TrustedPlace) => Promise<T>,
): Promise<T> {
  return withTemporaryFolder((folder) => {
    // Quoted, it may hold a colon.
    const objects = JSON.stringify(join(commonDir, 'objects'));
    const env = { GIT_OBJECT_DIRECTORY: folder, GIT_ALTERNATE_OBJECT_DIRECTORIES: objects };
    return action({ directory: topLevel, env });
  });
}

/** What git says where a partial clone does not have what was changed, or what it was changed from. */
const LACKING = /(?:did not receive expected object|could not fetch) ([0-9a-f]{40,64})/;

/**
 * Brings a pack's objects into a place, each checked by git (`--strict`: no `.git` or `..` among names; no setting makes
 * that a warning).
 * @throws UsageError `bad-bundle`; Refusal `bundle-needs-commit`
 */
export async function unpack(
  place: string | TrustedPlace,
  pack: Buffer,
  file: string,
): Promise<void> {
  // `PACK`, its version, the number of objects (gitformat-pack).
  const objects = pack.length < 12 ? 0 : pack.readUInt32BE(8);
  if (objects > MOST_OBJECTS) throw badBundle(file, `it holds too many objects (${objects})`);
  const words = ['index-pack', '--stdin', '--fix-thin', '--strict', '--threads=1'];
  const { exitCode, stderr } = await git(place, words, {
    // 124: it took too long; 137: the system's memory was not enough.
    ...{ input: pack, timeoutMs: MOST_MS, answers: [0, 1, 124, 128, 137] },
    env: { GIT_ALLOC_LIMIT: String(MOST_OBJECT_BYTES) },
  });
  if (exitCode === 0) return;
  const lacking = LACKING.exec(stderr)?.[1];
  if (lacking !== undefined) throw bundleNeeds(file, lacking);
  const refused = /^error: object [0-9a-f]+: (.+)/m.exec(stderr)?.[1];
  const said = stderr.trim().split('\n').at(-1) || `exit status ${exitCode}`;
  throw badBundle(file, refused ? `git refuses an object in it (${refused})` : `git says: ${said}`);
}

/**
 * @param place with the objects of a bundle
 * @throws UsageError `bad-bundle`
 */
export async function assertInflatesLittle(place: TrustedPlace, file: string): Promise<void> {
  const words = ['cat-file', '--batch-all-objects', '--batch-check=%(objectsize)'];
  const env = { GIT_ALTERNATE_OBJECT_DIRECTORIES: '' };
  const sizes = (await gitLine(place, words, { env })).split('\n').map(Number);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes > MOST_INFLATED_BYTES)
    throw badBundle(file, `it is far larger than it looks (${bytes} bytes)`);
}
