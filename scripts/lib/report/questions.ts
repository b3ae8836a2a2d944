/** What is left to decide, with the lines of each option out of the models' patches. */
import { type RawPath, rawPathOf, rawPathOfPrinted } from '../git/paths.ts';
import { type HunkExcerpt, placeKey } from './hunk-excerpts.ts';
import type { WantedHunks } from './read-patch.ts';
import type { Place, ReportQuestion, ReportVersion } from './report-data.ts';
import type { Patches } from './versions.ts';

/** The rest is in comparison.md. */
const MOST_QUESTIONS = 200;

interface Printed {
  path: string;
  path_base64?: string | undefined;
}

/** Of a compared file, what questions need. */
export interface AskedFile extends Printed {
  is_test: boolean;
  origin: string | null;
  hunks: { id: string; old_start: number; old_lines: number; near: string }[];
}

export interface AskedQuestion extends Printed {
  id: string;
  kind: ReportQuestion['kind'];
  options: { models: string[]; hunks: string[]; name: string | null }[];
}

export function exactPath({ path, path_base64 }: Printed): RawPath {
  return rawPathOfPrinted(path_base64 === undefined ? { path } : { path, path_base64 });
}

/** Where patches have the lines of the options; who did not rename a file has them under its old name. */
export function hunksWanted(
  questions: readonly AskedQuestion[],
  files: readonly AskedFile[],
): WantedHunks {
  const wanted = new Map<RawPath, Set<string>>();
  for (const { question, file } of shown(questions, files)) {
    for (const name of namesOf(question, file)) {
      const keys = wanted.get(name) ?? new Set();
      for (const hunk of hunksOf(question.options, file)) keys.add(placeKey(hunk));
      wanted.set(name, keys);
    }
  }
  return wanted;
}

/** The questions that the page shows, each with the file that it is about. */
function shown<File extends AskedFile>(
  questions: readonly AskedQuestion[],
  files: readonly File[],
): { question: AskedQuestion; file: File | null }[] {
  const byPath = new Map(files.map((file) => [exactPath(file), file]));
  return questions
    .slice(0, MOST_QUESTIONS)
    .map((question) => ({ question, file: byPath.get(exactPath(question)) ?? null }));
}

/** Describes questions for the page. */
export class QuestionReader<File extends AskedFile> {
  /**
   * @param models in the order of the page: options come in it, so that a model keeps its side
   * @param versionsOf the different results of a file
   * @param diffOf where the whole diff of a model lies
   */
  constructor(
    private readonly models: readonly string[],
    private readonly patches: Patches,
    private readonly versionsOf: (file: File) => ReportVersion[],
    private readonly diffOf: (model: string) => Place,
  ) {}

  of(questions: readonly AskedQuestion[], files: readonly File[]): ReportQuestion[] {
    return shown(questions, files).map(({ question, file }) => this.describe(question, file));
  }

  private describe(question: AskedQuestion, file: File | null): ReportQuestion {
    const { id, path, kind, options } = question;
    const versions = file === null || kind !== 'versions' ? [] : this.versionsOf(file);
    const names = namesOf(question, file);
    const near = hunksOf(options, file).map((hunk) => hunk.near);
    return {
      ...{ id, path, kind, is_test: file?.is_test ?? false, origin: file?.origin ?? null },
      near: [...new Set(near)].filter((line) => line !== ''),
      options: this.inOrder(options).map(({ models, name, ...option }) => ({
        ...{ models, name, diff: this.diffOf(models[0] ?? '') },
        version: versions.find((version) => version.models.includes(models[0] ?? '')) ?? null,
        hunks: hunksOf([option], file).map(({ id, old_start, old_lines }) => ({
          ...{ id, old_start, old_lines },
          excerpt: this.findExcerpt(models, names, placeKey({ old_start, old_lines })),
        })),
      })),
    };
  }

  private inOrder(options: AskedQuestion['options']): AskedQuestion['options'] {
    const place = ({ models: [first = ''] }: { models: string[] }) => this.models.indexOf(first);
    return [...options].sort((a, b) => place(a) - place(b));
  }

  /** All of the models made the same hunk: whichever diff is there tells it. */
  private findExcerpt(
    models: readonly string[],
    names: readonly RawPath[],
    key: string,
  ): HunkExcerpt | null {
    for (const model of models) {
      for (const name of names) {
        const excerpt = this.patches.get(model)?.get(name)?.hunks.get(key);
        if (excerpt !== undefined) return excerpt;
      }
    }
    return null;
  }
}

function namesOf(question: AskedQuestion, file: AskedFile | null): RawPath[] {
  const path = exactPath(question);
  return file === null || file.origin === null ? [path] : [path, rawPathOf(file.origin)];
}

/** In the order of their places. */
function hunksOf(
  options: readonly { hunks: string[] }[],
  file: AskedFile | null,
): AskedFile['hunks'] {
  const ids = new Set(options.flatMap(({ hunks }) => hunks));
  return file?.hunks.filter(({ id }) => ids.has(id)) ?? [];
}
