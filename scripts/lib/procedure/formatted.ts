/** What the project's own formatter makes of files that several models changed. It costs a worktree, where it is not known. */
import { createHash } from 'node:crypto';
import { join, posix } from 'node:path';
import * as z from 'zod';
import { gateCacheKey } from '../gates/cache.ts';
import type { Gate } from '../gates/gate.ts';
import { readProject } from '../gates/project.ts';
import { describeSurroundings } from '../gates/surroundings.ts';
import { writingForm } from '../gates/writing-form.ts';
import { filesAt } from '../git/files-at.ts';
import { objectKinds } from '../git/objects.ts';
import type { RawPath } from '../git/paths.ts';
import type { Repository } from '../git/repository.ts';
import { readTree } from '../git/trees.ts';
import type { Reporter } from '../script.ts';
import { readTextOrNull, replaceJson } from '../session/files.ts';
import type { Session } from '../session/session.ts';
import { isRegularFile } from '../synthesis/read-hunks.ts';
import type { FormattedBlobs } from '../synthesis/same-format.ts';
import { type FormatOutcome, formatTrees } from './format-trees.ts';
import { type Needs, readNeeds } from './worktree-needs.ts';

export interface FormattingRequest {
  /** The formatters of these are used whose writing form is known. */
  gates: readonly Gate[];
  /** Its package.json says what a gate runs, never a model's. */
  base: string;
  /** The files that are asked about, tree by tree. */
  versions: readonly { tree: string; paths: readonly RawPath[] }[];
  /** For gates that have no limit of their own; null: none. */
  timeoutMs?: number | null;
  signal: AbortSignal;
}

/** What `gates` takes without --timeout. */
const LIMIT_MS = 1_200_000;

/**
 * Formats each tree, and gives the blobs of the files asked about. What the session knows from before is not run again. A
 * tree on which the formatter fails is left as it is, with a warning; so are those that are left when it cannot be
 * started, or hangs.
 * @returns null where no formatter is known to write, or none of the trees could be formatted because it cannot be run
 * @throws the signal's reason when it is interrupted
 */
export async function formattedBlobs(
  repository: Repository,
  session: Session | null,
  request: FormattingRequest,
  reporter: Reporter,
): Promise<FormattedBlobs | null> {
  const gates = await writingGates(repository, request);
  if (gates.length === 0) return null;
  const asked = pathsByTree(request.versions);
  const needs = await readNeeds(repository, session);
  const memory = session === null ? null : memoryIn(session, repository, gates, needs);

  const outcomes = new Map<string, FormatOutcome>();
  for (const tree of asked.keys()) {
    const known = await memory?.read(tree);
    if (known == null) continue;
    outcomes.set(tree, known);
    warnOf(tree, known, reporter);
  }
  const trees = [...asked.keys()].filter((tree) => !outcomes.has(tree));
  if (trees.length === 0) return blobsAfter(repository, asked, outcomes);

  const commands = gates.map(({ command }) => command).join(' and ');
  reporter.progress(`formatting in a scratch worktree, to compare: ${commands}`);
  const { base, signal, timeoutMs = LIMIT_MS } = request;
  const onOutcome = async (tree: string, outcome: FormatOutcome) => {
    outcomes.set(tree, outcome);
    warnOf(tree, outcome, reporter);
    await memory?.write(tree, outcome);
  };
  const given = { gates, trees, base, needs, timeoutMs, signal, onOutcome };
  const end = await formatTrees(repository, session, given, reporter);
  if (end === null) return blobsAfter(repository, asked, outcomes);
  reporter.warn(`What differs in format alone is not told from the rest: ${end}.`);
  const isOfUse = [...outcomes.values()].some(({ formatted }) => formatted !== null);
  return isOfUse ? blobsAfter(repository, asked, outcomes) : null;
}

function warnOf(tree: string, { problem }: FormatOutcome, reporter: Reporter): void {
  if (problem === null) return;
  reporter.warn(`The tree ${tree.slice(0, 12)} is compared unformatted, as it is: ${problem}.`);
}

/** The formatters among the gates, with the commands that write. */
async function writingGates(
  { topLevel }: Repository,
  { gates, base }: FormattingRequest,
): Promise<Gate[]> {
  const files = filesAt(topLevel, base);
  const formatters = gates.filter(({ kind }) => kind === 'formatter');
  const written = formatters.map(async (gate) => {
    const read = (path: string) => files.read(posix.join(gate.cwd, path));
    const { scripts } = await readProject({ read, list: async () => [] });
    const command = writingForm(gate.command, scripts, gate.cwd);
    return command === null ? [] : [{ ...gate, command }];
  });
  return (await Promise.all(written)).flat();
}

type Asked = ReadonlyMap<string, ReadonlySet<RawPath>>;

/** Trees of which no file is asked about are left out. */
function pathsByTree(versions: FormattingRequest['versions']): Asked {
  const asked = new Map<string, Set<RawPath>>();
  for (const { tree, paths } of versions) {
    if (paths.length > 0) asked.set(tree, new Set([...(asked.get(tree) ?? []), ...paths]));
  }
  return asked;
}

async function blobsAfter(
  { topLevel }: Repository,
  asked: Asked,
  outcomes: ReadonlyMap<string, FormatOutcome>,
): Promise<FormattedBlobs> {
  const blobs = new Map<string, ReadonlyMap<RawPath, string>>();
  for (const [tree, paths] of asked) {
    const entries = await readTree(topLevel, outcomes.get(tree)?.formatted ?? tree);
    const files = [...entries].filter(([path, { mode }]) => paths.has(path) && isRegularFile(mode));
    blobs.set(tree, new Map(files.map(([path, { oid }]) => [path, oid])));
  }
  return blobs;
}

const outcomeSchema = z.union([
  z.object({ formatted: z.string(), problem: z.null() }),
  z.object({ formatted: z.null(), problem: z.string() }),
]);

/** What came of trees before, in the session's cache of gates: the same commands with the same tools give the same. */
function memoryIn(
  { directory }: Session,
  { topLevel }: Repository,
  gates: readonly Gate[],
  { needed, setup }: Needs,
) {
  const provided = describeSurroundings(
    topLevel,
    needed.map(({ path }) => path),
  );
  const surroundings = `${provided}\n${setup?.command ?? ''}`;
  const fileOf = (tree: string) => {
    const keys = gates.map((gate) => gateCacheKey({ tree, gate, surroundings }));
    const key = createHash('sha256').update(keys.join()).digest('hex');
    return join(directory, 'gate-cache', `${key}.formatted.json`);
  };
  return {
    async read(tree: string): Promise<FormatOutcome | null> {
      const known = parseOutcome(await readTextOrNull(fileOf(tree)));
      if (known === null || known.formatted === null) return known;
      // No ref holds it: git may have dropped it since.
      const kinds = await objectKinds(topLevel, [known.formatted]);
      return kinds.get(known.formatted)?.kind === 'tree' ? known : null;
    },
    write: (tree: string, outcome: FormatOutcome) => replaceJson(fileOf(tree), outcome),
  };
}

/** What cannot be understood is not known: a cache must never be what fails. */
function parseOutcome(text: string | null): FormatOutcome | null {
  try {
    return outcomeSchema.parse(JSON.parse(text ?? 'null'));
  } catch {
    return null;
  }
}
