/** The form of the rules by which candidates are left out. */
import type { Candidate, Project } from '../project.ts';
import type { Identities } from './identity.ts';

export interface Around extends Identities {
  project: Project;
  /** By identity: where it is said that the project's CI, or whoever follows its AGENTS.md, runs it. */
  run: ReadonlyMap<string, string>;
  /** The names of the commands that are written there. */
  said: ReadonlySet<string>;
}

/** What is left out, with the reason. */
export type Rule = (
  candidates: readonly Candidate[],
  around: Around,
) => ReadonlyMap<Candidate, string>;

/** A rule that looks at each candidate for itself. */
export function reasons(
  candidates: readonly Candidate[],
  reasonOf: (one: Candidate) => string | null | undefined,
): Map<Candidate, string> {
  return new Map(
    candidates.flatMap((one) => {
      const reason = reasonOf(one);
      return reason ? [[one, reason] as const] : [];
    }),
  );
}

/** What a candidate is, and what it runs. */
export function commandsOf({ command, runs }: Candidate): string[] {
  return [command, ...runs];
}
