/** What gates came to in a pass: gates.json for scripts, quality-gates.md for people. */
import { join } from 'node:path';
import * as z from 'zod';
import { type Gate, gateKinds, gateSchema } from '../gates/gate.ts';
import { outcomesSchema } from '../gates/outcomes/outcomes.ts';
import { tamperingKinds } from '../gates/tampering/kinds.ts';
import { judge, judgeBase, verdicts } from '../gates/verdict.ts';
import { withLock } from '../process/lock.ts';
import { readJsonOrNull, replaceFile, replaceJson } from '../session/files.ts';
import { passFolder, recordEvent, type Session } from '../session/session.ts';
import { qualityGatesMarkdown } from './quality-gates.ts';

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
  changed_files: z
    .array(z.string())
    .default([])
    .describe('files of the tree that the gate itself changed; in a worktree they were put back'),
  verdict: z
    .enum(verdicts)
    .nullable()
    .describe(
      'against base; null until base was run. environment: red in worktrees only; tampered: green, but not with the gate files of base',
    ),
  broken_tests: names('tests that fail here and not on base, where the runner names them'),
  repaired_tests: names('tests that failed on base and pass here'),
  missing_tests: names('tests that ran on base and did not run here'),
});

function names(description: string) {
  return z.array(z.string()).default([]).describe(description);
}

const tamperedSchema = z.object({
  path: z.string(),
  kind: z.enum(tamperingKinds),
  detail: z.string().default('').describe('what exactly, in words'),
  severity: z
    .enum(['strong', 'weak'])
    .default('weak')
    .describe('strong: it makes the exam easier; weak: a task may well need it'),
});

export const targetResultSchema = z.object({
  target: z.string().describe("a model's name, base, main or a tree's object id"),
  tree: z.string(),
  gates: z.array(gateResultSchema),
  passed: z.boolean().describe('nothing introduced, nothing tampered, something ran'),
  tampered: z
    .array(tamperedSchema)
    .describe('changes to what defines the gates: tests, scripts, configuration'),
  as_base: z
    .object({ tree: z.string(), passed: z.boolean(), gates: z.array(gateResultSchema) })
    .nullable()
    .default(null)
    .describe('the same gates with the gate files of base, where something was tampered with'),
  in_main: z
    .array(gateResultSchema)
    .nullable()
    .default(null)
    .describe(
      'of base: its red gates, run in the main tree as well while that holds the same content',
    ),
});

export type PrintedTarget = z.output<typeof targetResultSchema>;

/** As it is kept: with the names of all tests, which another run is compared with. */
const keptGateSchema = gateResultSchema.extend({
  outcomes: outcomesSchema.nullable().default(null),
});

const keptTargetSchema = targetResultSchema.extend({
  gates: z.array(keptGateSchema),
  as_base: z
    .object({ tree: z.string(), passed: z.boolean(), gates: z.array(keptGateSchema) })
    .nullable()
    .default(null),
  in_main: z.array(keptGateSchema).nullable().default(null),
});

export type TargetResult = z.output<typeof keptTargetSchema>;

/** gates.json: the gates that a pass is judged by, and what became of each target. */
const gateRecordSchema = z.object({
  schema_version: z.literal(1),
  gates: z.array(gateSchema),
  /** Whether the list was named by option: then later scripts of the session use it too. */
  named: z.boolean(),
  results: z.array(keptTargetSchema),
});

export type GateRecord = z.output<typeof gateRecordSchema>;

export function readGateRecord(session: Session, pass: number): Promise<GateRecord | null> {
  return readJsonOrNull(join(passFolder(session, pass), 'gates.json'), gateRecordSchema);
}

/** Keeps a list that was named by option for later scripts, also where no result of a gate is kept. */
export async function keepNamedGates(
  session: Session | null,
  { gates, named }: { gates: Gate[]; named: boolean },
): Promise<void> {
  if (session === null || !named) return;
  const pass = session.data.current_pass;
  await withLock(join(session.directory, 'lock'), async () => {
    const results = (await readGateRecord(session, pass))?.results ?? [];
    const record: GateRecord = { schema_version: 1, gates, named: true, results };
    await replaceJson(join(passFolder(session, pass), 'gates.json'), record);
  });
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

/**
 * All results of a pass, each against base. The main tree says what is missing in worktrees only while it holds what
 * base holds.
 */
export function withVerdicts(results: TargetResult[]): TargetResult[] {
  const unjudged = results.find(({ target }) => target === 'base') ?? null;
  const main = results.find(({ target, tree }) => target === 'main' && tree === unjudged?.tree);
  const base = unjudged && judgeBase(unjudged.gates, unjudged.in_main ?? main?.gates ?? null);
  return results.map((result) => {
    if (base !== null && result.target === 'base')
      return { ...result, gates: base.results, passed: base.passed };
    const weakens = result.tampered.some(({ severity }) => severity === 'strong');
    const against = { base: base?.results ?? null };
    const asBase = result.as_base && judge(result.as_base.gates, against);
    const judged = judge(result.gates, {
      ...against,
      asBase: weakens ? (asBase?.results ?? null) : null,
    });
    return {
      ...result,
      gates: judged.results,
      passed: judged.passed,
      as_base: result.as_base &&
        asBase && { tree: result.as_base.tree, passed: asBase.passed, gates: asBase.results },
    };
  });
}

/** Without the names of all tests, which may be thousands. */
export function printTarget({ gates, as_base, in_main, ...result }: TargetResult): PrintedTarget {
  return {
    ...result,
    gates: printGates(gates),
    as_base: as_base && { ...as_base, gates: printGates(as_base.gates) },
    in_main: in_main && printGates(in_main),
  };
}

function printGates(gates: TargetResult['gates']): PrintedTarget['gates'] {
  return gates.map(({ outcomes, ...gate }) => gate);
}
