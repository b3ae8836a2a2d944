/** Makes a fresh worktree fit for gates: submodules, ignored files, dependencies, the hook, the setup command. */
import { readEnd, tailOf } from '../gates/log.ts';
import { type Provided, provide } from '../gates/provide.ts';
import { listEntryChanges } from '../git/changes.ts';
import { filesAt } from '../git/files-at.ts';
import type { TrustedPlace } from '../git/git.ts';
import { pathText } from '../git/paths.ts';
import type { Repository } from '../git/repository.ts';
import { rewindWorktree } from '../git/rewind-worktree.ts';
import { initialiseSubmodules } from '../git/submodules.ts';
import { treeOf } from '../git/trees.ts';
import type { Reporter } from '../script.ts';
import { maskFile } from '../secrets.ts';
import { readWorkplace, type Workplace } from '../session/capture.ts';
import { runMark } from '../session/marks.ts';
import type { Session } from '../session/session.ts';
import { fitDependencies } from './fit-dependencies.ts';
import { runPostCheckout } from './post-checkout.ts';
import { logFile, runnerIn } from './run-in-worktree.ts';
import { type Preparation, providedPaths } from './worktree-needs.ts';

export interface Prepared {
  provided: Provided[];
  setup: { command: string; source: string; exit_code: number | null; log: string } | null;
}

/** A worktree that was just filled, and how to read it. */
export interface FreshWorktree {
  /** Whose it is: in messages and names of logs. */
  label: string;
  workplace: Workplace;
}

/**
 * Carries it out in one worktree; what could not be provided, or a setup that failed, is a warning.
 * @returns also the paths that are no part of a capture, packages that could not be had, and whether all was there before
 * and no command ran
 */
export async function prepareWorktree(
  repository: Repository,
  session: Session | null,
  worktree: FreshWorktree,
  preparation: Preparation,
  signal: AbortSignal,
  reporter: Reporter,
): Promise<Prepared & { without: string[]; missing: string[]; isUntouched: boolean }> {
  const { label, workplace } = worktree;
  const { place } = workplace;
  const { provision, setup } = preparation;
  const modules = await initialiseSubmodules(place, repository, signal);
  for (const { path, how, reason } of modules) {
    if (how === 'skipped')
      reporter.warn(`${label}: the submodule ${path} is not checked out: ${reason}`);
  }
  const { directory } = place;
  const run = runnerIn(repository, session, { label, directory }, preparation.secrets, signal);
  const provided = await provide(repository.topLevel, directory, provision, {
    onProgress: (message) => reporter.progress(`${label}: ${message}`),
    install: async (command, folder) => {
      const { exit_code, log } = await run({ command, directory: folder, what: 'install' });
      return exit_code === 0
        ? null
        : tailOf(await readEnd(log))
            .split('\n')
            .at(-1) || `see ${log}`;
    },
  });
  for (const { path, how, reason } of provided) {
    if (how === 'skipped') reporter.warn(`${label}: ${path} was not provided: ${reason}`);
    if (how === 'link')
      reporter.warn(
        `${label}: ${path} is a link into the main tree: what is written there changes your own copy.`,
      );
  }
  const without = providedPaths(preparation);
  const fit = { network: preparation.network, run };
  const missing = await fitDependencies(
    repository,
    directory,
    preparation.changed,
    fit,
    (message) => reporter.progress(`${label}: ${message}`),
  );
  const hooked =
    preparation.hooks &&
    (await runHook(repository, session, worktree, preparation, signal, reporter));
  const ran = setup && (await run({ command: setup.command, directory, what: 'setup' }));
  if (ran !== null && ran.exit_code !== 0) {
    reporter.warn(`${label}: the setup command failed (exit ${ran.exit_code}); see ${ran.log}.`);
  }
  const installed = preparation.changed.length > 0 || provided.some(({ how }) => how === 'install');
  const made =
    hooked || installed || ran !== null
      ? await setApartWhatWasMade(worktree, without, reporter)
      : [];
  return {
    provided,
    setup: setup && ran && { ...setup, ...ran },
    without: [...without, ...made],
    missing,
    isUntouched:
      preparation.changed.length === 0 &&
      !hooked &&
      ran === null &&
      provided.every(({ how }) => how === 'present' || how === 'skipped'),
  };
}

/** Whether the user's post-checkout hook ran. */
async function runHook(
  repository: Repository,
  session: Session | null,
  { label, workplace }: FreshWorktree,
  { secrets }: Preparation,
  signal: AbortSignal,
  reporter: Reporter,
): Promise<boolean> {
  const { ran, problem, log } = await runPostCheckout(repository, session, {
    ...{ worktree: workplace.directory, commit: workplace.start, signal },
    log: await logFile(session, label, 'post-checkout'),
    mark: runMark(session, `${label}-hook`),
  });
  if (log !== null) await maskFile(log, secrets);
  if (problem !== null) {
    const see = log === null ? '' : `; see ${log}`;
    reporter.warn(`${label}: the post-checkout hook: ${problem}${see}. --no-hooks leaves it out.`);
  }
  return ran;
}

/**
 * What a hook, an installation or a setup command wrote is not the model's work: new files are left out of captures,
 * changed ones are as base has them again.
 */
async function setApartWhatWasMade(
  { label, workplace }: FreshWorktree,
  without: readonly string[],
  reporter: Reporter,
): Promise<string[]> {
  const { place, start: commit, startTree: start = commit } = workplace;
  const read = (beside: readonly string[]) => readWorkplace({ ...workplace, without: beside });
  const before = await treeOf(place, start);
  const changes = await listEntryChanges(place, before, await read(without));
  const fresh = changes.filter(({ from }) => from === null).map(({ path }) => pathText(path));
  const made = fresh.length <= MOST_PATHS ? fresh : await foldersOf(fresh, place, start);
  const changed = changes.filter(({ from }) => from !== null).map(({ path }) => pathText(path));
  if (changed.length > 0) {
    await rewindWorktree(place, await read([...without, ...made]), before);
    reporter.warn(
      `${label}: its preparation (hook, installation or setup command) changed ${inShort(changed)}: put back as base has it, because it would count as the model's work.`,
    );
  }
  return made;
}

/** So many paths are kept one by one; of more, the folders that base does not have. */
const MOST_PATHS = 2_000;

async function foldersOf(
  paths: readonly string[],
  place: TrustedPlace,
  start: string,
): Promise<string[]> {
  const known = new Set((await filesAt(place, start).list()).flatMap(ancestors));
  return [...new Set(paths.map((path) => ancestors(path).find((it) => !known.has(it)) ?? path))];
}

/** `a/b/c` -> `a`, `a/b`. */
function ancestors(path: string): string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

function inShort(paths: readonly string[]): string {
  const [first = '', ...rest] = paths;
  return rest.length === 0 ? first : `${first} and ${rest.length} more`;
}
