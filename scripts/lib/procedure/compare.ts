/** Phase 5: where the captures of a pass differ. */
import { Refusal, UsageError } from '../errors.ts';
import { pathText, rawPathOf } from '../git/paths.ts';
import { type Repository, resolveRevision } from '../git/repository.ts';
import { didYouMean } from '../nearest.ts';
import { captureOf, participants, type Session } from '../session/session.ts';
import { sessionCommand } from '../session/session-command.ts';
import { type Candidate, type ComparedFile, compareCandidates } from '../synthesis/compare.ts';
import { type Question, questionsIn } from '../synthesis/questions.ts';

export interface Comparison {
  base: string;
  candidates: Candidate[];
  files: ComparedFile[];
  /** Where versions exclude each other. */
  questions: Question[];
}

/** The candidates of a pass: every model whose capture changed something. */
export function candidatesOf(session: Session, pass: number): Candidate[] {
  const captures = participants(session).flatMap(
    ({ model }) => captureOf(session, model, pass) ?? [],
  );
  if (captures.length === 0) {
    throw new Refusal({
      code: 'nothing-captured',
      message: `Nothing has been captured in pass ${pass}, so there is nothing to compare or pick from.`,
      hint: sessionCommand(session, 'capture-diff', '--all'),
    });
  }
  return captures.map(({ model, tree }) => ({ model, tree }));
}

/** `--candidate NAME=REV ...` for a comparison without a session. */
export async function candidatesFromOptions(
  repository: Repository,
  options: readonly string[],
): Promise<Candidate[]> {
  return Promise.all(
    options.map(async (option) => {
      const [, model = '', revision = ''] = /^([^=]+)=(.+)$/.exec(option) ?? [];
      const tree =
        revision === '' ? null : await resolveRevision(repository.topLevel, revision, 'tree');
      if (tree !== null) return { model, tree };
      throw new UsageError({
        code: 'bad-candidate',
        message: `--candidate ${option} does not name a tree as NAME=REV.`,
        hint: 'For example: --candidate claude=refs/heads/mm/claude/20260101-120000',
        details: { candidate: option },
      });
    }),
  );
}

export async function compare(
  repository: Repository,
  base: string,
  candidates: Candidate[],
): Promise<Comparison> {
  const files = await compareCandidates(repository.topLevel, base, candidates);
  return { base, candidates, files, questions: questionsIn(files) };
}

/** The files that --path names, by path or by folder; all without it. */
export function selectPaths(files: ComparedFile[], paths: readonly string[]): ComparedFile[] {
  if (paths.length === 0) return files;
  return paths.flatMap((path) => {
    const raw = rawPathOf(path.replace(/\/+$/, ''));
    const found = files.filter((file) => file.path === raw || file.path.startsWith(`${raw}/`));
    if (found.length > 0) return found;
    throw new UsageError({
      code: 'unknown-path',
      message: `No model changed ${path}. ${didYouMean(
        path,
        files.map((file) => pathText(file.path)),
      )}`,
      hint: 'Paths are repository-relative; compare without --path lists all.',
      details: { path },
    });
  });
}
