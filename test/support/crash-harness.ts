/**
 * Lets a script fail at each of its fault points (scripts/lib/fault-points.ts), or on a full or read-only disk, and
 * proves each time that nothing of the user's is lost, and that going on as a user would ends where a run ends that
 * nothing disturbed.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../scripts/lib/errors.ts';
import { runCommand } from '../../scripts/lib/process/command.ts';
import { findByEnvironment } from '../../scripts/lib/process/processes.ts';
import { launcher } from '../../scripts/lib/skill-folder.ts';
import { describeDifferences, type MachineState, readMachineState } from './machine-state.ts';
import { contentsOf } from './repository-state.ts';
import { type Json, type Sandbox, type ScriptResult, sandbox } from './sandbox.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { findLosses, type UserWork } from './user-work.ts';

/** A script, the moment at which it is run, and the way on from wherever it was killed. */
export interface CrashScenario {
  name: string;
  /** Makes a repository and brings it to the moment before the script. */
  prepare(box: Sandbox): Promise<Prepared>;
  /** The script that is killed, with its options. */
  words: string[];
  /** What a user may do after the kill, by name. Each way must lead to the same end. */
  recoveries: Record<string, (walk: Walk) => Promise<void>>;
  /** What must be as after an uninterrupted run once the script was run again, beside the repository itself. */
  evidence?(walk: Walk): Promise<unknown>;
  /** From there to the end of the session. */
  finish(walk: Walk): Promise<void>;
}

export interface Prepared {
  /** The main tree. */
  cwd: string;
  /** What must survive. */
  work: UserWork;
}

/** What recoveries and walks are given. */
export interface Walk {
  box: Sandbox;
  cwd: string;
  /** The session that all scripts are told; null: none is named. */
  session: string | null;
  /** Runs a script, whatever becomes of it. */
  mm(...words: string[]): Promise<ScriptResult>;
  /** Runs a script that must succeed. */
  ok(...words: string[]): Promise<Json>;
  /** Fails unless everything but the named is as it was before the script was run. */
  assertUnchanged(...except: (keyof MachineState)[]): Promise<void>;
}

/** A way to let a script fail. */
export interface Disturbance {
  name: string;
  /** Runs the script so that it fails, or ends as if nothing were wrong. */
  run(attempt: Attempt): Promise<Failed>;
}

export interface Attempt {
  box: Sandbox;
  cwd: string;
  /** The words of a command line that runs the script. */
  command: string[];
}

export interface Failed {
  /** What happened, in words. */
  how: string;
  /** It went through as if nothing were wrong. */
  succeeded: boolean;
}

export interface Problem {
  /** What disturbed the script, and where. */
  where: string;
  recovery: string;
  /** `torn`: a file that is neither as it was nor as it was to become. */
  kind: 'loss' | 'torn' | 'unrecovered';
  details: string;
}

export interface Exploration {
  scenario: string;
  /** How many fault points an uninterrupted run passes. */
  points: number;
  /** How often the script was disturbed; each counts once for each way to recover. */
  tries: number;
  /**
   * Tries that went through: a kill point may never come, because waiting for a lock passes a different number of them
   * each time; and a disk may be large enough.
   */
  undisturbed: number;
  problems: Problem[];
}

export interface ExplorationOptions {
  /** Only so many points, spread evenly. By default all at which something else lies on the disk than at the one before. */
  sample?: number;
  /** Besides the sample, the points whose labels match. */
  always?: RegExp;
  /** Also those at which nothing else does, and each way to recover at each point instead of one after the other. */
  exhaustive?: boolean;
  onProblem?: (problem: Problem) => void;
}

/** The kill points of a scenario, or a sample that is the same each time. */
export async function explore(
  scenario: CrashScenario,
  { sample, always, exhaustive = false, onProblem }: ExplorationOptions = {},
): Promise<Exploration> {
  return withStage(scenario, (stage) => {
    const all = stage.points.map((_, index) => index + 1);
    const chosen = exhaustive ? all : all.filter((point) => makesADifference(stage, point));
    const some = new Set(spread(chosen, sample ?? chosen.length));
    const isWanted = (point: number) =>
      some.has(point) || always?.test(stage.points[point - 1] ?? '') === true;
    const kills = chosen.filter(isWanted).map((point) => killAt(stage, point));
    return disturb(stage, kills, { inTurn: !exhaustive, onProblem });
  });
}

/** So many of all, evenly; the last is always among them. */
function spread<Item>(all: Item[], number: number): Item[] {
  const step = Math.max(1, all.length / number);
  return all.filter((_, index) => Math.floor((index + 1) / step) > Math.floor(index / step));
}

/** What only reads, or writes objects that nothing refers to yet. */
const HARMLESS_GIT =
  /^start git (rev-parse|rev-list|config|status|version|--version|ls-\S+|diff\S*|cat-file|for-each-ref|(worktree|stash) list|symbolic-ref|check-\S+|merge-(tree|base|file)|write-tree|hash-object|mktree|commit-tree|log|var)\b/;

