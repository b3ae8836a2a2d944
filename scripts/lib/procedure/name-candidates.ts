/** Candidates that picks name beside those of the pass: `gemini@1` is what gemini made in pass 1. */
import { UsageError } from '../errors.ts';
import { captureOf, type Session } from '../session/session.ts';
import type { Candidate } from '../synthesis/compare.ts';
import type { Picks } from '../synthesis/picks.ts';

const EARLIER = /^(.+)@([1-9]\d?)$/;

/** The names in picks that are none of the pass's own models and have the form MODEL@PASS. */
export function earlierNames({ picks }: Picks, models: readonly string[]): string[] {
  const names = picks.flatMap(({ from, hunks = [] }) => [
    from ?? '',
    ...hunks.map((it) => it.from),
  ]);
  return [...new Set(names)].filter((name) => !models.includes(name) && EARLIER.test(name));
}

/** @throws UsageError `unknown-model` */
export function earlierCandidates(session: Session | null, names: readonly string[]): Candidate[] {
  return names.map((name) => {
    const [, model = '', pass = ''] = EARLIER.exec(name) ?? [];
    const capture = session === null ? null : captureOf(session, model, Number(pass));
    if (capture !== null) return { model: name, tree: capture.tree };
    const known = (session?.data.captures ?? []).map((it) => `${it.model}@${it.pass}`);
    throw new UsageError({
      code: 'unknown-model',
      message: `There is no capture of ${model} in pass ${pass}.`,
      hint:
        known.length === 0
          ? 'Nothing is captured; without a session, name candidates with --candidate.'
          : `Captured are: ${[...new Set(known)].join(', ')}.`,
      details: { model, pass: Number(pass), nearest: known },
    });
  });
}
