/** What a user has in a repository, and the proof that after a crash all of it is still there or kept by a ref. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import glob from 'fast-glob';
import { git } from '../../scripts/lib/git/git.ts';
import { hashOfFile, hashOfLink } from '../../scripts/lib/git/object-names.ts';
import { contentsOf } from './repository-state.ts';
import type { Sandbox } from './sandbox.ts';

export interface UserWork {
  /** Each file of the main tree, ignored ones included: mode and content, as contentsOf() has them. */
  files: Record<string, string>;
  /** The same files as git would keep them: `<mode> <object id>\t<path>`; ignored ones are null. */
  kept: Record<string, string | null>;
  /** What was staged: `<mode> <object id>\t<path>`. */
  staged: string[];
  /** HEAD, branches and tags: all refs but ours. */
  refs: string[];
  /** The user's own stash entries, the newest first. */
  stash: string[];
  /** What models made and nothing has captured yet: `<mode> <object id>\t<path>`. */
  made: string[];
}

const EMPTY_FILE = 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391';
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** Reads what the user has now. */
export async function readUserWork(box: Sandbox, cwd: string): Promise<UserWork> {
  const files = await contentsOf(cwd);
  const refs = await readRefs(box, cwd);
  const ignored = new Set(await lines(box, cwd, 'ls-files', '-z', '-oi', '--exclude-standard'));
  return {
    files,
    kept: Object.fromEntries(
      Object.entries(files).map(([path, facts]) => [
        path,
        ignored.has(path) ? null : asGitKeeps(cwd, path, facts),
      ]),
    ),
    staged: await stagedEntries(box, cwd),
    refs: ownRefs(refs),
    stash: ownStash(refs),
    made: [],
  };
}

/** The files of a model's worktree that git does not hold yet. */
export async function readMade(box: Sandbox, worktree: string): Promise<string[]> {
  const paths = await lines(box, worktree, 'ls-files', '-z', '-mo', '--exclude-standard');
  const files = await contentsOf(worktree);
  return paths
    .filter((path) => files[path] !== undefined)
    .map((path) => asGitKeeps(worktree, path, files[path] ?? ''));
}

/** What of the user's is neither in its place nor kept anywhere: one line each. */
export async function findLosses(box: Sandbox, cwd: string, work: UserWork): Promise<string[]> {
  const refs = await readRefs(box, cwd);
  const kept = await keptEntries(box, cwd, refs);
  const files = await contentsOf(cwd);
  const staged = new Set(await stagedEntries(box, cwd));
  return [
    ...Object.keys(work.files)
      .filter((path) => files[path] !== work.files[path] && !kept.has(work.kept[path] ?? ''))
      .map((path) => `file ${path} (${files[path] === undefined ? 'gone' : 'changed'})`),
    ...work.staged
      .filter((entry) => !staged.has(entry) && !kept.has(entry))
      .map((entry) => `staged ${entry}`),
    ...(await findLostOfModels(box, cwd, work.made, kept)),
    ...missing('ref', work.refs, ownRefs(refs)),
    ...missing('stash entry', work.stash, ownStash(refs)),
  ];
}

/** A worktree that is half removed may have no `.git` any more: its files are looked at, not its state. */
async function findLostOfModels(
  box: Sandbox,
  cwd: string,
  made: string[],
  kept: Set<string>,
): Promise<string[]> {
  if (made.length === 0) return [];
  const listing = await lines(box, cwd, 'worktree', 'list', '--porcelain', '-z');
  const worktrees = listing.flatMap((it) => /^worktree (.*)/s.exec(it)?.[1] ?? []);
  const there = (await Promise.all(worktrees.filter(existsSync).map(filesAsGitKeeps))).flat();
  return made
    .filter((it) => !kept.has(it) && !there.includes(it))
    .map((it) => `made by a model: ${it}`);
}

async function filesAsGitKeeps(folder: string): Promise<string[]> {
  return Object.entries(await contentsOf(folder)).map(([path, facts]) =>
    asGitKeeps(folder, path, facts),
  );
}

/** What must be as it was, in its order. */
function missing(kind: string, before: string[], after: string[]): string[] {
  if (before.join('\n') === after.join('\n')) return [];
  return [`${kind}: ${JSON.stringify(before)} became ${JSON.stringify(after)}`];
}

