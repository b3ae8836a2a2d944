/** What the models are told first, and the rules that hold in every pass. The text of a task goes in as it is. */

const CONVENTION_LINE =
  'Additional instructions: Follow AGENTS.md/CLAUDE.md conventions. Run quality checks after implementation.';

const RULES = `Rules:
- Work only inside the current directory. It is a git worktree of your own: read and write nothing of other worktrees.
- Leave your changes uncommitted; no commit is needed. Do not push, stash, switch branches, or change branches, tags or git's configuration.
- Nobody answers questions during this run: decide yourself, and say what you decided.
- End with a short summary of what you did and why.`;

export interface FirstPrompt {
  task: string;
  /** Names of convention files at base, such as AGENTS.md. */
  conventions: readonly string[];
}

/** The prompt of the first pass: the task unchanged, then the rules that every model works by. */
export function firstPrompt({ task, conventions }: FirstPrompt): string {
  return `${task}\n\n${standingRules(conventions)}`;
}

/** What ends every prompt, whatever stands before it. */
export function standingRules(conventions: readonly string[]): string {
  const files =
    conventions.length === 0
      ? ''
      : `\nThe convention files of this repository: ${conventions.join(', ')}.`;
  return `---\n\n${CONVENTION_LINE}${files}\n\n${RULES}\n`;
}
