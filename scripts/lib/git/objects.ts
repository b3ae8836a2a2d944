/** Objects of any kind, kept alive or brought back. */
import { closeSync } from 'node:fs';
import { openSync } from '../disk.ts';
import { git, gitLine, type Place } from './git.ts';
import { commitTree } from './trees.ts';

export type ObjectKind = 'commit' | 'tree' | 'blob' | 'tag';

/** The kinds of objects; one that is not there has none. */
export async function objectKinds(
  directory: Place,
  names: readonly string[],
): Promise<Map<string, { oid: string; kind: ObjectKind }>> {
  if (names.length === 0) return new Map();
  const { stdout } = await git(
    directory,
    ['cat-file', '--batch-check=%(objectname) %(objecttype)'],
    {
      input: `${names.join('\n')}\n`,
    },
  );
  const lines = stdout.toString('latin1').split('\n');
  return new Map(
    names.flatMap((name, at) => {
      const [oid = '', kind = ''] = lines[at]?.split(' ') ?? [];
      return isKind(kind) ? [[name, { oid, kind }]] : [];
    }),
  );
}

function isKind(word: string): word is ObjectKind {
  return ['commit', 'tree', 'blob', 'tag'].includes(word);
}

export interface Anchor {
  /** Holds all commits as its parents, all trees and blobs in its tree. */
  commit: string;
  /** Tags are held by no other object: only what they point to is. */
  tags: string[];
}

/** git takes so many parents on a command line. */
const MOST_PARENTS = 5000;

/**
 * One commit that keeps all the given objects alive: a ref of their own for each would be thousands in a large
 * repository. What is not there any more is left out.
 */
export async function anchorObjects(
  directory: string,
  oids: readonly string[],
  message: string,
): Promise<Anchor> {
  const given = [...new Set(oids)];
  const kinds = await objectKinds(directory, given);
  const tags = given.filter((oid) => kinds.get(oid)?.kind === 'tag');
  const tagged = await objectKinds(
    directory,
    tags.map((oid) => `${oid}^{}`),
  );
  const all = [...kinds.values(), ...tagged.values()];
  const of = (kind: ObjectKind) => [
    ...new Set(all.filter((it) => it.kind === kind).map(({ oid }) => oid)),
  ];
  const lines = [
    ...of('tree').map((oid) => `040000 tree ${oid}\t${oid}`),
    ...of('blob').map((oid) => `100644 blob ${oid}\t${oid}`),
  ];
  const tree = await gitLine(directory, ['mktree'], {
    input: lines.map((it) => `${it}\n`).join(''),
  });
  const parents = of('commit');
  let commit = await commitTree(directory, tree, parents.splice(0, MOST_PARENTS), message);
  while (parents.length > 0) {
    commit = await commitTree(
      directory,
      tree,
      [commit, ...parents.splice(0, MOST_PARENTS)],
      message,
    );
  }
  return { commit, tags };
}

/** Writes objects into a file, from which restoreTag() brings them back. */
export async function dumpObjects(
  directory: string,
  oids: readonly string[],
  file: string,
): Promise<void> {
  const descriptor = openSync(file, 'w', 0o600);
  try {
    const input = oids.map((oid) => `${oid}\n`).join('');
    await git(directory, ['cat-file', '--batch'], { input, stdoutFd: descriptor });
  } finally {
    closeSync(descriptor);
  }
}

/** Parses `cat-file --batch`: `<oid> <kind> <size>`, a line break, the content, a line break. */
export function parseDump(dump: Buffer): Map<string, Buffer> {
  const objects = new Map<string, Buffer>();
  for (let at = 0; at < dump.length; ) {
    const end = dump.indexOf('\n', at);
    if (end < 0) break;
    const [oid = '', , size] = dump.toString('latin1', at, end).split(' ');
    at = end + 1;
    // `<oid> missing` has no content.
    if (size === undefined) continue;
    objects.set(oid, dump.subarray(at, at + Number(size)));
    at += Number(size) + 1;
  }
  return objects;
}

/** Writes a tag that may be gone; what it points to must be there. */
export async function restoreTag(directory: string, content: Buffer): Promise<string> {
  return gitLine(directory, ['hash-object', '-t', 'tag', '-w', '--stdin'], { input: content });
}
