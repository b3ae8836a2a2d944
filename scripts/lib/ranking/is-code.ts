import { isTest } from '../exam/roles.ts';
import { isLockfile } from '../words/dependencies.ts';

const DOCUMENT = /\.(md|mdx|txt|rst|adoc)$|(^|\/)docs?\/|(^|\/)(changelog|license)[^/]*$/i;

/** By its name: neither a test, nor a document, nor a lockfile. */
export function isCode(path: string): boolean {
  return !isTest(path) && !DOCUMENT.test(path) && !isLockfile(path);
}
