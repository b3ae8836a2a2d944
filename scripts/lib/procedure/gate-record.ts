/** What gates came to in a pass: gates.json for scripts, quality-gates.md for people. */
import { join } from 'node:path';
import * as z from 'zod';
import { baseTestsFailing, tamperedGates } from '../exam/base-tests.ts';
import { type Gate, gateKinds, gateSchema } from '../gates/gate.ts';
import { outcomesSchema } from '../gates/runners/outcomes.ts';
import { judge, judgeBase, verdicts } from '../gates/verdict.ts';
import { withLock } from '../process/lock.ts';
import { readJsonOrNull, replaceFile, replaceJson } from '../session/files.ts';
import { passFolder, recordEvent, type Session } from '../session/session.ts';
import { qualityGatesMarkdown } from './quality-gates.ts';
import { leftRed } from './red-items.ts';

export const gateResultSchema = z.object({
  name: z.string(),
  kind: z.enum(gateKinds),
  command: z.string(),
  status: z.enum(['pass', 'fail', 'timeout', 'not-run', 'error']),
  exit_code: z.number().nullable(),
  duration_ms: z.number(),
  log: z.string(),
  tail: z.string().describe('of a red one: why its tests failed, else its last lines'),
  cached: z.boolean(),
  flaky: z.boolean().default(false).describe('it was red, and green when it was run once more'),
  interference: z
    .boolean()
    .default(false)
    .describe(
      'another program had a port or a lock that it needs; or it was red beside other gates, and is green alone',
    ),
  missing_dependencies: names(
    'of a red one: packages that its tree asks for and that could not be had (or the lockfile that names them)',
  ),
  lacks: z
    .array(z.string())
    .optional()
    .describe(
      'of base: ignored files of the main tree that it asked for in a worktree that lacks them',
    ),
  tests: z.object({ ran: z.number(), failed: z.number() }).nullable(),
  cannot_load: z
    .boolean()
    .default(false)
    .describe('the runner says that nothing of the tests could be loaded'),
  changed_files: z
    .array(z.string())
    .default([])
    .describe('files of the tree that the gate itself changed; in a worktree they were put back'),
  verdict: z
    .enum(verdicts)
    .nullable()
    .describe(
      'against base; null until base was run. environment: red in worktrees only; broken: it could not start on base; tampered: green only because its scripts or settings were changed; interference, missing-dependency: no proof, and nobody is to blame',
    ),
  broken_tests: names('tests that fail here and not on base, where the runner names them'),
  repaired_tests: names('tests that failed on base and pass here'),
  missing_tests: names('tests that ran on base and did not run here'),
});

function names(description: string) {
  return z.array(z.string()).default([]).describe(description);
}

const gateFileSchema = z.object({
  path: z.string(),
  role: z.enum([
    'ci',
    'manifest',
    'settings',
    'runner',
    'support',
    'test',
    'instructions',
    'other',
  ]),
  change: z.enum(['added', 'changed', 'deleted']),
});

export const targetResultSchema = z.object({
  target: z.string().describe("a model's name, base, main or a tree's object id"),
  tree: z.string(),
  gates: z.array(gateResultSchema),
  passed: z.boolean().describe('nothing introduced, nothing tampered, something ran'),
  green: z.boolean().default(false).describe('every gate ran and passed'),
  left_red: names(
    'where it passed and is not green: what is red as on base, and with whom it is green',
  ),
  gate_files: z
    .array(gateFileSchema)
    .default([])
    .describe('what judges the result, and was changed by it: tests that lost lines, settings'),
  base_tests_failing: names(
    'tests of base that fail with its own tests and settings, and not in the run above: was that asked for?',
  ),
  tampered: names('gates that are green only because their scripts or settings were changed'),
  as_base: z
    .object({ tree: z.string(), gates: z.array(gateResultSchema) })
    .nullable()
    .default(null)
    .describe("the gates with base's own tests and settings, where some were changed"),
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
    .object({
      tree: z.string(),
      gates: z.array(keptGateSchema),
      /** With base's scripts and settings alone. */
      settings: z.array(keptGateSchema).default([]),
      /** Gates whose script is another one than on base. */
      scripts: z.array(z.string()).default([]),
    })
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
      return { ...result, gates: base.results, passed: base.passed, green: base.green };
    const before = base?.results ?? null;
    const { gates, as_base } = result;
    const { settings = [], scripts = [] } = as_base ?? {};
    const tampered = tamperedGates(gates, settings, before, (gate) => scripts.includes(gate));
    const judged = judge(gates, { base: before, tampered });
    return {
      ...result,
      ...{ passed: judged.passed, green: judged.green && tampered.length === 0, tampered },
      base_tests_failing: baseTestsFailing(gates, as_base?.gates ?? [], before),
      left_red: judged.passed ? leftRed(result, results) : [],
      gates: judged.results.map((it) => withoutRewritten(it, as_base?.gates ?? [])),
      as_base: as_base && { ...as_base, gates: judge(as_base.gates, { base: before }).results },
    };
  });
}

/** A test of base that passes with base's own file is not missing: the result wrote it anew. */
function withoutRewritten(gate: Kept, asBase: readonly Kept[]): Kept {
  const passed = new Set(asBase.find(({ name }) => name === gate.name)?.outcomes?.passed);
  return { ...gate, missing_tests: gate.missing_tests.filter((name) => !passed.has(name)) };
}

type Kept = TargetResult['gates'][number];

/** Without the names of all tests, which may be thousands. */
export function printTarget({ gates, as_base, in_main, ...result }: TargetResult): PrintedTarget {
  return {
    ...result,
    gates: printGates(gates),
    as_base: as_base && { tree: as_base.tree, gates: printGates(as_base.gates) },
    in_main: in_main && printGates(in_main),
  };
}

function printGates(gates: TargetResult['gates']): PrintedTarget['gates'] {
  return gates.map(({ outcomes, ...gate }) => gate);
}
