/** What a sandboxed run may write, and what it may not. */
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { mkdir } from '../disk.ts';
import type { Repository } from '../git/repository.ts';
import { adminDirOf } from '../git/worktrees.ts';
import type { Backend } from '../models/backend.ts';
import type { RunSandbox } from '../models/run.ts';
import { ownPlaces, type Sandbox, temporaryPlaces } from '../models/sandbox.ts';
import type { Workplace } from '../session/capture.ts';
import { stateRoot } from '../session/paths.ts';
import type { Session } from '../session/session.ts';

/** Of a model in its worktree: the main tree, the session and other models' worktrees are closed to it. */
export async function sandboxOfModel(
  sandbox: Sandbox,
  { topLevel, commonDir }: Repository,
  session: Session,
  { directory }: Workplace,
  backend: Backend,
): Promise<RunSandbox> {
  const own = session.data.worktrees.find(({ path }) => path === directory);
  const others = session.data.worktrees.filter((it) => !it.removed && it !== own);
  const worktree = {
    directory,
    commonDir,
    gitDir: await adminDirOf(commonDir, directory),
    branch: own?.branch ?? null,
  };
  const closed = [topLevel, ...others.map(({ path }) => path)];
  return sandboxOf(sandbox, worktree, closed, backend);
}

/** Of a model in any working tree, without a session. */
export async function sandboxAlone(
  sandbox: Sandbox,
  { topLevel, ...repository }: Repository,
  backend: Backend,
): Promise<RunSandbox> {
  return sandboxOf(sandbox, { ...repository, directory: topLevel }, [], backend);
}

interface Worktree {
  directory: string;
  commonDir: string;
  /** Its own part of the repository; null: the repository does not know it. */
  gitDir: string | null;
  branch: string | null;
}

async function sandboxOf(
  sandbox: Sandbox,
  worktree: Worktree,
  closed: readonly string[],
  backend: Backend,
): Promise<RunSandbox> {
  const kept = [process.env.HOME, stateRoot(), worktree.commonDir, ...closed];
  return {
    sandbox,
    writable: [
      ...(await ownPlaces(backend, process.env)),
      ...existing([...(await gitPlaces(worktree)), worktree.directory]),
    ],
    protected: existing(kept),
    temporary: temporaryPlaces(),
  };
}

/** New objects, the worktree's own index and HEAD, and its own branch: enough to commit there, and to change nothing else. */
async function gitPlaces({ commonDir, gitDir, branch }: Worktree): Promise<(string | null)[]> {
  const refs = branch === null ? [] : ['refs/heads', 'logs/refs/heads'];
  const folders = refs.map((place) => join(commonDir, place, branch ?? '', '..'));
  for (const folder of folders) await mkdir(folder, { recursive: true });
  return [join(commonDir, 'objects'), gitDir, ...folders];
}

function existing(places: readonly (string | null | undefined)[]): string[] {
  return places.flatMap((place) => (place && existsSync(place) ? [realpathSync(place)] : []));
}
