/** One worktree for all trees that nobody works in: base, exams, mixes. Gates run in it; what they leave is taken away. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { rm } from '../disk.ts';
import { askedFor, type ChangedManifest } from '../gates/package-managers.ts';
import { provide } from '../gates/provide.ts';
import { leftByGates, readProvided } from '../gates/provided-state.ts';
import { git, type TrustedPlace } from '../git/git.ts';
import { pathText, type RawPath, rawPathOf, splitNul } from '../git/paths.ts';
import type { Repository } from '../git/repository.ts';
import { kindOf, placeOf } from '../git/survey.ts';
import { copyIndex, readTree } from '../git/trees.ts';
import { placeIn } from '../git/trusted-git-dir.ts';
import { addWorktree, adminDirOf, fillWorktree, removeWorktree } from '../git/worktrees.ts';
import { withLock } from '../process/lock.ts';
import { Slots } from '../process/slots.ts';
import type { Reporter } from '../script.ts';
import type { Workplace } from '../session/capture.ts';
import { isWithin } from '../session/file-facts.ts';
import { scratchLockReasonFor } from '../session/find-session.ts';
import { repositoryLock, slugOf, stateRoot } from '../session/paths.ts';
import { claimScratch, holdScratch, type Lying, leaveScratch } from '../session/scratch-record.ts';
import { readSession, type Session } from '../session/session.ts';
import { withPlaceAlone, worktreePlace } from '../session/trusted-places.ts';
import { withTemporaryFolder } from '../temporary-folder.ts';
import { fitPreparation } from './fit-dependencies.ts';
import { putHeadOn } from './head-on-base.ts';
import { prepareWorktree } from './prepare-worktree.ts';
import { type Needs, type Preparation, planPreparation } from './worktree-needs.ts';

/** A tree that lies there. */
export interface Laid extends Workplace {
  /** Packages that it asks for and that could not be had. */
  missing: string[];
}

/** Lays a tree there for as long as `action` runs; one tree after the other. */
export type Lay = <T>(
  tree: string,
  label: string,
  signal: AbortSignal,
  action: (scratch: Laid) => Promise<T>,
) => Promise<T>;

/**
 * A worktree beside the main tree, provided like a model's, made when the first tree is laid there. It lies where models'
 * worktrees lie, so that gates find there what they find in those. A session keeps it for its later scripts.
 * @param plan what is provided, where that is not what models' worktrees are given
 */
export async function withScratchWorktree<T>(
  repository: Repository,
  session: Session | null,
  needs: Needs,
  reporter: Reporter,
  action: (lay: Lay) => Promise<T>,
  plan = () => planPreparation(repository, session, needs, 1),
): Promise<T> {
  const inPlaces = (run: (placeAt: (path: string) => TrustedPlace) => Promise<T>) =>
    session !== null
      ? run((path) => worktreePlace(session, path))
      : withPlaceAlone(repository, (place) => run((path) => placeIn(place, path)), 'worktrees');
  return inPlaces((placeAt) =>
    withTemporaryFolder(async (folder) => {
      const scratch = new Scratch(repository, session, { placeAt, folder, plan, reporter });
      const turns = new Slots(1);
      try {
        return await action((tree, label, signal, use) =>
          turns.use(0, async () => use(await scratch.lay(tree, label, signal)), signal),
        );
      } finally {
        await scratch.close();
      }
    }),
  );
}

class Scratch {
  private lying: Lying | null = null;
  private held = '';
  private preparation: Promise<Preparation> | null = null;
  private readonly reporter: Reporter;

  constructor(
    private readonly repository: Repository,
    private readonly session: Session | null,
    private readonly means: {
      placeAt: (path: string) => TrustedPlace;
      /** A temporary one. */
      folder: string;
      plan: () => Promise<Preparation>;
      reporter: Reporter;
    },
  ) {
    const said = new Set<string>();
    // The same of every tree would be said a dozen times.
    const warn = (message: string) => {
      if (!said.has(message)) means.reporter.warn(message);
      said.add(message);
    };
    this.reporter = { ...means.reporter, warn };
  }

