/**
 * What can be told of everything that models share with the user at one moment, by content: plain data, which two of
 * are compared (compare-observations.ts). Nothing of the user's is touched, and what cannot be read is told as unknown.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { mkdir } from '../disk.ts';
import { messageOf } from '../errors.ts';
import { git, gitLine, type TrustedPlace } from '../git/git.ts';
import { pathText, type RawPath, rawPathOf, rawPathOfPrinted } from '../git/paths.ts';
import { listAllRefs } from '../git/refs.ts';
import type { Repository } from '../git/repository.ts';
import { listStash } from '../git/stash.ts';
import { copyIndex, withWholeIndex, writeIndexTree } from '../git/trees.ts';
import { placeIn } from '../git/trusted-git-dir.ts';
import { readWorkingTree } from '../git/working-tree.ts';
import { listWorktrees, type Worktree } from '../git/worktrees.ts';
import { inParallel } from '../process/in-parallel.ts';
import { withLock } from '../process/lock.ts';
import { FileReader, isWithin, joinRaw } from './file-facts.ts';
import { scratchLockReasonFor, sessionInLockReason } from './find-session.ts';
import { type IgnoredFiles, ignoredFilesSchema, readIgnoredFiles } from './ignored-files.ts';
import {
  type ObeyedFile,
  obeyedFileSchema,
  obeyedPlaces,
  readObeyedFiles,
  readSettingsWithFiles,
} from './obeyed-files.ts';
import { repositoryLock, stateRoot } from './paths.ts';
import { hostWorksInMainTree, readSession, refPrefix, type Session } from './session.ts';
import { mainPlace } from './trusted-places.ts';

const oid = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);

/** Parts that are read by themselves, so that one that cannot be read leaves the others known. */
const part = z.enum([
  'head',
  'main-tree',
  'index',
  'worktree',
  'ref',
  'stash',
  'config',
  'ignored-file',
  'outside',
]);

export type Part = z.output<typeof part>;

export const observationSchema = z.object({
  at: z.iso.datetime(),
  /** The main tree's HEAD: the branch's full name, null when detached; the commit, null when there is none. */
  head: z.object({ branch: z.string().nullable(), oid: oid.nullable() }).nullable(),
  /** Null: not watched, because the host works there; or unread. */
  main_tree: oid.nullable(),
  /** What is staged in the main tree. */
  index: oid.nullable(),
  /** The user's other working trees. */
  worktrees: z.array(
    z.object({
      path: z.string(),
      branch: z.string().nullable(),
      head: oid.nullable(),
      /** Null: unread. */
      tree: oid.nullable(),
    }),
  ),
  /** All but ours and refs/stash; names are RawPaths. */
  refs: z.array(z.object({ name: z.string(), oid, target: z.string().nullable() })),
  stash: z.array(z.object({ oid, message: z.string() })),
  /** What refs/stash names: the newest entry, or one that is listed no more because the list itself was emptied. */
  stash_tip: oid.nullable(),
  files: z.array(obeyedFileSchema),
  ignored: ignoredFilesSchema,
  /** What lies beside the main tree, and so beside the worktrees: RawPaths. */
  outside: z.object({ folder: z.string(), names: z.array(z.string()) }),
  /** What belongs to sessions of this skill: theirs to change. */
  ours: z.object({
    worktrees: z.array(z.string()),
    branches: z.array(z.object({ name: z.string(), worktree: z.string(), own: z.boolean() })),
    /** Stash entries of other sessions; the state of null: nothing is known of that session. */
    stashes: z.array(z.object({ oid, state: z.string().nullable() })),
    /** The session's own private refs that nothing of ours deletes while models run. */
    refs: z.array(z.object({ name: z.string(), oid })),
    /** The session's own stash entry, while the user's changes are set aside. */
    stash: oid.nullable(),
  }),
  unread: z.array(z.object({ part, path: z.string().nullable(), reason: z.string() })),
});

export type Observation = z.output<typeof observationSchema>;
export type ObservedWorktree = Observation['worktrees'][number];

export interface ObserveOptions {
  /** Where contents are kept by their hashes, and indexes as they were at the first look; null: nowhere. */
  folder?: string | null;
  /** An earlier look: what it saw is looked at again, whatever the configuration says by now. */
  earlier?: Observation | null;
}

