import type { Attempt } from './attempt.ts';
import { plainText } from './readers/reading.ts';

const MAX_LENGTH = 300;

/** One readable line why a run did not succeed; null when it did. */
export function describeOutcome(backend: string, attempt: Attempt): string | null {
  if (attempt.outcome.status === 'succeeded') return null;
  const line = plainText(sentence(backend, attempt)).replaceAll(/\s+/g, ' ');
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH - 3)}...` : line;
}

function sentence(backend: string, { outcome, end, limits, reading, lastLines }: Attempt) {
  switch (outcome.cause) {
    case null:
      return `${backend} ended well, but changed no file.`;
    case 'timeout':
      return end.endedBy === 'silence'
        ? `${backend} was ended: it printed and changed nothing for ${(limits.idleMs ?? 0) / 1000} s.`
        : `${backend} was ended after ${(limits.timeoutMs ?? 0) / 1000} s.`;
    case 'interrupted':
      return `${backend} was interrupted.`;
    case 'empty-output':
      return `${backend} ended without a final text.`;
    case 'not-found':
      if (end.endedBy === 'not-found') return `The program of ${backend} was not found.`;
      break;
  }
  const until = outcome.resetsAt === null ? '' : ` (until ${outcome.resetsAt.toISOString()})`;
  if (reading.error !== null)
    return `${backend}: ${reading.error.message || 'an error without words'}${until}`;
  if (end.endedBy === 'giving-up') {
    return `${backend} was ended: the API refused it again and again: ${lastLineOf(lastLines, GIVEN_UP)}`;
  }
  const how =
    end.exitCode !== null
      ? `ended with exit status ${end.exitCode}`
      : end.signal !== null
        ? `was ended by ${end.signal}`
        : 'could not be started';
  const said = lastLineOf(lastLines, /\S/);
  return said === '' ? `${backend} ${how}.` : `${backend} ${how}: ${said}${until}`;
}

const GIVEN_UP = /\b[45]\d\d\b/;

function lastLineOf(text: string, pattern: RegExp): string {
  return (
    plainText(text)
      .split('\n')
      .findLast((line) => pattern.test(line)) ?? ''
  );
}
