/** What gates came to in a pass: gates.json for scripts, quality-gates.md for people. */
import { join } from 'node:path';
import * as z from 'zod';
import { type Gate, gateKinds, gateSchema } from '../gates/gate.ts';
import { qualityGatesMarkdown } from '../gates/markdown.ts';
import { judge } from '../gates/verdict.ts';
import { withLock } from '../process/lock.ts';
import { readJsonOrNull, replaceFile, replaceJson } from '../session/files.ts';
import { passFolder, recordEvent, type Session } from '../session/session.ts';

export const gateResultSchema = z.object({
  name: z.string(),
  kind: z.enum(gateKinds),
  command: z.string(),
  status: z.enum(['pass', 'fail', 'timeout', 'not-run', 'error']),
  exit_code: z.number().nullable(),
  duration_ms: z.number(),
  log: z.string(),
  tail: z.string().describe('the last lines of a red one'),
  cached: z.boolean(),
  flaky: z.boolean().default(false).describe('it was red, and green when it was run once more'),
  tests: z.object({ ran: z.number(), failed: z.number() }).nullable(),
  verdict: z
    .enum(['ok', 'introduced', 'fixed', 'pre-existing', 'flaky'])
    .nullable()
    .describe('against base; null until base was run'),
});

export const targetResultSchema = z.object({
  target: z.string().describe("a model's name, base, main or a tree's object id"),
  tree: z.string(),
  gates: z.array(gateResultSchema),
  passed: z.boolean(),
  tampered: z.array(
    z.object({
      path: z.string(),
      kind: z.enum([
        'test-deleted',
        'gate-configuration-changed',
        'ci-changed',
        'manifest-changed',
      ]),
    }),
  ),
});

export type TargetResult = z.output<typeof targetResultSchema>;

/** gates.json: the gates that a pass is judged by, and what became of each target. */
const gateRecordSchema = z.object({
  schema_version: z.literal(1),
  gates: z.array(gateSchema),
  /** Whether the list was named by option: then later scripts of the session use it too. */
  named: z.boolean(),
  results: z.array(targetResultSchema),
});

export type GateRecord = z.output<typeof gateRecordSchema>;

export function readGateRecord(session: Session, pass: number): Promise<GateRecord | null> {
  return readJsonOrNull(join(passFolder(session, pass), 'gates.json'), gateRecordSchema);
}

/** Keeps results in the pass: gates.json and quality-gates.md, merged with what was there, verdicts against base. */
export async function keepGateResults(
  session: Session,
  pass: number,
  { gates, named }: { gates: Gate[]; named: boolean },
  results: TargetResult[],
): Promise<TargetResult[]> {
  const folder = passFolder(session, pass);
  return withLock(join(session.directory, 'lock'), async () => {
    const before = (await readGateRecord(session, pass))?.results ?? [];
    const kept = before.filter(({ target }) => !results.some((it) => it.target === target));
    const all = withVerdicts([...kept, ...results]);
    await replaceJson(join(folder, 'gates.json'), {
      schema_version: 1,
      gates,
      named,
      results: all,
    });
    await replaceFile(join(folder, 'quality-gates.md'), qualityGatesMarkdown(all));
    for (const { target, passed } of results)
      await recordEvent(session, 'gates', { pass, target, passed });
    return all.filter(({ target }) => results.some((it) => it.target === target));
  });
}

export function withVerdicts(results: TargetResult[]): TargetResult[] {
  const base = results.find(({ target }) => target === 'base')?.gates ?? null;
  return results.map((result) => {
    const judged = judge(result.gates, result.target === 'base' ? null : base);
    return { ...result, gates: judged.results, passed: judged.passed };
  });
}

/** Whether a model is green in a pass: null when its gates were not run. */
export async function greenModels(session: Session, pass: number): Promise<Set<string> | null> {
  const record = await readGateRecord(session, pass);
  if (record === null) return null;
  return new Set(record.results.filter(({ passed }) => passed).map(({ target }) => target));
}