/** Looks at everything. */
export async function observe(
  repository: Repository,
  session: Session,
  { folder = null, earlier = null }: ObserveOptions = {},
): Promise<Observation> {
  const at = new Date().toISOString();
  const unread = new Unread();
  const fresh = (await readSession(session.directory)) ?? session;
  const shared = await readShared(repository, fresh, unread, earlier);
  const indexes = new Indexes(folder);
  const reader = new FileReader(folder === null ? null : join(folder, 'contents'));
  const [head, main_tree, index, worktrees, files, ignored] = await Promise.all([
    unread.orElse('head', null, readHead(repository), null),
    watchesMainTree(fresh)
      ? unread.orElse('main-tree', null, readMain(repository, fresh, indexes), null)
      : null,
    watchesMainTree(fresh) ? unread.orElse('index', null, readIndex(repository), null) : null,
    inParallel(3, shared.worktrees, (it) => readWorktree(fresh, it, indexes, unread)),
    readFiles(repository, reader, unread, earlier),
    unread.orElse(
      'ignored-file',
      null,
      readIgnored(repository, fresh, indexes, reader, shared, earlier),
      NOTHING_IGNORED,
    ),
  ]);
  const own = { head, main_tree, index, worktrees, files, ignored };
  return { at, ...shared, ...own, unread: unread.list };
}

const NOTHING_IGNORED: IgnoredFiles = { files: [], folders: [] };

/** Whether the main tree is only the user's: where the host edits it, its files and its index are the host's business. */
function watchesMainTree(session: Session): boolean {
  return !hostWorksInMainTree(session);
}

/** What could not be read, and why. */
class Unread {
  readonly list: Observation['unread'] = [];

  async orElse<T, U>(
    part: Part,
    path: string | null,
    reading: Promise<T>,
    otherwise: U,
  ): Promise<T | U> {
    try {
      return await reading;
    } catch (error) {
      this.list.push({ part, path, reason: messageOf(error).slice(0, 500) });
      return otherwise;
    }
  }
}

/**
 * The indexes by which working trees are read: copied at the first look, because a later one may have been told to
 * overlook changes (assume-unchanged, skip-worktree), or be damaged.
 */
class Indexes {
  private readonly copies = new Map<string, Promise<void>>();

  constructor(private readonly folder: string | null) {}

  async use<T>(
    directory: string,
    findGitDir: () => Promise<string>,
    action: (indexFile: string) => Promise<T>,
  ): Promise<T> {
    if (this.folder === null) return withWholeIndex(directory, await findGitDir(), action);
    const name = createHash('sha256').update(directory).digest('hex').slice(0, 16);
    const kept = join(this.folder, 'indexes', name);
    const copy = this.copies.get(name) ?? copyOnce(directory, findGitDir, kept);
    this.copies.set(name, copy);
    await copy;
    return action(kept);
  }
}

async function copyOnce(
  directory: string,
  findGitDir: () => Promise<string>,
  kept: string,
): Promise<void> {
  if (existsSync(kept)) return;
  await mkdir(dirname(kept), { recursive: true, mode: 0o700 });
  await withWholeIndex(directory, await findGitDir(), (index) => copyIndex(index, kept));
}

/** What other sessions change too: read while none of them makes or removes a worktree. */
async function readShared(
  repository: Repository,
  session: Session,
  unread: Unread,
  earlier: Observation | null,
) {
  const { topLevel, commonDir } = repository;
  const [all, registered, stash, names] = await withLock(
    repositoryLock(stateRoot(), commonDir),
    () =>
      Promise.all([
        unread.orElse('ref', null, listAllRefs(topLevel), []),
        unread.orElse('worktree', null, listWorktrees(topLevel), []),
        unread.orElse('stash', null, listStash(topLevel), []),
        unread.orElse('outside', null, namesBeside(topLevel), []),
      ]),
  );
  const owned = await readOwned(session, registered);
  const isOurs = (path: string) => owned.worktrees.includes(path);
  const own = `${refPrefix(session)}/`;
  const folder = rawPathOf(dirname(topLevel));
  const isOurFolder = oursBelow(folder);
  const beside = names.map((name) => joinRaw(folder, name)).filter((path) => !isOurFolder(path));
  const ofOthers = await inParallel(8, beside, isWorktreeOfOurs);
  return {
    refs: all.filter(({ name }) => !name.startsWith('refs/mm/') && name !== 'refs/stash'),
    stash,
    stash_tip: all.find(({ name }) => name === 'refs/stash')?.oid ?? null,
    worktrees: registered.filter(
      ({ path, head }) => path !== topLevel && !isOurs(path) && head !== null && existsSync(path),
    ),
    outside: {
      folder,
      names: beside
        .filter((_, at) => !ofOthers[at])
        .map((path) => path.slice(path.lastIndexOf('/') + 1)),
    },
    ours: {
      ...owned,
      stashes: await stashesOfOthers(session, [...stash, ...(earlier?.stash ?? [])]),
      refs: all.flatMap(({ name, oid }) =>
        name.startsWith(own) && !name.startsWith(`${own}guard/`) ? [{ name, oid }] : [],
      ),
      stash: ownStash(session),
    },
  };
}

