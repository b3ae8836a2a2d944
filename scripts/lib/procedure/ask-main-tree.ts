/** What is red on base is held against the main tree: it tells what worktrees lack from what was red before. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { compareOutcomes } from '../gates/compare-outcomes.ts';
import { lackedFiles } from '../gates/lacked-files.ts';
import { INCLUDE_FILE, listIgnored } from '../gates/needed-files.ts';
import { listEntryChanges } from '../git/changes.ts';
import type { Repository } from '../git/repository.ts';
import { listed } from '../listed.ts';
import type { Reporter } from '../script.ts';
import { isWithin } from '../session/file-facts.ts';
import { slugOf } from '../session/paths.ts';
import type { Session } from '../session/session.ts';
import { shellWord } from '../shell-word.ts';
import { mainTarget } from './gate-choices.ts';
import { readGateRecord, type TargetResult } from './gate-record.ts';
import { type GateRequest, gateTargets } from './gate-targets.ts';
import { readLog, withoutPlaces } from './red-gates.ts';
import { readNeeds } from './worktree-needs.ts';

type Gate = TargetResult['gates'][number];

/**
 * The red gates of base run in the main tree too, while that holds the same content. A gate that changed files is left
 * out: the main tree is the user's.
 * @returns the results, base's with what the main tree said, and with the ignored files that its gates lack
 */
export async function askMainTree(
  repository: Repository,
  session: Session | null,
  request: GateRequest & { pass: number },
  results: TargetResult[],
  reporter: Reporter,
): Promise<TargetResult[]> {
  const base = results.find(({ target }) => target === 'base');
  const red = base?.gates.filter(isRed) ?? [];
  if (base === undefined || red.length === 0) return results;
  const answered = (it: TargetResult) => results.map((one) => (one === base ? it : one));
  if (session !== null && base.gates.every(({ cached }) => cached)) {
    // Nothing of base was run just now: what the main tree said then is known as well.
    const before = (await readGateRecord(session, request.pass))?.results.find(
      ({ target, tree }) => target === 'base' && tree === base.tree,
    );
    const isKnown = red.every(({ name }) => before?.in_main?.some((it) => it.name === name));
    if (before !== undefined && isKnown)
      return answered({
        ...base,
        in_main: before.in_main,
        gates: base.gates.map((it) => ({ ...it, lacks: lacksIn(before, it.name) })),
      });
  }
  const in_main = await runInMain(repository, session, request, base, reporter);
  const ignored = await notProvided(repository, session);
  const gates: Gate[] = [];
  for (const gate of base.gates) {
    const main = in_main?.find(({ name }) => name === gate.name) ?? null;
    const lacks = isRed(gate) ? await lackedBy(repository, gate, main, ignored) : [];
    gates.push(lacks.length === 0 ? gate : { ...gate, lacks });
  }
  return answered({ ...base, gates, in_main });
}

function isRed({ status, flaky }: Gate): boolean {
  return status !== 'pass' && !flaky;
}

function lacksIn({ gates }: TargetResult, gate: string): string[] | undefined {
  return gates.find(({ name }) => name === gate)?.lacks;
}

async function runInMain(
  repository: Repository,
  session: Session | null,
  request: GateRequest,
  base: TargetResult,
  reporter: Reporter,
): Promise<TargetResult['in_main']> {
  const gates = request.gates.filter(({ name }) =>
    base.gates.some((it) => it.name === name && isRed(it) && it.changed_files.length === 0),
  );
  if (gates.length === 0) return null;
  const main = await mainTarget(repository, session);
  const other = await listEntryChanges(repository.topLevel, base.tree, main.tree);
  if (other.some(({ path }) => path !== INCLUDE_FILE)) return null;
  reporter.progress('base: what is red there is run in the main tree too');
  const asked = { ...request, gates, targets: [main] };
  const [found] = await gateTargets(repository, session, asked, reporter);
  return found?.gates ?? null;
}

/** What git ignores in the main tree and worktrees are not given. */
async function notProvided(repository: Repository, session: Session | null): Promise<string[]> {
  const { needed } = await readNeeds(repository, session);
  const ignored = [...(await listIgnored(repository.topLevel))];
  return ignored.filter((path) => !needed.some((it) => isWithin(path, it.path)));
}

