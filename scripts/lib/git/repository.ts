import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal, systemErrorCode, UsageError } from '../errors.ts';
import { git, gitLineOrNull } from './git.ts';
import { listRefs } from './refs.ts';

/** Where a working tree's parts lie; all paths absolute. */
export interface Repository {
  /** The top of the working tree. */
  topLevel: string;
  /** What all worktrees of the repository share. */
  commonDir: string;
  /** This working tree's own part of it: its index and HEAD. */
  gitDir: string;
  /** The commit that HEAD points to. */
  head: string;
  /** Null with a detached HEAD. */
  branch: string | null;
}

/**
 * The repository whose working tree holds `directory`.
 * @throws Refusal not-a-repository, bare-repository, no-commits; MissingProgram without git
 */
export async function openRepository(directory: string): Promise<Repository> {
  const { stdout, stderr, exitCode } = await git(
    directory,
    [
      'rev-parse',
      '--path-format=absolute',
      '--is-bare-repository',
      '--git-common-dir',
      '--absolute-git-dir',
      '--show-toplevel',
      ...['HEAD^{commit}', '--symbolic-full-name', 'HEAD'],
    ],
    { answers: [0, 128] },
  );
  // It answers word by word, and ends at the first one that it has no answer for.
  const [bare, commonDir, gitDir, topLevel, head = '', ref] = stdout.toString('utf8').split('\n');
  if (bare === 'true') throw bareRepository(directory);
  if (!commonDir || !gitDir || !topLevel) throw notARepository(directory, stderr);
  if (exitCode !== 0 || !/^[0-9a-f]+$/.test(head)) throw noCommits(topLevel);
  const branch = ref?.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : null;
  return { topLevel, commonDir, gitDir, head, branch };
}

/** Why a linked worktree is locked, or null: `locked` in its git directory holds the reason (gitrepository-layout). */
export async function lockReasonOf({ gitDir, commonDir }: Repository): Promise<string | null> {
  if (gitDir === commonDir) return null;
  try {
    return (await readFile(join(gitDir, 'locked'), 'utf8')).trimEnd();
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** What a symbolic ref points to, without the prefix (`--short` would add to a name that a tag has too); or null. */
async function readSymbolicRef(
  directory: string,
  name: string,
  prefix: string,
): Promise<string | null> {
  const target = await gitLineOrNull(directory, ['symbolic-ref', '--quiet', name]);
  return target?.startsWith(prefix) ? target.slice(prefix.length) : null;
}

/** A configuration value as git sees it in this directory, or null. */
export async function configValue(directory: string, name: string): Promise<string | null> {
  return gitLineOrNull(directory, ['config', '--get', name]);
}

/** The object id that a revision names, or null. `kind` is `commit`, `tree` or `blob`. */
export async function resolveRevision(
  directory: string,
  revision: string,
  kind: 'commit' | 'tree' | 'blob',
): Promise<string | null> {
  // In two steps: `HEAD:path^{blob}` would be taken for a path that ends so.
  const oid = await parseRevision(directory, revision);
  return oid === null ? null : parseRevision(directory, `${oid}^{${kind}}`);
}

async function parseRevision(directory: string, revision: string): Promise<string | null> {
  const words = ['rev-parse', '--verify', '--quiet', '--end-of-options', revision];
  const answer = await gitLineOrNull(directory, words);
  // `^main` names all that main does not have, and is answered in that form.
  return answer !== null && /^[0-9a-f]+$/.test(answer) ? answer : null;
}

/**
 * The object id that a revision names.
 * @throws UsageError `unknown-revision`
 */
export async function requireRevision(
  directory: string,
  revision: string,
  kind: 'commit' | 'tree',
): Promise<string> {
  const oid = await resolveRevision(directory, revision, kind);
  if (oid !== null) return oid;
  throw new UsageError({
    code: 'unknown-revision',
    message: `${revision} names no ${kind === 'tree' ? 'commit or tree' : 'commit'} in ${directory}.`,
    hint:
      kind === 'tree'
        ? 'Name a commit, a branch, or the "tree" of a capture.'
        : 'Name a commit, such as HEAD or a branch.',
    details: { revision },
  });
}

/** How many commits `to` has that `from` has not. */
export async function countCommits(directory: string, from: string, to: string): Promise<number> {
  const { stdout } = await git(directory, ['rev-list', '--count', `${from}..${to}`]);
  return Number(stdout.toString());
}

const REMOTE_LIMIT_MS = 5_000;

/**
 * The branch that work is merged into: `origin/HEAD`, else what the remote says, else main or master, else null.
 * @param origin the URL of `origin`; null: there is none
 */
export async function findTrunk(directory: string, origin: string | null): Promise<string | null> {
  const known = await readSymbolicRef(
    directory,
    'refs/remotes/origin/HEAD',
    'refs/remotes/origin/',
  );
  if (known !== null) return known;
  const remote = origin === null ? null : await askRemote(directory);
  if (remote !== null) return remote;
  const usual = ['main', 'master'];
  const branches = await listRefs(directory, ...usual.map((name) => `refs/heads/${name}`));
  return usual.find((it) => branches.some(({ name }) => name === `refs/heads/${it}`)) ?? null;
}

async function askRemote(directory: string): Promise<string | null> {
  // Without an answer in time there is none: a network that hangs must not hold up a session.
  const { stdout, exitCode } = await git(directory, ['ls-remote', '--symref', 'origin', 'HEAD'], {
    answers: [0, 1, 124, 128],
    timeoutMs: REMOTE_LIMIT_MS,
  });
  const match = /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(stdout.toString('utf8'));
  return exitCode === 0 ? (match?.[1] ?? null) : null;
}

function notARepository(directory: string, stderr: string): Refusal {
  return new Refusal({
    code: 'not-a-repository',
    message: `${directory} is not inside the working tree of a git repository.`,
    hint: 'Run it inside a repository, or name one with --repo. A new project: git init, then a first commit.',
    details: { directory, git: stderr.trim().slice(0, 500) },
  });
}

function bareRepository(directory: string): Refusal {
  return new Refusal({
    code: 'bare-repository',
    message: `${directory} is a bare repository: it has no working tree to work from.`,
    hint: 'Make one with "git worktree add ../work" and run it there, or name one with --repo.',
    details: { directory },
  });
}

function noCommits(topLevel: string): Refusal {
  return new Refusal({
    code: 'no-commits',
    message: `${topLevel} has no commit yet, so the models would have nothing to start from.`,
    hint: 'Make a first commit, for example: git commit --allow-empty -m "Start".',
    details: { directory: topLevel },
  });
}