  /** That of the worktree itself can be changed by gates. */
  private indexOf(path: string): string {
    const folder =
      this.session === null ? this.means.folder : join(this.session.directory, 'index');
    return join(folder, basename(path));
  }

  async lay(tree: string, label: string, signal: AbortSignal): Promise<Laid> {
    this.preparation ??= this.means.plan();
    const { repository, session } = this;
    const { topLevel } = repository;
    const preparation = await fitPreparation(repository, session, await this.preparation, tree);
    const { provision, changed, network } = preparation;
    const entries = await readTree(topLevel, tree);
    const submodules = [...entries]
      .filter(([, { mode }]) => mode === '160000')
      .map(([path]) => path);
    const key = JSON.stringify([
      provision.map(({ path, how, command }) => [path, how, command]),
      changed.map(digestOf),
      network,
      submodules,
    ]);
    await this.claim();
    // What submodules hold is theirs: git takes them away with the worktree.
    const keeps = ({ folder }: ChangedManifest) => provision.some(({ path }) => path === folder);
    const fits = this.lying?.key === key && submodules.length === 0 && changed.every(keeps);
    const isSwapped = fits && (await this.swap(tree, preparation));
    if (!isSwapped) await this.makeAnew(tree, key);
    // What was installed for one tree of these manifests is there for all of them.
    const left = isSwapped ? { ...preparation, changed: [] } : preparation;
    return this.prepare(tree, submodules, { label, preparation: left }, signal);
  }

  private async claim(): Promise<void> {
    if (this.lying !== null || this.session === null) return;
    const claimed = await claimScratch(this.session);
    this.lying = claimed?.lying ?? null;
    // What could not be had then may be had now.
    if (this.lying !== null && this.lying.missing.length > 0) this.lying.key = '';
    this.held = claimed?.held ?? '';
  }

  /** Makes it hold another tree, and nothing else but what was provided. False: it cannot be trusted any more. */
  private async swap(tree: string, preparation: Preparation): Promise<boolean> {
    const { path, adminDir, pointer, provided } = this.lying as Lying;
    const dotGit = await readFile(join(path, '.git'), 'utf8').catch(() => null);
    if (dotGit !== pointer || kindOf(path, '.git') !== 'file' || !existsSync(adminDir))
      return false;
    const place = this.means.placeAt(path);
    for (const name of ['index', 'index.lock']) await rm(join(adminDir, name), { force: true });
    await copyIndex(this.indexOf(path), join(adminDir, 'index'));
    await this.fill(place, adminDir, tree);
    const paths = preparation.provision.map((one) => rawPathOf(one.path));
    await this.removeOthers(place, paths);
    const { added, changed } = leftByGates(new Map(provided), readProvided(path, paths), paths);
    for (const left of [...added, ...changed]) await removeAll(placeOf(path, left));
    const again = changed.flatMap((part) => {
      const of = preparation.provision.find((one) => isWithin(part, rawPathOf(one.path)));
      return of === undefined || of.path === pathText(part)
        ? []
        : [{ ...of, path: pathText(part) }];
    });
    const isMade = preparation.changed.length > 0 && again.some(({ from }) => from === undefined);
    if (isMade) return false;
    const means = { install: async () => 'it is made anew as a whole' };
    const restored = await provide(this.repository.topLevel, path, again, means);
    if (restored.some(({ how }) => how === 'skipped')) return false;
    // What was provided anew is new to the disk.
    if (changed.length > 0) this.lying = { ...(this.lying as Lying), provided: [] };
    return true;
  }

  private async fill(place: TrustedPlace, adminDir: string, tree: string): Promise<void> {
    await fillWorktree(place, adminDir, tree, this.repository.topLevel);
    await copyIndex(join(adminDir, 'index'), this.indexOf(place.directory));
    await putHeadOn(adminDir, this.base);
  }

  private get base(): string {
    return this.session?.data.base ?? this.repository.head;
  }

