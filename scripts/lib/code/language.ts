import { posix } from 'node:path';
import type { Language } from './code-facts.ts';

const BY_EXTENSION = new Map<string, Language>([
  ['.ts', 'typescript'],
  ['.mts', 'typescript'],
  ['.cts', 'typescript'],
  ['.tsx', 'tsx'],
  ['.js', 'javascript'],
  ['.mjs', 'javascript'],
  ['.cjs', 'javascript'],
  ['.jsx', 'javascript'],
  ['.py', 'python'],
  ['.pyi', 'python'],
  ['.go', 'go'],
]);

/** The language of a file, by its extension; null: none that we can read. */
export function languageOf(path: string): Language | null {
  return BY_EXTENSION.get(posix.extname(path)) ?? null;
}
