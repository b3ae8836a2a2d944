/** What a pass left unresolved: open questions, red gates, what the user said to it. */
import { join } from 'node:path';
import { tellingLines } from '../gates/runners/excerpt.ts';
import type { Repository } from '../git/repository.ts';
import { treeOf } from '../git/trees.ts';
import type { OpenDecision, Unresolved } from '../models/unresolved-entries.ts';
import { maskTexts } from '../secrets.ts';
import { readJsonOrNull } from '../session/files.ts';
import { participants, passFolder, type Session } from '../session/session.ts';
import { secretsOf } from '../session/session-secrets.ts';
import { picksSchema } from '../synthesis/picks.ts';
import { candidatesOf, compare } from './compare.ts';
import { readGateRecord, targetResultSchema } from './gate-record.ts';
import { keptSynthesis } from './pass-start.ts';
import { proofFile } from './prove.ts';
import { describeRed, type GatedPass, readLog, redGates, withoutPlaces } from './red-gates.ts';
import { suggest } from './suggest.ts';

/**
 * Reads it from what the pass holds; nothing is run. The user's secrets that a model may have written somewhere are
 * masked: all models are told of it.
 */
export async function readUnresolved(
  repository: Repository,
  session: Session,
  pass: number,
  { feedback, analysis }: Pick<Unresolved, 'feedback' | 'analysis'>,
): Promise<Unresolved> {
  const commit = await keptSynthesis(repository, session, pass);
  const mix = commit === null ? null : await treeOf(repository.topLevel, commit);
  const red = redGates(await readGatedPass(session, pass, mix));
  const found = {
    decisions: await readOpenDecisions(repository, session, pass),
    red: await Promise.all(red.map((one) => describeRed(one, session.data))),
    analysis,
  };
  return { ...maskTexts(found, await secretsOf(session)), feedback };
}

/** @param mix the tree of the mix that was kept of the pass; null: none was */
export async function readGatedPass(
  session: Session,
  pass: number,
  mix: string | null,
): Promise<GatedPass> {
  const proof = await readJsonOrNull(proofFile(session, pass), targetResultSchema);
  const results = (await readGateRecord(session, pass))?.results ?? [];
  return { proof, mix, results, models: participants(session).map(({ model }) => model) };
}

/** Whoever picked has answered them, whether it was applied or not. */
async function readOpenDecisions(
  repository: Repository,
  session: Session,
  pass: number,
): Promise<OpenDecision[]> {
  if (!session.data.captures.some((it) => it.pass === pass)) return [];
  const picked = await readJsonOrNull(join(passFolder(session, pass), 'picks.json'), picksSchema);
  if (picked !== null && picked.picks.length > 0) return [];
  const candidates = candidatesOf(session, pass);
  const comparison = await compare(repository, session.data.base, candidates);
  const { questions } = await suggest(repository, session, pass, comparison);
  return Promise.all(
    questions.map(async ({ kind, names, logs }) => {
      const texts = await Promise.all(logs.map(readLog));
      const evidence = texts.flatMap((text) => (text === null ? [] : tellingLines(text)));
      return { kind, names, evidence: withoutPlaces(evidence, session.data) };
    }),
  );
}