/**
 * Whether something else lies on the disk than at the point before: between the two, something was changed that is
 * neither temporary nor a lock, which a dead process does not hold.
 */
function makesADifference({ points, box }: Stage, point: number): boolean {
  const [before = '', here = ''] = [points[point - 2], points[point - 1]];
  const isTemporary = (label: string) =>
    label.includes(` ${box.env.TMPDIR}/`) || /\/locks?(\/|$)/.test(label);
  if (here.startsWith('half ')) return !isTemporary(here);
  return (
    point === 1 || !(before.startsWith('end ') || HARMLESS_GIT.test(before) || isTemporary(before))
  );
}

/** A scenario under each of some disturbances. */
export async function endure(
  scenario: CrashScenario,
  disturbances: Disturbance[],
): Promise<Exploration> {
  return withStage(scenario, (stage) => disturb(stage, disturbances, { inTurn: true }));
}

async function disturb(
  stage: Stage,
  disturbances: Disturbance[],
  { inTurn, onProblem }: { inTurn: boolean; onProblem?: ExplorationOptions['onProblem'] },
): Promise<Exploration> {
  const { scenario, points, box, prepared } = stage;
  const recoveries = Object.keys(scenario.recoveries);
  const result: Exploration = {
    ...{ scenario: scenario.name, points: points.length, tries: 0, undisturbed: 0, problems: [] },
  };
  for (const [index, disturbance] of disturbances.entries()) {
    const chosen = recoveries.filter((_, at) => !inTurn || at === index % recoveries.length);
    for (const recovery of chosen) {
      await restore(stage);
      const attempt = { box, cwd: prepared.cwd, command: commandOf(stage) };
      const { how, succeeded } = await disturbance.run(attempt);
      await rest(stage);
      result.tries++;
      if (succeeded) result.undisturbed++;
      for (const problem of await judge(stage, recovery)) {
        const found = { where: `${disturbance.name} (${how})`, recovery, ...problem };
        result.problems.push(found);
        onProblem?.(found);
      }
    }
  }
  return result;
}

interface Stage {
  box: Sandbox;
  scenario: CrashScenario;
  prepared: Prepared;
  /** A copy of the whole sandbox, at the moment before the script. */
  pristine: string;
  /** Where the points are logged: outside the sandbox, which is restored again and again. */
  log: string;
  original: MachineState;
  /** The fault points that an undisturbed run passes. */
  points: string[];
  /** Where a run ends that nothing disturbs. */
  expected: Outcome;
}

/** Brings a scenario to the moment before its script, and learns how the script goes when nothing disturbs it. */
async function withStage<Result>(
  scenario: CrashScenario,
  action: (stage: Stage) => Promise<Result>,
): Promise<Result> {
  await using box = await sandbox();
  await using outside = await temporaryFolder();
  // Where scripts have their temporary folders: what a killed one leaves there is the system's to sweep.
  box.env.TMPDIR = join(box.folder, 'tmp');
  await mkdir(box.env.TMPDIR);
  const prepared = await scenario.prepare(box);
  const pristine = join(outside.path, 'pristine');
  await copyFolder(box.folder, pristine);
  const original = await readMachineState(box, prepared.cwd);
  const log = join(outside.path, 'points');
  const stage = { box, scenario, prepared, pristine, log, original };
  const points: string[] = [];
  const expected = await runToEnd(
    stage,
    async () => void points.push(...(await readPoints(stage))),
  );
  return await action({ ...stage, points, expected });
}

interface Outcome {
  /** The main tree right after the script. */
  files: Record<string, string>;
  evidence: unknown;
  state: MachineState;
}

/** What is known of a stage before the script was run to its end. */
type UnmeasuredStage = Omit<Stage, 'points' | 'expected'>;

async function readPoints(stage: UnmeasuredStage): Promise<string[]> {
  const { exitCode, stdout, stderr } = await runWatched(stage, {});
  if (exitCode !== 0) throw new Error(`The script fails:\n${stdout}\n${stderr}`);
  await rest(stage);
  return loggedPoints(stage);
}

function killAt(stage: Stage, point: number): Disturbance {
  return {
    name: `killed at point ${point}`,
    async run() {
      const { exitCode, stderr } = await runWatched(stage, { MM_FAULT_AT: String(point) });
      if (exitCode !== 137 && exitCode !== 0) {
        throw new Error(`Point ${point} ended it with ${exitCode} instead of SIGKILL:\n${stderr}`);
      }
      const label = (await loggedPoints(stage)).at(-1) ?? '';
      return { how: readable(label, stage), succeeded: exitCode === 0 };
    },
  };
}

/** Without what differs from run to run. */
function readable(label: string, { box }: Stage): string {
  return label
    .replaceAll(box.folder, '')
    .replaceAll(/\d{8}-\d{6}Z-\d+-[0-9a-f]{4}/g, '<session>')
    .replaceAll(/(choosing|ticket\.\d+)\.[\d.]+/g, '$1')
    .replaceAll(/\.\d+\.[0-9a-f]{8}\.tmp/g, '.tmp')
    .replaceAll(/--[0-9a-f]{12}\b/g, '');
}

