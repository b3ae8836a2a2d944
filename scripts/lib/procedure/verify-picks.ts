/** Phase 7: the mix is proved before anything is applied; a red one is told with what is to blame and what would be green. */
import * as z from 'zod';
import { Refusal } from '../errors.ts';
import { pathText } from '../git/paths.ts';
import type { Reporter } from '../script.ts';
import type { Session } from '../session/session.ts';
import { sessionCommand } from '../session/session-command.ts';
import { type Picks, picksSchema } from '../synthesis/picks.ts';
import type { Comparison } from './compare.ts';
import { type ProvedMix, proveFormatted } from './format-mix.ts';
import { gateResultSchema, printTarget, type TargetResult } from './gate-record.ts';
import { whileGatesAreWatched } from './guard.ts';
import type { MissingPick } from './missing-picks.ts';
import type { OpenedComparison } from './open-comparison.ts';
import { type Exam, keepProof, prepareExam } from './prove.ts';
import { redItems } from './red-items.ts';
import { type Lay, withScratchWorktree } from './scratch-worktree.ts';
import { findingsOf, type MixSearch, searchMix } from './search-mix.ts';
import { INSTALL_HINT } from './tell-gate.ts';

export const verificationSchema = z.object({
  passed: z.boolean().describe('nothing is introduced'),
  green: z.boolean().describe('every gate ran and passed'),
  gates: z.array(gateResultSchema),
  formatted: z
    .array(z.string())
    .describe('files that the formatter of the project rewrote: they are proved and applied so'),
  red: z.array(z.string()).describe('what is red: gates, or tests of gates where they have names'),
  culprits: z.array(z.string()).describe('with --search: the picks that are to blame'),
  nearest_green: z
    .object({
      file: z.string().nullable().describe('a picks file for apply-picks'),
      picks: picksSchema.shape.picks,
      changed: z.array(z.string()),
      left_red: z.array(z.string()).describe('red as it is on base and with every model'),
      is_nearest: z.boolean().describe('no mix with fewer changes can be green, by what is known'),
    })
    .nullable(),
  runs: z.number().describe('how often gates were run on a mix'),
  search: z
    .object({
      budget: z.object({ runs: z.number(), minutes: z.number() }),
      duration_ms: z.number(),
      exhausted: z.boolean().describe('no mix is left that could be green, by what is known'),
      answer: z.string().describe('what was found, in words'),
    })
    .nullable(),
});

export interface VerifyOptions {
  gate: string[];
  /** Of each gate, in seconds. */
  timeout: number;
  /** Look for a green mix where that of the picks is red. */
  search: boolean;
  searchRuns: number;
  searchMinutes: number;
  /** What the picks leave out that they need: it is said first where they are red. */
  missing: readonly MissingPick[];
  signal: AbortSignal;
}

export interface Proved {
  exam: Exam;
  /** That of the picks, or what the project's formatter made of it. */
  tree: string;
  proof: TargetResult;
  verification: z.output<typeof verificationSchema>;
}

/**
 * Proves the tree of picks in a scratch worktree; where something is red in it and it is asked for, looks for a mix that
 * is green.
 * @throws Refusal `gates-red`: something is introduced, or another mix mends what this one leaves red
 */
export async function verifyPicks(
  { session, repository, pass }: OpenedComparison,
  comparison: Comparison,
  picks: Picks,
  tree: string,
  options: VerifyOptions,
  reporter: Reporter,
): Promise<Proved> {
  const exam = await prepareExam({
    ...{ repository, session, pass, base: comparison.base, signal: options.signal },
    ...{ gateOptions: options.gate, timeoutMs: options.timeout * 1000 },
  });
  const { needs } = exam;
  const { mix, search } = await whileGatesAreWatched(
    repository,
    session,
    { pass, models: ['the mix'] },
    reporter,
    () =>
      withScratchWorktree(repository, session, needs, reporter, (scratch) =>
        proveAndSearch({ ...exam, scratch }, comparison, picks, tree, options, reporter),
      ),
  );
  const { proof, formatted } = mix;
  if (session !== null) await keepProof(session, pass, proof);
  const models = comparison.candidates.map(({ model }) => model);
  const { red } = findingsOf(exam, proof, models);
  const verification = {
    passed: proof.passed,
    green: proof.green,
    gates: printTarget(proof).gates,
    formatted: formatted.map(pathText),
    red: [...red],
    culprits: search?.culprits ?? [],
    nearest_green: search?.nearest ?? null,
    runs: mix.runs + (search?.runs ?? 0),
    search: search && {
      budget: { runs: options.searchRuns, minutes: options.searchMinutes },
      duration_ms: search.duration_ms,
      exhausted: search.exhausted,
      answer: answerOf(search),
    },
  };
  if (!proof.passed || search?.nearest != null)
    throw redProof(verification, session, options.missing);
  if (search !== null) reporter.warn(answerOf(search));
  if (proof.left_red.length > 0)
    reporter.warn(`The mix leaves red what was red on base: ${proof.left_red.join('; ')}.`);
  return { exam, tree: mix.tree, proof, verification };
}

