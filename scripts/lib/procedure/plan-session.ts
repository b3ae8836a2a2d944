import { join } from 'node:path';
import { type Configuration, readConfiguration } from '../configuration.ts';
import { Refusal } from '../errors.ts';
import { filesAt } from '../git/files-at.ts';
import { assertGit } from '../git/git-version.ts';
import { pathText, printPath } from '../git/paths.ts';
import { findTrunk, type Repository } from '../git/repository.ts';
import { listSubmodules } from '../git/trees.ts';
import { type Detection, detectModels, type Host } from '../models/detect.ts';
import { DEFAULT_TIMEOUT_S, modeDefaults, type Triggers } from '../models/triggers.ts';
import { ownCommand } from '../own-command.ts';
import { readOrigin } from '../session/list-sessions.ts';
import { newSessionId, repositoryFolder, repositoryIdentity, stateRoot } from '../session/paths.ts';
import type { SessionData } from '../session/session.ts';
import {
  assertNoOpenMerge,
  listUserChanges,
  printUserChanges,
  type UserChange,
} from '../session/user-changes.ts';

export interface StartOptions {
  triggers: Triggers;
  models: string[] | null;
  host: Host | null;
  hostTree: 'main' | 'worktree';
  passes: number | undefined;
  timeout: number | 'none' | undefined;
  userChanges: 'include' | 'set-aside' | undefined;
}

/** What would be recorded, computed before anything is written. */
export interface SessionPlan {
  data: SessionData;
  configuration: Configuration;
  changes: UserChange[];
  folder: string;
  /** The URL of `origin`, or null. */
  origin: string | null;
}

/** @throws Refusal dirty-tree, unmerged-paths, no-models; UsageError from detection and configuration */
export async function planSession(
  repository: Repository,
  options: StartOptions,
): Promise<SessionPlan> {
  await assertGit();
  const changes = await listUserChanges(repository);
  assertNoOpenMerge(changes);
  if (changes.length > 0 && options.userChanges === undefined) throw dirtyTree(repository, changes);
  const configuration = await readConfiguration(filesAt(repository.topLevel, repository.head));
  const detection = await detectModels({
    models:
      options.models?.map((model) => configuredModel(configuration, model)) ??
      configuration.models ??
      null,
    host: options.host,
    backends: configuration.backends ?? {},
    named: options.models !== null,
    env: process.env,
    cwd: repository.topLevel,
  });
  assertSomeoneTakesPart(detection);

  const origin = await readOrigin(repository.topLevel);
  const identity = repositoryIdentity(repository.topLevel, origin);
  const now = new Date();
  const mode = modeDefaults(options.triggers.mode ?? 'balanced');
  const time = now.toISOString();
  const data: SessionData = {
    schema_version: 1,
    session_id: newSessionId(now),
    command: 'execute',
    status: 'in_progress',
    branch: repository.branch,
    ref: repository.head,
    base: repository.head,
    trunk: await findTrunk(repository.topLevel, origin),
    main_tree: repository.topLevel,
    common_dir: repository.commonDir,
    slug: identity.slug,
    submodules: (await listSubmodules(repository.topLevel, repository.head)).map(printPath),
    host: detection.host,
    host_tree: options.hostTree,
    models: detection.models,
    pass_count:
      options.passes ??
      options.triggers.passes ??
      (options.triggers.mode ? mode.passes : (configuration.passes ?? mode.passes)),
    current_pass: 1,
    completed_passes: 0,
    timeout_s: timeoutOf(options, configuration, mode.timeoutFactor),
    prompt_summary: options.triggers.task.replaceAll(/\s+/g, ' ').slice(0, 120),
    user_changes: null,
    setup: null,
    preparation: null,
    worktrees: [],
    captures: [],
    applications: [],
    created_at: time,
    updated_at: time,
  };
  const folder = join(
    repositoryFolder(stateRoot(), identity),
    'sessions',
    'execute',
    data.session_id,
  );
  return { data, configuration, changes, folder, origin };
}

function configuredModel({ models }: Configuration, name: string) {
  return models?.find((it) => typeof it !== 'string' && it.model === name) ?? name;
}

function timeoutOf(
  { timeout, triggers }: StartOptions,
  { timeout_s }: Configuration,
  factor: number,
): number | 'none' {
  const given = timeout ?? triggers.timeout_s;
  if (given !== null && given !== undefined) return given;
  const usual = timeout_s ?? DEFAULT_TIMEOUT_S;
  return usual === 'none' ? usual : Math.round(usual * factor);
}

function assertSomeoneTakesPart({ models }: Detection): void {
  if (models.some(({ available }) => available)) return;
  throw new Refusal({
    code: 'no-models',
    message: `No model can take part: ${models.map(({ model, reason }) => `${model} (${reason})`).join('; ')}`,
    hint: `Install one of their programs, or name the host that runs this skill with --host. This works without any: ${ownCommand('demo')}`,
    details: { models },
  });
}

function dirtyTree(repository: Repository, changes: readonly UserChange[]): Refusal {
  const names = changes.slice(0, 3).map(({ path }) => pathText(path));
  return new Refusal({
    code: 'dirty-tree',
    message: `${repository.topLevel} has uncommitted changes in ${changes.length === 1 ? 'one file' : `${changes.length} files`} (${names.join(', ')}${changes.length > 3 ? ', ...' : ''}). Nothing was changed.`,
    hint: 'Run it again with --user-changes include (the models start from what is there now; nothing moves) or --user-changes set-aside (they start from the last commit; if the host works in the main tree, the changes are moved out of its way and come back at the end).',
    details: {
      files: printUserChanges(changes).slice(0, 200),
      choices: {
        include: 'the models start from what the user sees now; nothing in the main tree moves',
        'set-aside':
          'the models start from HEAD; where the host needs the main tree, the changes are stored and put back at the end, otherwise they stay where they are',
      },
    },
  });
}
