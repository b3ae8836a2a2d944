/** Which gates are red in a way that the next pass is to deal with, and what their logs say. */
import { dirname, join } from 'node:path';
import { systemErrorCode } from '../errors.ts';
import { readEnd, tailOf } from '../gates/log.ts';
import { tellingLines } from '../gates/runners/excerpt.ts';
import type { RedGate } from '../models/unresolved-entries.ts';
import type { SessionData } from '../session/session.ts';
import type { PrintedTarget } from './gate-record.ts';

type GateResult = PrintedTarget['gates'][number];

export interface GatedPass {
  /** The last proof of a mix; null: none was proved. */
  proof: PrintedTarget | null;
  /** The tree of the mix that was kept; null: none was. */
  mix: string | null;
  /** What gates came to on single results. */
  results: readonly PrintedTarget[];
  /** Whose results count: base and the main tree are not the models' business. */
  models: readonly string[];
}

export interface Red extends Pick<RedGate, 'of' | 'target'> {
  result: GateResult;
}

/**
 * The red gates of the mix where it was proved, otherwise those of the models. A proof of another mix than the one that
 * was kept says something as well, but not that the kept one is green.
 */
export function redGates({ proof, mix, results, models }: GatedPass): Red[] {
  const isOfMix = proof !== null && (mix === null || proof.tree === mix);
  const proved = proof === null ? [] : redIn(proof, isOfMix ? 'mix' : 'tried-mix');
  if (isOfMix) return proved;
  const ofModels = results.filter(({ target }) => models.includes(target));
  return [...proved, ...ofModels.flatMap((result) => redIn(result, 'model'))];
}

function redIn({ target, gates, as_base }: PrintedTarget, of: Red['of']): Red[] {
  return gates.flatMap((gate): Red[] => {
    if (gate.verdict !== 'tampered') return isRed(gate) ? [{ of, target, result: gate }] : [];
    // The gate itself is green: what failed, failed with base's own tests and settings.
    const examined = as_base?.gates.find(({ name }) => name === gate.name) ?? gate;
    return [{ of, target, result: { ...examined, verdict: 'tampered' } }];
  });
}

/** Without base's word a red gate is nobody else's either. */
function isRed({ status, verdict, flaky }: GateResult): boolean {
  return status !== 'pass' && !flaky && (verdict === null || verdict === 'introduced');
}

/** With the lines of its log that tell why. */
export async function describeRed(
  { of, target, result }: Red,
  data: SessionData,
): Promise<RedGate> {
  const { name, status, verdict, broken_tests } = result;
  const evidence = tellingLines(await logOf(result));
  return {
    ...{ of, target, gate: name, status, verdict },
    tests: withoutPlaces(broken_tests, data),
    evidence: withoutPlaces(evidence, data),
  };
}

/** What the log says, as long as it is the log of this result: a later run of the gate may have written it anew. */
async function logOf({ log, tail }: GateResult): Promise<string> {
  const text = await readLog(log);
  return text !== null && tailOf(text) === tail ? text : tail;
}

/** Null where it is not there any longer. */
export function readLog(log: string): Promise<string | null> {
  return readEnd(log).catch((error) => {
    if (systemErrorCode(error) === undefined) throw error;
    return null;
  });
}

/** Worktrees of the session are named after models, and are no place for another model to look into. */
export function withoutPlaces(
  lines: readonly string[],
  { main_tree, slug }: Pick<SessionData, 'main_tree' | 'slug'>,
): string[] {
  const worktrees = join(dirname(main_tree), `${slug}-mm-`);
  const literal = worktrees.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  const places = new RegExp(`${literal}[\\w.-]*`, 'g');
  return lines.map((line) => line.replaceAll(places, '.'));
}
