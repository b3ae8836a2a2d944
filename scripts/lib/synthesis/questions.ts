/** What somebody has to decide after all that agrees is set aside. */
import { createHash } from 'node:crypto';
import { bytesOf, type RawPath } from '../git/paths.ts';
import { renamesIn } from './companions.ts';
import type { ComparedFile, SharedHunk } from './compare.ts';
import { shortestPrefixes } from './hunks.ts';

/** One answer to a question. Those who left the place as in base are no option; base is always one. */
export interface Option {
  models: string[];
  /** The hunks that taking it means; empty where it is about whole versions or names. */
  hunks: SharedHunk[];
  /** The whole version; null: deleted, or it is not about versions. */
  version: { blob: string; mode: string } | null;
  /** The name that the file is given. */
  name: RawPath | null;
}

/** Hunks that exclude each other, versions of a path that no merge of lines can mix, or several new names of one file. */
export interface Question {
  /** `d` and hex digits: the same as long as what competes, and where, is the same. */
  id: string;
  path: RawPath;
  kind: 'hunks' | 'versions' | 'names';
  /** In the order of their content, which says nothing of models. */
  options: Option[];
}

type Unnamed = Omit<Question, 'id'> & { digest: string };

/** Path to the questions about it. */
export function questionsByPath(questions: readonly Question[]): Map<RawPath, Question[]> {
  const byPath = new Map<RawPath, Question[]>();
  for (const question of questions) {
    const known = byPath.get(question.path);
    if (known === undefined) byPath.set(question.path, [question]);
    else known.push(question);
  }
  return byPath;
}

/** In the order of the files, and of the places in them. */
export function questionsIn(files: readonly ComparedFile[]): Question[] {
  const names = renamedApart(files);
  const questions = files.flatMap((file) => [
    ...(file.agreement === 'conflict' ? file.disputes.map((hunks) => aboutHunks(file, hunks)) : []),
    ...(file.agreement === 'split' ? [aboutVersions(file)] : []),
    ...[names.get(file.path) ?? []].flat(),
  ]);
  const ids = shortestPrefixes(new Set(questions.map(({ digest }) => digest)));
  return questions.map(({ digest, ...question }) => ({ id: `d${ids.get(digest)}`, ...question }));
}

function aboutHunks({ path }: ComparedFile, hunks: readonly SharedHunk[]): Unnamed {
  const options = new Map<string, Option>();
  for (const model of new Set(hunks.flatMap(({ models }) => models))) {
    const own = hunks.filter(({ models }) => models.includes(model));
    const key = digestOf(own.map(({ digest }) => digest));
    const known = options.get(key)?.models ?? [];
    options.set(key, { models: [...known, model], hunks: own, version: null, name: null });
  }
  return unnamed(path, 'hunks', options);
}

function aboutVersions({ path, groups, versions }: ComparedFile): Unnamed {
  const options = groups.map((models): [string, Option] => {
    const { blob = null, mode = null } = versions.find((it) => it.model === models[0]) ?? {};
    const version = blob === null || mode === null ? null : { blob, mode };
    return [digestOf([`${mode} ${blob}`]), { models, hunks: [], version, name: null }];
  });
  return unnamed(path, 'versions', new Map(options));
}

/** Files that models gave different names: both would be there if nobody asked. */
function renamedApart(files: readonly ComparedFile[]): Map<RawPath, Unnamed> {
  const targets = new Map<RawPath, Map<RawPath, string[]>>();
  for (const { model, from, to } of renamesIn(files)) {
    const names = targets.get(from) ?? new Map<RawPath, string[]>();
    targets.set(from, names.set(to, [...(names.get(to) ?? []), model]));
  }
  const apart = [...targets].filter(([, names]) => names.size > 1);
  return new Map(
    apart.map(([path, names]) => {
      const options = [...names].map(([name, models]): [string, Option] => [
        digestOf([name]),
        { models, hunks: [], version: null, name },
      ]);
      return [path, unnamed(path, 'names', new Map(options))];
    }),
  );
}

function unnamed(
  path: RawPath,
  kind: Question['kind'],
  options: ReadonlyMap<string, Option>,
): Unnamed {
  const sorted = [...options].sort(([a], [b]) => (a < b ? -1 : 1));
  const digest = digestOf([path, kind, ...sorted.map(([key]) => key)]);
  return { path, kind, digest, options: sorted.map(([, option]) => option) };
}

function digestOf(parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(bytesOf(part)).update('\0');
  return hash.digest('hex');
}
