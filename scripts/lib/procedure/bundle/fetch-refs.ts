/** The way of objects from a repository that nobody trusts into the user's. */
import { ExpectedError, Refusal } from '../../errors.ts';
import { git } from '../../git/git.ts';
import type { Ref } from '../../git/refs.ts';
import { badBundle } from './bundle-errors.ts';

/**
 * `fsckObjects` has every object checked before any is kept: a tree with `.git` or `..` among its names is refused, and
 * no setting of the user's makes that a warning. (`unpackLimit`: all in one pack, so that nothing is kept of what is refused.)
 */
const SETTINGS = [
  ...['fetch.fsckObjects=true', 'fetch.unpackLimit=1', 'fetch.writeCommitGraph=false'],
  ...['hasDot', 'hasDotdot', 'hasDotgit', 'fullPathname', 'emptyName', 'nullSha1'].map(
    (problem) => `fetch.fsck.${problem}=error`,
  ),
  'protocol.file.allow=always',
].flatMap((setting) => ['-c', setting]);

/** Nothing but what is named comes along, and no file says afterwards that somebody fetched. */
const OPTIONS = [
  ...['--quiet', '--atomic', '--no-tags', '--no-prune', '--no-write-fetch-head'],
  ...['--no-auto-maintenance', '--no-recurse-submodules', '--refmap='],
];

/** What git says where a partial clone does not have what was changed, or what it was changed from. */
const LACKING = /(?:did not receive expected object|could not fetch) ([0-9a-f]{40,64})/;

/**
 * Fetches refs under other names, all or none.
 * @param file what is blamed when git refuses an object
 * @param refs each with the name that it gets
 * @throws UsageError `bad-bundle`; Refusal `bundle-needs-commit` where a partial clone lacks what they build on
 */
export async function fetchRefs(
  directory: string,
  from: string,
  refs: readonly (Ref & { to: string })[],
  file: string,
): Promise<void> {
  const refspecs = refs.map(({ name, to }) => `${name}:${to}`);
  try {
    await git(directory, [...SETTINGS, 'fetch', ...OPTIONS, '--', from, ...refspecs]);
  } catch (error) {
    const stderr = error instanceof ExpectedError ? String(error.details.stderr ?? '') : '';
    const lacking = LACKING.exec(stderr)?.[1];
    if (lacking !== undefined) throw lacksContent(file, lacking);
    const problem = /^error: object [0-9a-f]+: (.{1,200})/m.exec(stderr)?.[1];
    if (problem === undefined) throw error;
    throw badBundle(file, `git refuses an object in it (${problem})`);
  }
}

function lacksContent(file: string, oid: string): Refusal {
  return new Refusal({
    code: 'bundle-needs-commit',
    message: `${file} builds on the object ${oid}, which neither it nor this repository has. Nothing was changed.`,
    hint: 'In a partial clone, check the commit out once that it builds on, so that git fetches its files; or run it in a full clone.',
    details: { file, commits: [], object: oid },
  });
}
