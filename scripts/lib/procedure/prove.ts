/** The project's gates on a tree that exists nowhere else yet, in a scratch worktree. */
import { join } from 'node:path';
import type { Gate } from '../gates/gate.ts';
import type { Repository } from '../git/repository.ts';
import { GATE_BUDGET } from '../process/slots.ts';
import type { Reporter } from '../script.ts';
import { replaceJson } from '../session/files.ts';
import { stateRoot } from '../session/paths.ts';
import { passFolder, type Session } from '../session/session.ts';
import { chooseGates } from './gate-choices.ts';
import {
  keepNamedGates,
  printTarget,
  readGateRecord,
  type TargetResult,
  withVerdicts,
} from './gate-record.ts';
import { gateTargets } from './gate-targets.ts';
import type { Lay } from './scratch-worktree.ts';
import { type Needs, readNeeds } from './worktree-needs.ts';

/** What a tree is proved with. */
export interface Exam {
  repository: Repository;
  session: Session | null;
  pass: number;
  base: string;
  gates: Gate[];
  timeoutMs: number;
  signal: AbortSignal;
  /** What is known of base and of the candidates. */
  known: readonly TargetResult[];
  needs: Needs;
  /** Where several trees are proved one after the other. */
  scratch?: Lay;
}

export async function prepareExam({
  gateOptions,
  ...exam
}: Omit<Exam, 'gates' | 'known' | 'needs'> & { gateOptions: readonly string[] }): Promise<Exam> {
  const { repository, session, base, pass } = exam;
  const chosen = await chooseGates(repository, session, base, gateOptions);
  await keepNamedGates(session, chosen);
  const record = session === null ? null : await readGateRecord(session, pass);
  const needs = await readNeeds(repository, session);
  return { ...exam, gates: chosen.gates, known: record?.results ?? [], needs };
}

/** The result with verdicts against base, where base was gated. */
export async function proveTree(
  exam: Exam,
  tree: string,
  reporter: Reporter,
  { gates = exam.gates, trial }: { gates?: Gate[]; trial?: { always: number } } = {},
): Promise<TargetResult> {
  const { repository, session, pass, base, timeoutMs, signal, known, needs, scratch } = exam;
  const [result] = await gateTargets(
    repository,
    session,
    {
      gates,
      targets: [{ target: 'synthesis', tree, place: null }],
      base,
      timeoutMs,
      jobs: GATE_BUDGET,
      // What the user picked is the user's word, weaker tests included; they were shown before.
      exam: false,
      useCache: true,
      logs: session === null ? join(stateRoot(), 'gates') : join(passFolder(session, pass), 'logs'),
      cache: session === null ? null : join(session.directory, 'gate-cache'),
      trial,
      needs,
      scratch,
      signal,
    },
    reporter,
  );
  if (result === undefined) throw new Error('The gates gave no result for the synthesis.');
  return withVerdicts([...known, result]).at(-1) ?? result;
}

/** The last proof of a pass, green or red: what the next pass and the summary tell of the mix. */
export async function keepProof(
  session: Session,
  pass: number,
  proof: TargetResult,
): Promise<void> {
  await replaceJson(proofFile(session, pass), printTarget(proof));
}

export function proofFile(session: Session, pass: number): string {
  return join(passFolder(session, pass), 'proof.json');
}
