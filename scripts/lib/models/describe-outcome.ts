import type { Attempt } from './attempt.ts';
import { plainText } from './read-output.ts';

const MAX_LENGTH = 300;

/** One readable line why a run did not succeed; null when it did. */
export function describeOutcome(backend: string, attempt: Attempt): string | null {
  if (attempt.outcome.cause === null) return null;
  const line = plainText(sentence(backend, attempt)).replaceAll(/\s+/g, ' ');
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH - 3)}...` : line;
}

function sentence(backend: string, { outcome, end, timeoutMs, reading, lastLines }: Attempt) {
  switch (outcome.cause) {
    case 'timeout':
      return `${backend} was ended after ${(timeoutMs ?? 0) / 1000} s.`;
    case 'interrupted':
      return `${backend} was interrupted.`;
    case 'empty-output':
      return `${backend} ended without a final text.`;
    case 'not-found':
      if (end.endedBy === 'not-found') return `The program of ${backend} was not found.`;
      break;
  }
  if (reading.error !== null)
    return `${backend}: ${reading.error.message || 'an error without words'}`;
  const how =
    end.exitCode !== null
      ? `ended with exit status ${end.exitCode}`
      : end.signal !== null
        ? `was ended by ${end.signal}`
        : 'could not be started';
  const said = plainText(lastLines)
    .split('\n')
    .findLast((text) => text.trim() !== '');
  return said === undefined ? `${backend} ${how}.` : `${backend} ${how}: ${said}`;
}
