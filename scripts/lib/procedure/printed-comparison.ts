/** A comparison as scripts print it and comparison.json keeps it. */
import * as z from 'zod';
import { isTest } from '../exam/roles.ts';
import { pathText, printPath, type RawPath } from '../git/paths.ts';
import type { ComparedFile } from '../synthesis/compare.ts';
import type { Question } from '../synthesis/questions.ts';

const name = z.string().describe('a model, or its label with --blind');

const entry = z.object({ blob: z.string(), mode: z.string() }).nullable();

export const comparedFileSchema = z.object({
  path: z.string(),
  path_base64: z.string().optional(),
  is_test: z.boolean().default(false).describe('its name is that of a test'),
  base: entry.default(null).describe('what base has there; null: nothing'),
  origin: z
    .string()
    .nullable()
    .default(null)
    .describe('its name in base, where it was renamed and is compared with the edits of that'),
  moved_to: z
    .string()
    .nullable()
    .default(null)
    .describe('the name under which it is compared, where models renamed it'),
  versions: z.array(
    z.object({
      model: name,
      blob: z.string().nullable(),
      mode: z.string().nullable(),
      status: z.string(),
      old_path: z.string().nullable(),
      binary: z.boolean(),
      additions: z.number(),
      deletions: z.number(),
    }),
  ),
  agreement: z.enum(['identical', 'format-only', 'disjoint', 'conflict', 'single', 'split']),
  groups: z.array(z.array(name)),
  hunks: z.array(
    z.object({
      id: z.string(),
      models: z.array(name),
      old_start: z.number(),
      old_lines: z.number(),
      new_start: z.number(),
      new_lines: z.number(),
      near: z.string().default('').describe('the function around it, as git sees it'),
      decision: z.string().nullable().default(null).describe('the question that it belongs to'),
    }),
  ),
});

export const questionSchema = z.object({
  id: z.string().describe('for a pick: {"decision": id, "from": model}, or --pick id=model'),
  path: z.string(),
  path_base64: z.string().optional(),
  kind: z
    .enum(['hunks', 'versions', 'names'])
    .describe('hunks that exclude each other, whole versions, or new names of one file'),
  options: z.array(
    z.object({
      models: z.array(name),
      hunks: z.array(z.string()),
      version: entry,
      name: z.string().nullable(),
    }),
  ),
});

export type PrintedQuestion = z.output<typeof questionSchema>;

export type PrintedComparison = z.output<typeof comparedFileSchema>;

/** Files with the disputes of theirs among all. */
export function printFiles(files: readonly ComparedFile[], all: readonly Question[]) {
  const paths = new Set(files.map(({ path }) => path));
  const decisionOf = decisionsIn(all);
  return {
    files: files.map((file) => printFile(file, decisionOf)),
    disputes: printQuestions(all.filter(({ path }) => paths.has(path))),
  };
}

/** So many files are one piece of the text. */
const PIECE = 50;

/** The same as the text of a JSON object, a line a file, piece by piece: as a whole it is many megabytes. */
export function* comparisonJson(
  head: object,
  files: readonly ComparedFile[],
  all: readonly Question[],
): Generator<string> {
  const decisionOf = decisionsIn(all);
  yield `${JSON.stringify({ ...head, disputes: printQuestions(all) }, null, 2).slice(0, -2)},\n  "files": [`;
  for (let at = 0; at < files.length; at += PIECE) {
    const lines = files
      .slice(at, at + PIECE)
      .map((it) => JSON.stringify(printFile(it, decisionOf)));
    yield `${at === 0 ? '' : ','}\n${lines.join(',\n')}`;
  }
  yield '\n]}\n';
}

type DecisionOf = (path: RawPath, digest: string) => string | null;

function decisionsIn(questions: readonly Question[]): DecisionOf {
  const decisions = new Map(
    questions.flatMap(({ id, path, options }) =>
      options.flatMap(({ hunks }) =>
        hunks.map(({ digest }): [string, string] => [`${path}\0${digest}`, id]),
      ),
    ),
  );
  return (path, digest) => decisions.get(`${path}\0${digest}`) ?? null;
}

function printFile(
  { path, base, origin, moved_to, versions, agreement, groups, hunks }: ComparedFile,
  decisionOf: DecisionOf,
): PrintedComparison {
  return {
    ...printPath(path),
    is_test: isTest(pathText(path)),
    base: base && { blob: base.oid, mode: base.mode },
    origin: origin && pathText(origin.path),
    moved_to: moved_to === null ? null : pathText(moved_to),
    versions: versions.map(({ old_path, ...version }) => ({
      ...version,
      old_path: old_path === null ? null : pathText(old_path),
    })),
    agreement,
    groups,
    hunks: hunks.map(({ lines, removed, digest, near, ...hunk }) => ({
      ...hunk,
      near: pathText(near),
      decision: decisionOf(path, digest),
    })),
  };
}

function printQuestions(questions: readonly Question[]): PrintedQuestion[] {
  return questions.map(({ id, path, kind, options }) => ({
    id,
    ...printPath(path),
    kind,
    options: options.map((option) => ({
      models: option.models,
      hunks: option.hunks.map((hunk) => hunk.id),
      version: option.version,
      name: option.name === null ? null : pathText(option.name),
    })),
  }));
}