function ownStash({ data }: Session): string | null {
  return data.user_changes?.state === 'set-aside' ? data.user_changes.stash : null;
}

/** A worktree that a session of another repository next door made: its lock names the session, which knows of it. */
async function isWorktreeOfOurs(raw: RawPath): Promise<boolean> {
  const path = pathText(raw);
  if (!path.includes('-mm-')) return false;
  try {
    const pointer = readFileSync(join(path, '.git'), 'utf8');
    const admin = /^gitdir: (.+)$/m.exec(pointer)?.[1] ?? '';
    const reason = readFileSync(join(admin, 'locked'), 'utf8').trim();
    const directory = sessionInLockReason(reason.replace(' scratch ', ' ')) ?? '';
    if (!isWithin(rawPathOf(directory), rawPathOf(stateRoot()))) return false;
    const session = await sessionOrNull(directory);
    const isScratch = reason === (session && scratchLockReasonFor(session));
    return isScratch || (session?.data.worktrees.some((it) => it.path === path) ?? false);
  } catch {
    // No worktree, or one that cannot be read: it counts as what it looks like.
    return false;
  }
}

async function namesBeside(topLevel: string): Promise<RawPath[]> {
  return readdirSync(dirname(topLevel), { encoding: 'latin1' }).sort();
}

/** Tells what is ours among the paths below a folder: the state root, temporary folders (temporary-folder.ts), and `more`. */
function oursBelow(top: RawPath, more: readonly string[] = []): (path: RawPath) => boolean {
  const folders = [stateRoot(), ...more].map(rawPathOf).filter((it) => isWithin(it, top));
  const temporary = rawPathOf(realpathSync(tmpdir()));
  const isTemporary = (path: RawPath) =>
    isWithin(path, temporary) && /^\/mm-\w{6}(\/|$)/.test(path.slice(temporary.length));
  // Asked for every entry of node_modules: most often there is nothing to look for.
  const hasTemporary = isWithin(temporary, top);
  return (path) =>
    folders.some((folder) => isWithin(path, folder)) || (hasTemporary && isTemporary(path));
}

const OUR_LOCK = /^multi-model-execute /;

/** Worktrees and branches of all sessions that have any, known by the locks on the worktrees and by the sessions' records. */
async function readOwned(session: Session, registered: readonly Worktree[]) {
  const locked = registered.filter(({ lockReason }) => OUR_LOCK.test(lockReason ?? ''));
  const directories = new Set(
    locked.flatMap(({ lockReason }) => sessionInLockReason(lockReason) ?? []),
  );
  directories.delete(session.directory);
  const others = await Promise.all([...directories].map(sessionOrNull));
  const sessions = [session, ...others.flatMap((it) => it ?? [])];
  const records = sessions.flatMap((it) =>
    it.data.worktrees
      .filter(({ removed }) => !removed || it === session)
      .map((record) => ({ ...record, own: it === session })),
  );
  const there = records.filter(({ removed }) => !removed);
  return {
    worktrees: [...new Set([...locked, ...there].map(({ path }) => path))],
    branches: records.map(({ branch, path, own }) => ({
      name: `refs/heads/${branch}`,
      worktree: path,
      own,
    })),
  };
}

/** A session that cannot be read claims nothing. */
function sessionOrNull(directory: string): Promise<Session | null> {
  return readSession(directory).catch(() => null);
}