/** `<mode> <object id>\t<path>`. Reckoned here: a start of git for each file would be hundreds for each try. */
function asGitKeeps(cwd: string, path: string, facts: string): string {
  const isLink = facts.includes(' -> ');
  const hash = isLink ? hashOfLink : hashOfFile;
  const oid = hash(Buffer.from(join(cwd, path)), EMPTY_FILE.length);
  const isExecutable = (Number.parseInt(facts, 8) & 0o100) !== 0;
  return `${isLink ? '120000' : isExecutable ? '100755' : '100644'} ${oid}\t${path}`;
}

/** Everything that private refs, stash entries, the session's archives and HEAD hold. */
async function keptEntries(box: Sandbox, cwd: string, refs: Refs): Promise<Set<string>> {
  const keeping = refs.named.filter(([, name]) => /^refs\/(mm\/|stash$)/.test(name));
  const tips = [
    'HEAD',
    ...keeping.map(([oid]) => oid),
    ...refs.stash.map((entry) => entry.slice(0, EMPTY_FILE.length)),
    ...(await archived(box, cwd)),
  ];
  // A stash entry keeps the index and the untracked files in parents of its own, so those count too.
  const commits = await words(box, cwd, 'log', '--no-walk', '--format=%H %P', ...tips);
  const trees = await words(box, cwd, 'log', '--no-walk', '--format=%T', ...commits);
  return entriesOf(cwd, [...new Set(trees)]);
}

/** `<mode> <object id>\t<path>` of all files of trees, by one start of git: as what an empty tree lacks. */
async function entriesOf(cwd: string, trees: readonly string[]): Promise<Set<string>> {
  const input = trees.map((tree) => `${EMPTY_TREE} ${tree}\n`).join('');
  const listing = ['diff-tree', '--stdin', '-r', '-z', '--no-renames'];
  const { stdout } = await git(cwd, listing, { input });
  const entry = /:0+ (\d+) 0+ (\w+) A\0([^\0]*)\0/g;
  const found = stdout.toString().matchAll(entry);
  return new Set([...found].map(([, mode, oid, path]) => `${mode} ${oid}\t${path}`));
}

async function archived(box: Sandbox, cwd: string): Promise<string[]> {
  const bundles = await glob('state/**/refs.bundle', { cwd: box.folder, absolute: true });
  const heads = await Promise.all(
    bundles.map((bundle) => box.git(cwd, 'bundle', 'list-heads', bundle)),
  );
  return heads.flatMap((text) => text.split('\n').map((line) => line.slice(0, 40)));
}

/** An empty entry is what `git add --intent-to-add` leaves: nothing is staged in it. */
async function stagedEntries(box: Sandbox, cwd: string): Promise<string[]> {
  const entries = await lines(box, cwd, 'ls-files', '--stage', '-z');
  return entries
    .filter((line) => !line.includes(` ${EMPTY_FILE} `))
    .map((line) => line.replace(/^(\d+ \w+) \d+\t/, '$1\t'));
}

/** All refs, ours too: each is asked for once. */
interface Refs {
  head: string;
  named: [oid: string, name: string][];
  /** `<object id> <title>`, the newest first. */
  stash: string[];
}

async function readRefs(box: Sandbox, cwd: string): Promise<Refs> {
  const refs = await box.git(cwd, 'for-each-ref', '--format=%(objectname) %(refname)');
  const stash = await box.git(cwd, 'stash', 'list', '--format=%H %gs');
  return {
    head: await box.git(cwd, 'rev-parse', '--symbolic-full-name', 'HEAD'),
    named: refs.split('\n').map((line) => line.split(' ') as [string, string]),
    stash: stash.split('\n').filter((line) => line !== ''),
  };
}

function ownRefs({ head, named }: Refs): string[] {
  const isOurs = /^refs\/(mm\/|heads\/mm\/[^/]+\/\d{8}-\d{6}|stash$)/;
  const own = named.filter(([, name]) => !isOurs.test(name)).map((ref) => ref.join(' '));
  return [`HEAD ${head}`, ...own];
}

function ownStash({ stash }: Refs): string[] {
  return stash.filter((line) => !line.includes(' mm-execute: '));
}

async function lines(box: Sandbox, cwd: string, ...command: string[]): Promise<string[]> {
  return (await box.git(cwd, ...command)).split('\0').filter((line) => line !== '');
}

async function words(box: Sandbox, cwd: string, ...command: string[]): Promise<string[]> {
  return (await box.git(cwd, ...command)).split(/\s+/).filter((word) => word !== '');
}