async function runWatched(stage: UnmeasuredStage, variables: NodeJS.ProcessEnv) {
  const { box, prepared, log } = stage;
  await rm(log, { force: true });
  const [file = '', ...args] = commandOf(stage);
  return runCommand({
    ...{ file, args },
    cwd: prepared.cwd,
    env: { ...box.env, MM_FAULT_LOG: log, ...variables },
  });
}

function commandOf({ scenario }: UnmeasuredStage): string[] {
  return [process.execPath, launcher, ...scenario.words];
}

async function loggedPoints({ log }: UnmeasuredStage): Promise<string[]> {
  return existsSync(log) ? (await readFile(log, 'utf8')).trimEnd().split('\n') : [];
}

type Finding = Pick<Problem, 'kind' | 'details'>;

/** Right after the failure, and after the way on from it. */
async function judge(stage: Stage, recovery: string): Promise<Finding[]> {
  const { box, prepared, scenario, expected } = stage;
  const losses = await findLosses(box, prepared.cwd, prepared.work);
  const problems: Finding[] = [
    ...losses.map((details): Finding => ({ kind: 'loss', details })),
    ...(await findTorn(stage)).map((details): Finding => ({ kind: 'torn', details })),
  ];
  try {
    const recover = scenario.recoveries[recovery] ?? (async () => undefined);
    const differences = describeDifferences(expected, await runToEnd(stage, recover));
    if (differences !== '') problems.push({ kind: 'unrecovered', details: differences });
  } catch (error) {
    problems.push({ kind: 'unrecovered', details: messageOf(error) });
  }
  return problems;
}

/** Files of the main tree that hold neither what they held before nor what they were to hold. */
async function findTorn({ original, expected, prepared }: Stage): Promise<string[]> {
  const found = await contentsOf(prepared.cwd);
  return Object.keys({ ...original.files, ...expected.files }).filter(
    (path) => ![undefined, original.files[path], expected.files[path]].includes(found[path]),
  );
}

async function runToEnd(
  stage: UnmeasuredStage,
  begin: (walk: Walk) => Promise<void>,
): Promise<Outcome> {
  const { box, scenario, prepared } = stage;
  const walk = walkIn(stage);
  await begin(walk);
  const files = await contentsOf(prepared.cwd);
  const evidence = (await scenario.evidence?.(walk)) ?? null;
  await scenario.finish(walk);
  return { files, evidence, state: await readMachineState(box, prepared.cwd) };
}

function walkIn({ box, prepared: { cwd }, original }: UnmeasuredStage): Walk {
  const walk: Walk = {
    ...{ box, cwd, session: null },
    mm: (...words) =>
      box.mm(cwd, ...words, ...(walk.session === null ? [] : ['--session', walk.session])),
    async ok(...words) {
      const { json, exitCode } = await walk.mm(...words);
      if (exitCode === 0) return json;
      throw new Error(`${words.join(' ')}: exit ${exitCode}, ${JSON.stringify(json.error)}`);
    },
    async assertUnchanged(...except) {
      const leftOut = Object.fromEntries(except.map((field) => [field, null]));
      const found = { ...(await readMachineState(box, cwd)), ...leftOut };
      const differences = describeDifferences({ ...original, ...leftOut }, found);
      if (differences !== '') throw new Error(`not as it was before: ${differences}`);
    },
  };
  return walk;
}

/** A program that was started just before the kill goes on by itself: until it has ended, nothing is judged. */
async function rest({ box }: UnmeasuredStage): Promise<void> {
  const deadline = Date.now() + 60_000;
  while ((await findStartedIn(box.folder)).length > 0) {
    if (Date.now() > deadline) throw new Error(`Something still runs in ${box.folder}.`);
    await sleep(20);
  }
}

/** Every process in a sandbox has its HOME there; `cp`, which gets no environment, names its files. */
async function findStartedIn(folder: string): Promise<number[]> {
  const byEnvironment = await findByEnvironment('HOME', folder);
  if (process.platform !== 'linux') return byEnvironment;
  const named = readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
    } catch {
      return false;
    }
  });
  return [...byEnvironment, ...named.map(Number)];
}

/** In place: sessions record absolute paths. */
async function restore({ box, pristine }: UnmeasuredStage): Promise<void> {
  await rm(box.folder, { recursive: true, force: true, maxRetries: 5 });
  await copyFolder(pristine, box.folder);
}

/** With times and modes: git compares them with what its index says. */
async function copyFolder(from: string, to: string): Promise<void> {
  const { exitCode, stderr } = await runCommand({
    ...{ file: 'cp', args: ['-a', '--', from, to], cwd: '/' },
    env: { PATH: process.env.PATH },
  });
  if (exitCode !== 0) throw new Error(stderr);
}
