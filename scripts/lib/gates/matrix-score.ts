import type { CrossTests } from './cross-tests.ts';

export function matrixScores(_: CrossTests): Map<string, number | null> {
  return new Map();
}
