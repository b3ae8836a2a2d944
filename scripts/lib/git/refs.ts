/** Private refs: they keep objects alive that no branch of the user's holds. */
import { git, gitLineOrNull } from './git.ts';

export interface Ref {
  name: string;
  oid: string;
}

export async function readRef(directory: string, name: string): Promise<string | null> {
  return gitLineOrNull(directory, ['rev-parse', '--verify', '--quiet', name]);
}

/** Points a ref at an object; `expected` (null: must not exist) makes it a compare-and-swap. */
export async function writeRef(
  directory: string,
  name: string,
  oid: string,
  expected?: string | null,
): Promise<void> {
  const old = expected === undefined ? [] : [expected ?? '0'.repeat(oid.length)];
  await git(directory, ['update-ref', '--no-deref', name, oid, ...old]);
}

/** Points several refs at objects, all or none. */
export async function writeRefs(
  directory: string,
  refs: Readonly<Record<string, string>>,
): Promise<void> {
  const lines = Object.entries(refs).map(([name, oid]) => `update ${name}\0${oid}\0\0`);
  await git(directory, ['update-ref', '--no-deref', '--stdin', '-z'], { input: lines.join('') });
}

/** All refs of these names, or below prefixes such as `refs/mm/<session-id>`. */
export async function listRefs(directory: string, ...prefixes: string[]): Promise<Ref[]> {
  const { stdout } = await git(directory, [
    'for-each-ref',
    '--format=%(objectname) %(refname)',
    ...prefixes,
  ]);
  return parseRefs(stdout);
}

export interface RefValue extends Ref {
  /** The ref that a symbolic ref names. */
  target: string | null;
}

/** All refs of the repository with their values; names are bytes. */
export async function listAllRefs(directory: string): Promise<RefValue[]> {
  const { stdout } = await git(directory, [
    'for-each-ref',
    '--format=%(objectname) %(refname) %(symref)',
  ]);
  const lines = stdout.toString('latin1').split('\n');
  return lines.slice(0, -1).map((line) => {
    const [oid = '', name = '', target = ''] = line.split(' ');
    return { name, oid, target: target === '' ? null : target };
  });
}

/** Parses `<object id> <name>` a line. */
export function parseRefs(listing: Buffer): Ref[] {
  return listing
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({
      oid: line.slice(0, line.indexOf(' ')),
      name: line.slice(line.indexOf(' ') + 1),
    }));
}

/** Deletes refs in one transaction, each only while it still points where it did. */
export async function deleteRefs(directory: string, refs: readonly Ref[]): Promise<void> {
  if (refs.length === 0) return;
  const lines = refs.map(({ name, oid }) => `delete ${name}\0${oid}\0`);
  await git(directory, ['update-ref', '--no-deref', '--stdin', '-z'], { input: lines.join('') });
}