async function proveAndSearch(
  exam: Exam & { scratch: Lay },
  comparison: Comparison,
  picks: Picks,
  tree: string,
  options: VerifyOptions,
  reporter: Reporter,
): Promise<{ mix: ProvedMix; search: MixSearch | null }> {
  const mix = await proveFormatted(exam, tree, reporter);
  const { proof, formatters } = mix;
  // No other mix is to be found by what says nothing of this one.
  const isHindered = proof.gates.some(({ verdict }) => HINDRANCES.has(verdict ?? ''));
  if (!options.search || isHindered || (proof.passed && redItems(proof).size === 0))
    return { mix, search: null };
  const budget = { runs: options.searchRuns, ms: options.searchMinutes * 60_000 };
  const given = { ...exam, formatters };
  return { mix, search: await searchMix(given, comparison, picks, proof, budget, reporter) };
}

function answerOf({ nearest, exhausted, hopeless, only_base, runs }: MixSearch): string {
  if (nearest !== null) {
    const still =
      nearest.left_red.length === 0 ? '' : `; still red: ${nearest.left_red.join(', ')}`;
    return `A green mix: ${nearest.changed.join('; ')}${still}.`;
  }
  const tried = runs === 0 ? 'none was run' : `${runs} ${runs === 1 ? 'was' : 'were'} run`;
  if (only_base && exhausted)
    return `No green mix: only base is green, and nothing of any model is left in it (${tried}).`;
  if (hopeless && exhausted)
    return `No green mix: what is red is red on base and with every model (${tried}).`;
  return exhausted
    ? `No green mix: whatever is changed in these picks, something known to be red stays or comes (${tried}).`
    : `No green mix was found (${tried}); there may be one.`;
}

/** What helps where a red gate says nothing of the code. */
const HINDRANCES: ReadonlyMap<string, string> = new Map([
  ['missing-dependency', `No code is to blame, packages are missing: ${INSTALL_HINT}`],
  [
    'interference',
    'No code is to blame: another program has a port or a lock that the gate needs. End it, and run this again.',
  ],
]);

/** A red proof: nothing is applied, and the answer names what is red. */
function redProof(
  verification: z.output<typeof verificationSchema>,
  session: Session | null,
  missing: readonly MissingPick[],
): Refusal {
  const { red, search, nearest_green: nearest, culprits, gates } = verification;
  const hint = gates.flatMap(({ verdict }) => HINDRANCES.get(verdict ?? '') ?? []);
  const shown = red.slice(0, 5).join(', ');
  const more = red.length > 5 ? ` and ${red.length - 5} more` : '';
  const blame = culprits.length === 0 ? '' : ` To blame: ${culprits.join('; ')}.`;
  return new Refusal({
    code: 'gates-red',
    message: `The mix is not green: ${shown}${more}. Nothing was applied.${blame}${search === null ? '' : ` ${search.answer}`}`,
    hint: `${missing.length === 0 ? '' : `Missing: ${missing[0]?.message}. `}${
      hint[0] !== undefined
        ? hint[0]
        : session !== null && nearest?.file != null
          ? `It is another mix than the one that was chosen. To apply it, if that is agreed: ${sessionCommand(session, 'apply-picks', '--picks', nearest.file, '--verify')}`
          : search === null
            ? 'Read the logs that "details" names and change the picks; --search looks for the picks that are to blame and for a green mix near them.'
            : 'Read the logs that "details" names, change the picks, or mend the code by hand after apply-picks without --verify.'
    }`,
    details: { verify: verification, missing },
  });
}
