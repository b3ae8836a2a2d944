/** Phase 5: what is known of each model's result without an opinion, side by side, for whoever judges. */
import * as z from 'zod';
import { isTest } from '../exam/roles.ts';
import { type CrossTests, relabelCrossTests } from '../gates/cross-tests.ts';
import { gateKinds } from '../gates/gate.ts';
import { verdicts } from '../gates/verdict.ts';
import { pathText } from '../git/paths.ts';
import type { Session } from '../session/session.ts';
import type { LabelMap } from '../synthesis/blind.ts';
import type { ComparedFile, ComparedVersion } from '../synthesis/compare.ts';
import { isManifest, packagesIn } from '../words/dependencies.ts';
import { publicNames } from '../words/public-names.ts';
import type { Part } from '../words/terms.ts';
import type { Comparison } from './compare.ts';
import { readCrossTests } from './cross-tests.ts';
import { readGateRecord, type TargetResult } from './gate-record.ts';
import { partsOf } from './missing-picks.ts';
import { readRunState } from './run-state.ts';

const named = z.object({ path: z.string(), name: z.string() });

export const evidenceSchema = z.object({
  model: z.string().describe('or its label with --blind'),
  files: z.number(),
  additions: z.number(),
  deletions: z.number(),
  gates: z
    .array(
      z.object({
        kind: z.enum(gateKinds),
        name: z.string(),
        status: z.string(),
        verdict: z.enum(verdicts).nullable(),
        tests: z.object({ ran: z.number(), failed: z.number() }).nullable(),
      }),
    )
    .describe('by kind, empty where they were not run'),
  passed: z
    .boolean()
    .nullable()
    .describe('nothing introduced, nothing tampered with; null: not run'),
  green: z.boolean().nullable().describe('every gate ran and passed; null: not run'),
  base_tests_failing: z
    .array(z.string())
    .describe('tests of base that fail on it, and that it changed: was that asked for?'),
  tests: z.object({
    new_files: z.array(z.string()),
    changed_files: z.array(z.string()),
    deleted_files: z.array(z.string()),
    ran_more: z.number().nullable().describe('tests that ran more than on base; null: unknown'),
  }),
  cross_tests: z
    .object({
      catches: z.array(z.string()).describe('whose code its tests catch'),
      caught_by: z.array(z.string()).describe('whose tests catch its code'),
      proves_something: z.boolean().nullable().describe('its tests fail on base'),
      fails_own: z.boolean(),
    })
    .nullable()
    .describe('null: cross-tests was not run'),
  dependencies: z
    .object({ added: z.array(named), removed: z.array(named), changed: z.array(named) })
    .describe('packages that changed lines of manifests name'),
  public_api: z
    .object({ added: z.array(named), removed: z.array(named) })
    .describe('what changed lines of code look to define for others'),
  tampered: z.array(z.string()).describe('gates made green by their scripts or settings'),
  duration_ms: z.number().nullable().describe('null with --blind: it would tell whose it is'),
  attempts: z.number().nullable(),
  cost_usd: z.number().nullable(),
});

export type Evidence = z.output<typeof evidenceSchema>;

export interface EvidenceOfAll {
  models: Evidence[];
  cross: CrossTests | null;
}

/** In the order of the candidates. */
export async function readEvidence(
  session: Session | null,
  pass: number,
  { files, candidates }: Comparison,
): Promise<EvidenceOfAll> {
  const parts = partsOf(files);
  const record = session === null ? null : await readGateRecord(session, pass);
  const cross = session === null ? null : await readCrossTests(session, pass);
  const base = record?.results.find(({ target }) => target === 'base') ?? null;
  const models: Evidence[] = [];
  for (const { model } of candidates) {
    const result = record?.results.find(({ target }) => target === model) ?? null;
    const run = session === null ? null : await readRunState(session, model, pass);
    models.push({
      model,
      ...sizeOf(model, files),
      ...gatesOf(result),
      tests: testsOf(model, files, result, base),
      cross_tests: crossOf(model, cross),
      dependencies: dependenciesOf(model, parts),
      public_api: publicNames(parts, model),
      tampered: result?.tampered ?? [],
      base_tests_failing: result?.base_tests_failing ?? [],
      duration_ms: run?.duration_ms ?? null,
      attempts: run?.attempts.length ?? null,
      cost_usd: run?.usage?.cost_usd ?? null,
    });
  }
  return { models, cross };
}

