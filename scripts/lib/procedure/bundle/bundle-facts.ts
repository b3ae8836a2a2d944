/**
 * What a bundle says of its session: `session.json` in the tree of its results. It is read where nobody knows who wrote
 * it, so every field has its limit, and nothing in it names a program or a place.
 */
import * as z from 'zod';
import { slotNameSchema } from '../../models/backend.ts';
import { MAX_PASSES } from '../../models/triggers.ts';
import { passName } from '../../session/paths.ts';
import { fileName } from '../../session/session.ts';

export const FACTS_VERSION = 1;

const MOST_MODELS = 64;
const MOST_CHARACTERS = 200;

const oid = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/);
/** One line that no terminal obeys. */
const line = z
  .string()
  .max(MOST_CHARACTERS)
  .regex(/^[^\p{Cc}\p{Cf}\u2028\u2029]*$/u);
const pass = z.number().int().min(1).max(MAX_PASSES);
const model = slotNameSchema.max(MOST_CHARACTERS / 2);

const synthesisSchema = z.object({
  tree: oid,
  to: z.enum(['main', 'scratch']),
  /** Whether it lay in the main tree when the bundle was written. */
  stands: z.boolean(),
});

export const bundleFactsSchema = z
  .object({
    schema_version: z.literal(FACTS_VERSION),
    session_id: z.string().regex(/^\d{8}-\d{6}Z-\d{1,10}-[0-9a-f]{4}$/),
    task: line,
    created_at: z.iso.datetime(),
    /** HEAD when the session began: what a bundle builds on. */
    ref: oid,
    base: oid,
    /** Whether base holds uncommitted work of the user's on top of ref. */
    holds_user_changes: z.boolean(),
    timeout_s: z.union([z.number().positive(), z.literal('none')]),
    completed_passes: z.number().int().min(0).max(MAX_PASSES),
    models: z
      .array(
        z.object({
          model,
          role: z.enum(['host', 'external']),
          available: z.boolean(),
          backend: line.nullable(),
          version: line.nullable(),
          agent_model: line.nullable(),
        }),
      )
      .min(1)
      .max(MOST_MODELS),
    captures: z
      .array(
        z.object({
          model,
          pass,
          tree: oid,
          state: z.enum(['changed', 'empty']),
          captured_at: z.iso.datetime(),
        }),
      )
      .min(1)
      .max(MOST_MODELS * MAX_PASSES),
    passes: z
      .array(z.object({ pass, synthesis: synthesisSchema.nullable() }))
      .min(1)
      .max(MAX_PASSES),
  })
  .refine(({ models }) => isEachOnce(models.map((it) => fileName(it.model))), {
    error: 'two models have the same name',
  })
  .refine(({ captures }) => isEachOnce(captures.map((it) => captureRef('', it.model, it.pass))), {
    error: 'a model was captured twice in one pass',
  })
  .refine(({ passes }) => passes.every((it, index) => it.pass === index + 1), {
    error: 'its passes are not in order',
  })
  .refine(
    ({ models, captures, passes }) =>
      captures.every(
        (it) => it.pass <= passes.length && models.some(({ model }) => model === it.model),
      ),
    { error: 'it holds a capture of nobody' },
  );

export type BundleFacts = z.output<typeof bundleFactsSchema>;

function isEachOnce(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}

/** The names that refs have below the prefix of a session. */
export const BASE_REF = 'base';
export const RESULTS_REF = 'results';

export function captureRef(prefix: string, model: string, pass: number): string {
  return `${prefix}/${passName(pass)}/${fileName(model)}/tree`;
}

export function synthesisRef(prefix: string, pass: number): string {
  return `${prefix}/${passName(pass)}/synthesis`;
}

/** What a bundle's refs must point to: the tree of each, by the ref's name; its results and base are not among them. */
export function treesByRef(facts: BundleFacts, prefix: string): Map<string, string> {
  return new Map([
    ...facts.captures.map((it) => [captureRef(prefix, it.model, it.pass), it.tree] as const),
    ...facts.passes.flatMap(({ pass, synthesis }) =>
      synthesis === null ? [] : [[synthesisRef(prefix, pass), synthesis.tree] as const],
    ),
  ]);
}

/** The pass that is replayed where none is named: the one that stands, else the last that was mixed, else captured. */
export function replayedPass({ passes, captures }: BundleFacts): number {
  const found =
    passes.findLast(({ synthesis }) => synthesis?.stands === true) ??
    passes.findLast(({ synthesis }) => synthesis !== null);
  return found?.pass ?? Math.max(...captures.map(({ pass }) => pass));
}

/** Text for a field of one line: what does not fit is left out. */
export function asLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').slice(0, MOST_CHARACTERS);
}