  /** All that is no part of the tree, ignored or not. */
  private async removeOthers(place: TrustedPlace, paths: readonly RawPath[]): Promise<void> {
    const env = { GIT_INDEX_FILE: this.indexOf(place.directory) };
    const { stdout } = await git(place, ['ls-files', '-z', '--others', '--directory'], { env });
    for (const name of splitNul(stdout).map((one) => one.replace(/\/$/, ''))) {
      // A folder that the tree does not have goes with what was provided in it.
      if (!paths.some((one) => isWithin(name, one)))
        await removeAll(placeOf(place.directory, name));
    }
  }

  private async makeAnew(tree: string, key: string): Promise<void> {
    await this.remove();
    const { repository, session } = this;
    const { topLevel, commonDir } = repository;
    const path = await withLock(repositoryLock(stateRoot(), commonDir), async () => {
      const free = freePath(topLevel, tree);
      if (session !== null) this.held = await holdScratch(session, free);
      const reason = scratchLockReasonFor(session);
      await addWorktree(topLevel, { path: free, branch: null, start: this.base, reason });
      return free;
    });
    const adminDir = await adminDirOf(commonDir, path);
    if (adminDir === null) throw new Error(`git does not know the worktree ${path}.`);
    const pointer = await readFile(join(path, '.git'), 'utf8');
    this.lying = { path, adminDir, key, pointer, provided: [], missing: [] };
    await this.fill(this.means.placeAt(path), adminDir, tree);
  }

  /** What is there already is left as it is; hooks and the setup command run for every tree. */
  private async prepare(
    startTree: string,
    submodules: readonly RawPath[],
    { label, preparation }: { label: string; preparation: Preparation },
    signal: AbortSignal,
  ): Promise<Laid> {
    const { path, adminDir, provided, missing: before } = this.lying as Lying;
    const { repository, session, reporter } = this;
    const workplace: Workplace = {
      directory: path,
      place: this.means.placeAt(path),
      indexFile: this.indexOf(path),
      commonDir: repository.commonDir,
      adminDir,
      start: this.base,
      startTree,
      isOnBase: true,
      submodules,
      without: [],
    };
    const worktree = { label, workplace };
    const prepared = await prepareWorktree(
      repository,
      session,
      worktree,
      preparation,
      signal,
      reporter,
    );
    const missing = [...before, ...prepared.missing];
    if (!prepared.isUntouched || provided.length === 0) {
      const paths = preparation.provision.map((one) => rawPathOf(one.path));
      const now = [...readProvided(path, paths)];
      this.lying = { ...(this.lying as Lying), provided: now, missing };
    }
    return { ...workplace, without: prepared.without, missing };
  }

  private async remove(): Promise<void> {
    const { lying, repository } = this;
    if (lying === null) return;
    this.lying = null;
    const lock = repositoryLock(stateRoot(), repository.commonDir);
    await withLock(lock, () => removeWorktree(repository, lying.path));
    for (const file of [this.indexOf(lying.path), this.held]) await rm(file, { force: true });
  }

  /**
   * That of a session which is still to be cleaned up is kept as it is: what was left there is taken away when the next
   * tree is laid.
   */
  async close(): Promise<void> {
    const { session, lying, held } = this;
    const now = session && (await readSession(session.directory));
    const isLeft =
      session !== null &&
      lying !== null &&
      now?.data.worktrees.some(({ removed }) => !removed) &&
      (await leaveScratch(session, lying, held));
    if (!isLeft) await this.remove();
  }
}

function digestOf({ path, isLock, now }: ChangedManifest): [string, string] {
  const text = isLock ? (now ?? '') : askedFor(path, now);
  return [path, createHash('sha256').update(text).digest('hex')];
}

function removeAll(path: Buffer): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 3 });
}

function freePath(topLevel: string, tree: string): string {
  const stem = join(dirname(topLevel), `${slugOf(topLevel)}-mm-scratch-${tree.slice(0, 8)}`);
  for (let number = 1; ; number++) {
    const path = number === 1 ? stem : `${stem}-${number}`;
    if (!existsSync(path)) return path;
  }
}
