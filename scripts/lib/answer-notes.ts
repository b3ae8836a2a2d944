/**
 * What the one answer of this process is told from where no script's context reaches: which session it is about, and
 * what was passed over in looking for it.
 */
interface AnswerNotes {
  /** The session directory; null: there is none, or none yet. */
  session: string | null;
  warn(message: string): void;
}

export const answerNotes: AnswerNotes = { session: null, warn: () => undefined };