/** The title of set-aside work names its session. */
const SET_ASIDE = /mm-execute: user-changes stash (\d{8}-\d{6}Z-[\w-]+)$/;

async function stashesOfOthers(
  session: Session,
  entries: Observation['stash'],
): Promise<Observation['ours']['stashes']> {
  const found: Observation['ours']['stashes'] = [];
  for (const { oid, message } of entries) {
    const id = SET_ASIDE.exec(message)?.[1];
    if (id === undefined || id === session.data.session_id) continue;
    if (found.some((it) => it.oid === oid)) continue;
    const other = await sessionOrNull(join(dirname(session.directory), id));
    const changes = other?.data.user_changes;
    found.push({ oid, state: changes?.stash === oid ? changes.state : null });
  }
  return found;
}

async function readHead({ topLevel }: Repository): Promise<Observation['head']> {
  // Only 1 says that there is none; anything else is a failure.
  const orNull = async (...words: string[]) => {
    const { stdout, exitCode } = await git(topLevel, words, { answers: [0, 1] });
    return exitCode === 0 ? stdout.toString('utf8').trimEnd() : null;
  };
  const [branch, oid] = await Promise.all([
    orNull('symbolic-ref', '--quiet', 'HEAD'),
    orNull('rev-parse', '--verify', '--quiet', 'HEAD^{commit}'),
  ]);
  return { branch, oid };
}

/** As readMainTree() does, by the index of the first look. */
function readMain(repository: Repository, session: Session, indexes: Indexes): Promise<string> {
  const { topLevel, gitDir } = repository;
  const read = (index: string) => readTree(session, mainPlace(session), index);
  return indexes.use(topLevel, async () => gitDir, read);
}

async function readTree(session: Session, place: TrustedPlace, indexFile: string): Promise<string> {
  const gitlinks = session.data.submodules.map(rawPathOfPrinted);
  return (await readWorkingTree({ place, indexFile, gitlinks })).tree;
}

function readIndex({ topLevel, gitDir }: Repository): Promise<string> {
  return withWholeIndex(topLevel, gitDir, (index) => writeIndexTree(topLevel, index));
}

async function readWorktree(
  session: Session,
  { path, branch, head }: Worktree,
  indexes: Indexes,
  unread: Unread,
): Promise<ObservedWorktree> {
  const gitDir = () => gitLine(path, ['rev-parse', '--absolute-git-dir']);
  const place = placeIn(mainPlace(session), path);
  const reading = indexes.use(path, gitDir, (index) => readTree(session, place, index));
  return { path, branch, head, tree: await unread.orElse('worktree', path, reading, null) };
}

async function readFiles(
  repository: Repository,
  reader: FileReader,
  unread: Unread,
  earlier: Observation | null,
): Promise<ObeyedFile[]> {
  const settings = await unread.orElse('config', null, readSettingsWithFiles(repository), []);
  const files = readObeyedFiles(obeyedPlaces(repository, settings), reader);
  const seen = new Set(files.map(({ path }) => path));
  const missing = (earlier?.files ?? []).filter(({ path }) => !seen.has(path));
  return [...files, ...missing.flatMap(({ what, path }) => readAgain(what, path, reader))];
}

/** A file that was obeyed once is looked at although no setting names it any more. */
function readAgain(what: ObeyedFile['what'], path: RawPath, reader: FileReader): ObeyedFile[] {
  const facts = reader.read(path, Buffer.from(path, 'latin1'));
  return facts === null || facts.kind === 'folder' ? [] : [{ what, ...facts }];
}

async function readIgnored(
  { topLevel, gitDir }: Repository,
  session: Session,
  indexes: Indexes,
  reader: FileReader,
  { worktrees, ours }: { worktrees: readonly Worktree[]; ours: { worktrees: readonly string[] } },
  earlier: Observation | null,
): Promise<IgnoredFiles> {
  const elsewhere = [...worktrees.map(({ path }) => path), ...ours.worktrees];
  const isOurs = oursBelow(rawPathOf(topLevel), elsewhere);
  const options = { isOurs, earlier: earlier?.ignored ?? null };
  return indexes.use(
    topLevel,
    async () => gitDir,
    (index) => readIgnoredFiles(mainPlace(session), index, reader, options),
  );
}
