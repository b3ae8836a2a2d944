/** picks.json and its kin on the command line: where each path, or each hunk of it, is taken from (CONTRACT 4). */
import * as z from 'zod';
import { messageOf, UsageError } from '../errors.ts';
import { printPath, type RawPath, rawPathOfPrinted } from '../git/paths.ts';
import { didYouMean, nearestNames } from '../nearest.ts';
import { type ComparedFile, versionOf } from './compare.ts';

const source = z.string().min(1);

const hunkChoiceSchema = z.strictObject({
  from: source.describe('a model'),
  ids: z
    .array(z.string().min(1))
    .min(1)
    .describe(
      'hunks of that model, by the ids of the comparison; "mode" for its change of the mode',
    ),
});

const pickSchema = z
  .strictObject({
    path: z.string().min(1).optional().describe('relative to the top of the repository'),
    path_base64: z.base64().min(1).optional().describe('the bytes of a name that is no UTF-8'),
    decision: z
      .string()
      .min(1)
      .optional()
      .describe('instead of a path: a question of the comparison, by its id'),
    from: source
      .optional()
      .describe(
        'a model, with "@1" its version of pass 1; a label of a blind comparison; or "base"',
      ),
    hunks: z.array(hunkChoiceSchema).min(1).optional(),
    why: z.string().optional(),
  })
  .refine(({ path, path_base64, decision }) => (path ?? path_base64 ?? decision) !== undefined, {
    error: 'a pick needs "path" (or "path_base64"), or "decision"',
  })
  .refine(({ path, path_base64, decision }) => decision === undefined || !(path ?? path_base64), {
    error: 'a pick has either "path" or "decision"',
  })
  .refine(({ decision, hunks }) => decision === undefined || hunks === undefined, {
    error: 'a decision is answered with "from"',
  })
  .refine(({ from, hunks }) => (from === undefined) !== (hunks === undefined), {
    error: 'a pick has either "from" or "hunks"',
  });

export const picksSchema = z.strictObject({ picks: z.array(pickSchema) });

export type Pick = z.infer<typeof pickSchema>;
export type Picks = z.infer<typeof picksSchema>;

/** The name in `from` that stands for no model but for what was there before. */
export const BASE = 'base';

/** The id of a change of the mode, among those of hunks. */
export const MODE = 'mode';

export function pathOfPick({ path = '', path_base64 }: Pick): RawPath {
  return rawPathOfPrinted(path_base64 === undefined ? { path } : { path, path_base64 });
}

/**
 * Reads the text of a picks file.
 * @throws UsageError `bad-picks` that says what is wrong, and where
 */
export function parsePicks(text: string): Picks {
  const parsed = picksSchema.safeParse(parseJson(text.replace(/^\uFEFF/, '')));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(describeIssue);
  const others = problems.length > 1 ? ` (and ${problems.length - 1} more, see details)` : '';
  throw badPicks(`The picks do not fit: ${problems[0]}${others}.`, { problems });
}

/**
 * Reads `PATH=MODEL`; the last = separates, because a path may hold one and a model does not.
 * @throws UsageError `bad-picks`
 */
export function parsePickOption(text: string): Pick {
  const at = text.lastIndexOf('=');
  const [path, from] = [text.slice(0, at), text.slice(at + 1)];
  if (at > 0 && from !== '') return { path, from };
  throw badPicks(`"${text}" is no pick of the form PATH=MODEL.`, { pick: text });
}

/**
 * Everything that one model changed.
 * @param models who may be named; by default, whoever changed something
 * @throws UsageError `unknown-model`
 */
export function picksTaking(
  model: string,
  files: readonly ComparedFile[],
  models: readonly string[] = modelsIn(files),
): Picks {
  assertModel(model, models);
  const changed = files.filter((file) => versionOf(file, model) !== undefined);
  return { picks: changed.map(({ path }) => ({ ...printPath(path), from: model })) };
}

/** Picks with others put in the place of those for the same paths: `--take` one model but for what `--pick` names. */
export function overridePicks({ picks }: Picks, named: readonly Pick[]): Picks {
  const replaced = new Set(named.map(keyOfPick));
  return { picks: [...picks.filter((pick) => !replaced.has(keyOfPick(pick))), ...named] };
}

/** What a pick decides on: a path's name cannot hold a NUL. */
function keyOfPick(pick: Pick): string {
  return pick.decision === undefined ? pathOfPick(pick) : `\0${pick.decision}`;
}

export function modelsIn(files: readonly ComparedFile[]): string[] {
  return [...new Set(files.flatMap(({ versions }) => versions.map(({ model }) => model)))].sort();
}

/** @throws UsageError `unknown-model` with the nearest names of those that have a capture */
export function assertModel(model: string, models: readonly string[]): void {
  if (models.includes(model)) return;
  throw new UsageError({
    code: 'unknown-model',
    message: `There is no capture of a model "${model}". ${didYouMean(model, models)}`,
    hint: `Pick from ${[...models, BASE].join(', ')}; status shows who took part.`,
    details: { model, nearest: nearestNames(model, models), models: [...models] },
  });
}

/** A question that is not among these, of hunks or of designs. */
export function unknownDecision(id: string, ids: readonly string[]): UsageError {
  return new UsageError({
    code: 'unknown-decision',
    message: `There is no open question "${id}". ${ids.length === 0 ? 'None is open.' : didYouMean(id, ids)}`,
    hint: 'Take the ids from "questions" of compare; a new capture or new gates ask anew.',
    details: { id, nearest: nearestNames(id, ids), ids: [...ids] },
  });
}

/** @param none what says that no model is right */
export function noAnswer(
  { id, options }: { id: string; options: readonly { models: string[] }[] },
  from: string,
  none: string,
): UsageError {
  const models = options.flatMap((it) => it.models);
  return new UsageError({
    code: 'unknown-model',
    message: `${from} is no answer to question ${id}. ${didYouMean(from, models)}`,
    hint: `Answer it with ${[...models, none].join(', ')}.`,
    details: { decision: id, model: from, nearest: nearestNames(from, models), models },
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Newer Nodes name the line too, in words of their own.
    const message = messageOf(error).replace(/ \(line \d+ column \d+\)$/, '');
    const position = /at position (\d+)/.exec(message)?.[1];
    const lines = text.slice(0, Number(position)).split('\n');
    const place =
      position === undefined
        ? ''
        : ` (line ${lines.length}, column ${(lines.at(-1) ?? '').length + 1})`;
    throw badPicks(`The picks are no JSON: ${message}${place}.`, {});
  }
}

const KNOWN_FIELDS = [
  ...Object.keys(picksSchema.shape),
  ...Object.keys(pickSchema.shape),
  ...Object.keys(hunkChoiceSchema.shape),
];

function describeIssue(issue: z.core.$ZodIssue): string {
  const place = issue.path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
  const problem =
    issue.code === 'unrecognized_keys'
      ? `unknown field "${issue.keys[0]}". ${didYouMean(issue.keys[0] ?? '', KNOWN_FIELDS)}`
      : issue.message;
  return `${place || 'the whole'}: ${problem.replace(/[.]$/, '')}`;
}

function badPicks(message: string, details: Record<string, unknown>): UsageError {
  return new UsageError({
    code: 'bad-picks',
    message,
    hint: 'Picks look like {"picks":[{"path":"src/a.ts","from":"claude","why":"..."}]}, or --pick src/a.ts=claude; compare --suggest writes a file to start from.',
    details,
  });
}