/** Without names, and without what tells them: time and cost. In the order of the labels. */
export function relabelEvidence({ models, cross }: EvidenceOfAll, labels: LabelMap): EvidenceOfAll {
  const labelOf = new Map(Object.entries(labels).map(([label, model]) => [model, label]));
  const label = (model: string) => labelOf.get(model) ?? '?';
  const order = Object.keys(labels);
  const blind = models.map((evidence) => ({
    ...evidence,
    model: label(evidence.model),
    cross_tests: evidence.cross_tests && {
      ...evidence.cross_tests,
      catches: evidence.cross_tests.catches.map(label).sort(),
      caught_by: evidence.cross_tests.caught_by.map(label).sort(),
    },
    ...{ duration_ms: null, attempts: null, cost_usd: null },
  }));
  return {
    models: blind.sort((a, b) => order.indexOf(a.model) - order.indexOf(b.model)),
    cross: cross && relabelCrossTests(cross, label),
  };
}

function changesBy(model: string, files: readonly ComparedFile[]) {
  return files.flatMap((file) => {
    const version = file.versions.find((it) => it.model === model);
    return version === undefined ? [] : [{ path: pathText(file.path), file, version }];
  });
}

function sizeOf(model: string, files: readonly ComparedFile[]) {
  const changes = changesBy(model, files);
  const sum = (key: 'additions' | 'deletions') =>
    changes.reduce((all, { version }) => all + version[key], 0);
  return { files: changes.length, additions: sum('additions'), deletions: sum('deletions') };
}

function gatesOf(result: TargetResult | null): Pick<Evidence, 'gates' | 'passed' | 'green'> {
  const gates = (result?.gates ?? []).map(({ kind, name, status, verdict, tests }) => ({
    ...{ kind, name, status, verdict, tests },
  }));
  gates.sort((a, b) => gateKinds.indexOf(a.kind) - gateKinds.indexOf(b.kind));
  return { gates, passed: result?.passed ?? null, green: result?.green ?? null };
}

function testsOf(
  model: string,
  files: readonly ComparedFile[],
  result: TargetResult | null,
  base: TargetResult | null,
): Evidence['tests'] {
  const changes = changesBy(model, files).filter(({ path }) => isTest(path));
  const paths = (isWanted: (version: ComparedVersion) => boolean) =>
    changes.filter(({ version }) => isWanted(version)).map(({ path }) => path);
  const [ran, ranOnBase] = [testsRun(result), testsRun(base)];
  return {
    new_files: paths(({ status }) => status === 'added'),
    deleted_files: paths(({ blob }) => blob === null),
    changed_files: paths(({ status, blob }) => status !== 'added' && blob !== null),
    ran_more: ran === null || ranOnBase === null ? null : ran - ranOnBase,
  };
}

function testsRun(result: TargetResult | null): number | null {
  const counts = (result?.gates ?? []).flatMap(({ tests }) => tests ?? []);
  return counts.length === 0 ? null : counts.reduce((sum, { ran }) => sum + ran, 0);
}

function crossOf(model: string, cross: CrossTests | null): Evidence['cross_tests'] {
  const found = cross?.summary.find(({ tests_of }) => tests_of === model);
  if (found === undefined) return null;
  const { catches, caught_by, proves_something, fails_own } = found;
  return { catches, caught_by, proves_something, fails_own };
}

function dependenciesOf(model: string, parts: readonly Part[]): Evidence['dependencies'] {
  const found: Evidence['dependencies'] = { added: [], removed: [], changed: [] };
  const own = parts.filter(({ path, models }) => models.includes(model) && isManifest(path));
  for (const path of new Set(own.map((part) => part.path))) {
    const named = (side: 'lines' | 'removed') =>
      packagesIn(
        path,
        own.flatMap((part) => (part.path === path ? part[side] : [])),
      );
    const [after, before] = [named('lines'), named('removed')];
    for (const name of new Set([...after.keys(), ...before.keys()])) {
      if (after.get(name) === before.get(name)) continue;
      const kind = !before.has(name) ? 'added' : after.has(name) ? 'changed' : 'removed';
      found[kind].push({ path: pathText(path), name });
    }
  }
  return found;
}
