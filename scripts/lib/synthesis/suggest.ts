/** Picks that follow from facts alone; what does not is left to whoever decides. */
import { pathText, printPath, type RawPath } from '../git/paths.ts';
import type { Agreement } from './agreement.ts';
import { renamesIn, replacementsIn } from './companions.ts';
import type { ComparedFile } from './compare.ts';
import { hunksByModel, undisputed } from './expand-picks.ts';
import type { Pick } from './picks.ts';
import { type Question, questionsByPath, questionsIn } from './questions.ts';

export interface Suggestion {
  /** As they are written to a picks file. */
  picks: Pick[];
  reasons: { path: RawPath; reason: string }[];
  open_decisions: {
    path: RawPath;
    /** The questions to answer, by id; none where it is whether the path is wanted at all. */
    decisions: string[];
    models: string[];
    agreement: Agreement;
    reason: string;
  }[];
}

/** The models whose gates are green, or red in nothing that another's are not; null where that is not known. */
export type Green = ReadonlySet<string> | null;

const BUT_FOR = ', but for what is red with everybody';

type Verdict =
  | { kind: 'take'; model: string; reason: string }
  | { kind: 'merge'; reason: string }
  | { kind: 'open'; reason: string };

/** @param spotless the models with nothing red at all; by default all green ones */
export function suggestPicks(
  files: readonly ComparedFile[],
  { green, spotless = green }: { green: Green; spotless?: Green },
): Suggestion {
  const questions = questionsIn(files);
  const byPath = questionsByPath(questions);
  const verdicts = new Map(files.map((file) => [file.path, verdictOn(file, green)]));
  for (const [path, reason] of namedApart(questions)) verdicts.set(path, open(reason));
  openTogether(verdicts, files);
  const suggestion: Suggestion = { picks: [], reasons: [], open_decisions: [] };
  for (const file of files) {
    const { path, agreement } = file;
    // It goes with the new name, under which it is compared.
    if (file.moved_to !== null) continue;
    const verdict = verdicts.get(path) ?? open('nothing is known of it');
    const isAlmost = verdict.kind === 'take' && green?.has(verdict.model);
    const spots = isAlmost && !spotless?.has(verdict.model) ? BUT_FOR : '';
    const reason = `${verdict.reason}${spots}`;
    if (verdict.kind === 'open') {
      const decisions = (byPath.get(path) ?? []).map(({ id }) => id);
      const models = modelsOf(file);
      suggestion.open_decisions.push({ path, decisions, models, agreement, reason });
      continue;
    }
    const source =
      verdict.kind === 'take' ? { from: verdict.model } : { hunks: allHunks(file, green) };
    suggestion.picks.push({ ...printPath(path), ...source, why: reason });
    suggestion.reasons.push({ path, reason });
  }
  return suggestion;
}

function verdictOn(file: ComparedFile, green: Green): Verdict {
  const models = preferred(modelsOf(file), green);
  const [first = ''] = models;
  switch (file.agreement) {
    case 'single':
      return verdictOnSingle(first, green);
    case 'identical':
      return take(first, `${list(models)} made the same change`);
    case 'format-only':
      return take(
        first,
        `${list(models)} differ in format only; ${green?.has(first) ? `the gates of ${first} are green` : `${first} is the first by name`}`,
      );
    case 'disjoint':
      return {
        kind: 'merge',
        reason: `the changes of ${list(models)} do not touch each other${notGreen(models, green)}`,
      };
    default:
      return verdictOnDispute(file, green);
  }
}

function verdictOnSingle(model: string, green: Green): Verdict {
  if (green === null) return take(model, `only ${model} changed it`);
  if (green.has(model)) return take(model, `only ${model} changed it, and its gates are green`);
  // With nobody green the parts are all there is, and the proof tells them apart.
  return green.size === 0
    ? take(model, `only ${model} changed it; no model is green as a whole`)
    : open(`only ${model} changed it, and its gates are not green`);
}

function verdictOnDispute({ groups, agreement }: ComparedFile, green: Green): Verdict {
  const about =
    agreement === 'conflict'
      ? 'they change the same lines'
      : 'their versions cannot be merged by lines';
  if (green === null) return open(`${about}, and no gates say which is green`);
  const [group, ...others] = groups.filter((models) => models.some((model) => green.has(model)));
  if (group === undefined) return open(`${about}, and none of them is green`);
  if (others.length > 0) return open(`${about}, and more than one of them is green`);
  const [model = ''] = preferred(group, green);
  return take(
    model,
    `${about}; only the gates of ${list(group.filter((one) => green.has(one)))} are green`,
  );
}

/**
 * A rename is one change under two names, and a folder in the place of a file is one too: where one half is taken from a
 * model and the other is not, both would be wrong. So the half that was decided is opened again, until nothing changes.
 */
function openTogether(verdicts: Map<RawPath, Verdict>, files: readonly ComparedFile[]): void {
  const byPath = new Map(files.map((file) => [file.path, file]));
  // What is compared under its new name is decided there.
  const pairs = [...renamesIn(files), ...replacementsIn(files)].filter(
    ({ from }) => byPath.get(from)?.moved_to === null,
  );
  const bonds = pairs.flatMap(({ model, from, to }) => [
    { model, path: from, other: to },
    { model, path: to, other: from },
  ]);
  for (let again = true; again; ) {
    again = false;
    for (const { model, path, other } of bonds) {
      const verdict = verdicts.get(path);
      if (verdict?.kind !== 'take' || verdict.model !== model) continue;
      if (takesVersionOf(model, verdicts.get(other), byPath.get(other))) continue;
      verdicts.set(
        path,
        open(
          `${model} changed it together with ${pathText(other)}, which is not taken from ${model}`,
        ),
      );
      again = true;
    }
  }
}

function takesVersionOf(model: string, verdict?: Verdict, file?: ComparedFile): boolean {
  if (verdict?.kind !== 'take') return false;
  const group = file?.groups.find((models) => models.includes(model));
  return group?.includes(verdict.model) ?? false;
}

/** Every hunk, each from the first of the models that made it, a green one if there is one. */
function allHunks(file: ComparedFile, green: Green): NonNullable<Pick['hunks']> {
  return hunksByModel(undisputed(file, (models) => preferred(models, green)[0] ?? ''));
}

/** The names that models gave one file, and the old one: which of them is a question. */
function namedApart(questions: readonly Question[]): [RawPath, string][] {
  return questions.flatMap(({ kind, path, options }) => {
    if (kind !== 'names') return [];
    const names = options.flatMap(({ name }) => name ?? []);
    const reason = `${pathText(path)} was given different names: ${list(names.map(pathText))}`;
    return [path, ...names].map((one): [RawPath, string] => [one, reason]);
  });
}

function modelsOf({ versions, hunks }: ComparedFile): string[] {
  const models = [...versions.map(({ model }) => model), ...hunks.flatMap((hunk) => hunk.models)];
  return [...new Set(models)];
}

/** Green ones first, then by name: the same facts give the same picks. */
function preferred(models: readonly string[], green: Green): string[] {
  const rank = (model: string) => (green?.has(model) ? 0 : 1);
  return [...models].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

function notGreen(models: readonly string[], green: Green): string {
  const red = green === null ? [] : models.filter((model) => !green.has(model));
  return red.length === 0 ? '' : `; the gates of ${list(red)} are not green`;
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function take(model: string, reason: string): Verdict {
  return { kind: 'take', model, reason };
}

function open(reason: string): Verdict {
  return { kind: 'open', reason };
}
