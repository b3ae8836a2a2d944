/** What worktrees of a repository need before gates can run in them, and how it is to get there: decided, not done. */
import { dirname, join } from 'node:path';
import { type Configuration, readConfiguration } from '../configuration.ts';
import { listNeeded, type Needed } from '../gates/needed-files.ts';
import { type ChangedManifest, lockfilesBeside } from '../gates/package-managers.ts';
import { diskFacts, draftOf, sizeOf } from '../gates/provide.ts';
import {
  DEFAULT_COPY_LIMIT_MB,
  type Provision,
  type ProvisionWishes,
  planProvision,
} from '../gates/provision-plan.ts';
import { findSetupCommand } from '../gates/setup-command.ts';
import { filesAt } from '../git/files-at.ts';
import type { Repository } from '../git/repository.ts';
import { readSecrets, type Secret } from '../secrets.ts';
import { trialFolder } from '../session/main-tree.ts';
import type { Session } from '../session/session.ts';

/** What the worktrees of a repository need, whether one is made or not. */
export interface Needs {
  needed: Needed[];
  wishes: ProvisionWishes;
  setup: { command: string; source: string } | null;
  /** Whether the user's post-checkout hook runs. */
  hooks: boolean;
  /** Whether packages that a tree newly asks for may come from the network. */
  network: boolean;
  /** What stands in the files that are copied, and must not stand in logs. */
  secrets: Secret[];
}

/** What is done to worktrees, decided before one is made. */
export interface Preparation extends Needs {
  provision: Provision[];
  /** In which the tree asks for other packages than base. */
  changed: ChangedManifest[];
}

/** The same for models' worktrees and for scratch ones: otherwise their gates could not be compared. */
export async function readNeeds(repository: Repository, session: Session | null): Promise<Needs> {
  const { topLevel } = repository;
  const files = filesAt(topLevel, session?.data.base ?? repository.head);
  const configuration = await readConfiguration(files);
  const [needed, found] = await Promise.all([
    listNeeded(topLevel, { ...configuration, folders: configuration.provide?.folders ?? [] }),
    findSetupCommand(files),
  ]);
  const settings = needed.filter(({ kind }) => kind === 'included').map(({ path }) => path);
  return {
    needed,
    wishes: wishesOf(configuration, session),
    setup: chooseSetup(configuration.setup, session, found),
    hooks: session?.data.preparation?.hooks ?? configuration.hooks ?? true,
    network: session?.data.preparation?.network ?? configuration.provide?.network ?? false,
    secrets: await readSecrets(topLevel, settings),
  };
}

/** @param worktrees how many are to be made at once: all of them must fit on the disk */
export async function planPreparation(
  { topLevel, gitDir, head }: Repository,
  session: Session | null,
  needs: Needs,
  worktrees: number,
): Promise<Preparation> {
  const trial = trialFolder(gitDir, session);
  const facts = { ...(await diskFacts(topLevel, dirname(topLevel), trial)), worktrees };
  const candidates = needs.needed.flatMap(lockfilesBeside);
  const lockfiles = new Set(await filesAt(topLevel, session?.data.base ?? head).which(candidates));
  const sized = needs.needed.map((one) => ({ ...one, bytes: sizeOf(join(topLevel, one.path)) }));
  return { ...needs, provision: planProvision(sized, lockfiles, facts, needs.wishes), changed: [] };
}

function wishesOf(
  { provide: configured }: Configuration,
  session: Session | null,
): ProvisionWishes {
  const named = session?.data.preparation;
  const limit = named?.copy_limit_mb ?? configured?.copy_limit_mb ?? DEFAULT_COPY_LIMIT_MB;
  return {
    copyLimitBytes: limit === 'none' ? null : limit * 1024 ** 2,
    link: [...(configured?.link ?? []), ...(named?.link ?? [])],
  };
}

function chooseSetup(
  configured: Configuration['setup'],
  session: Session | null,
  found: Needs['setup'],
): Needs['setup'] {
  const named = session?.data.setup ?? null;
  if (named !== null) return named === '' ? null : { command: named, source: '--setup' };
  if (configured === false || configured === '') return null;
  if (configured !== undefined) return { command: configured, source: 'the configuration' };
  return found;
}

/** What is provided, as paths that are no part of a capture. */
export function providedPaths({ provision }: Preparation): string[] {
  return provision.filter(({ how }) => how !== 'skip').flatMap(({ path }) => [path, draftOf(path)]);
}
