import { isTest } from '../gates/tampering/names.ts';

const DOCUMENT = /\.(md|mdx|txt|rst|adoc)$|(^|\/)docs?\/|(^|\/)(changelog|license)[^/]*$/i;

/** What programs write, and nobody thinks out. */
const LOCKFILE =
  /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|go\.sum|[^/]+\.lock)$/;

/** By its name: neither a test, nor a document, nor a lockfile. */
export function isCode(path: string): boolean {
  return !isTest(path) && !DOCUMENT.test(path) && !LOCKFILE.test(path);
}