async function lackedBy(
  { topLevel }: Repository,
  gate: Gate,
  main: Gate | null,
  ignored: readonly string[],
): Promise<string[]> {
  const [log, inMain] = [await readLog(gate.log), main && (await readLog(main.log))];
  if (log === null) return [];
  const session = { main_tree: topLevel, slug: slugOf(topLevel) };
  const [own = ''] = withoutPlaces([log], session);
  // A command that is green there may itself name what it asks for.
  const said = main !== null && !isRed(main) ? `not found: ${gate.command}\n${own}` : own;
  return lackedFiles(said, inMain?.replaceAll(`${topLevel}/`, './') ?? null, ignored);
}

/** Said before any model is judged by it. */
export async function warningsOfBase(
  repository: Repository,
  session: Session | null,
  results: readonly TargetResult[],
): Promise<string[]> {
  const base = results.find(({ target }) => target === 'base');
  if (base === undefined) return [];
  const red = base.gates.filter(isRed);
  const named = (gates: readonly Gate[]) => gates.map(({ name }) => name).join(', ');
  const lines = await linesToInclude(repository, session, red);
  const ignored = lines === null && red.length > 0 ? await notProvided(repository, session) : [];
  const before = red.filter(({ verdict }) => verdict === 'pre-existing');
  const asked = new Set(base.in_main?.map(({ name }) => name));
  const unknown = red.filter(({ name, verdict }) => !asked.has(name) && verdict !== 'interference');
  const [changing, other] = [
    unknown.filter(({ changed_files }) => changed_files.length > 0),
    unknown.filter(({ changed_files }) => changed_files.length === 0),
  ];
  return [
    ...red.flatMap((it) =>
      it.verdict === 'environment' ? environmentWarning(it, base, it.lacks ? [] : ignored) : [],
    ),
    before.length === 0 ? '' : `base: ${named(before)}: red before any model began (pre-existing).`,
    changing.length === 0
      ? ''
      : `base: ${named(changing)}: red, and not run in the main tree, because it changes files there (${listed(changing[0]?.changed_files.slice(0, 3) ?? [])}): it cannot tell whether worktrees lack something.`,
    other.length === 0
      ? ''
      : `base: ${named(other)}: red, and the main tree holds other content, so it cannot tell whether worktrees lack something.`,
    lines === null
      ? ''
      : `base: ${lines.lacks}, which git ignores, ${lines.lacks.includes(' and ') ? 'are' : 'is'} asked for, and not in worktrees. To give it to them: ${lines.command}`,
  ].filter((warning) => warning !== '');
}

/** So many tests are named. */
const MOST_TESTS = 3;

/** @param ignored what may be missing, where the log does not say it */
function environmentWarning(
  gate: Gate,
  { in_main }: TargetResult,
  ignored: readonly string[],
): string {
  const main = in_main?.find(({ name }) => name === gate.name);
  const isGreen = main === undefined || main.status === 'pass' || main.flaky;
  const { broken } = compareOutcomes(gate.outcomes, main?.outcomes ?? null);
  const rest = broken.length - MOST_TESTS;
  const tests = `${broken.slice(0, MOST_TESTS).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  const where = isGreen
    ? 'red in a worktree and green in the main tree'
    : `red in the main tree for its own reason, and more so in a worktree${tests === '' ? '' : ` (${tests})`}`;
  const some = ignored.slice(0, MOST_FILES).join(', ');
  const perhaps = some === '' ? '' : ` (perhaps of what git ignores: ${some})`;
  return `base: ${gate.name}: ${where}. Something is missing in worktrees${perhaps}: name it in .worktreeinclude, in "provide" of the configuration, or install it with --setup; until then this gate says nothing of a model.`;
}

/** What gates lack, and the command that has worktrees given it; null: no file is known to be lacking. */
async function linesToInclude(
  repository: Repository,
  session: Session | null,
  red: readonly Gate[],
): Promise<{ lacks: string; command: string } | null> {
  const lacks = [...new Set(red.flatMap((it) => it.lacks ?? []))].slice(0, MOST_FILES);
  if (lacks.length === 0) return null;
  const { needed } = await readNeeds(repository, session);
  const file = join(repository.topLevel, INCLUDE_FILE);
  // Without that file `.env` is copied by habit; with it, only what it names.
  const habit = existsSync(file)
    ? []
    : needed.flatMap(({ path, kind }) => (kind === 'included' ? path : []));
  const lines = [...habit, ...lacks].map((path) => shellWord(`/${path}`));
  const command = `printf '%s\\n' ${lines.join(' ')} >> ${shellWord(file)}`;
  return { lacks: listed(lacks), command };
}

const MOST_FILES = 10;
