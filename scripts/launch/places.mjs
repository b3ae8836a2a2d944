/** Where dependencies and compiled copies may lie: in the skill's folder, or in the user's cache. */
import { createHash } from 'node:crypto';
import os from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Folders that hold `node_modules`, best first. The user's own is for a skill that cannot be written; who has no home
 * has none.
 * @param {string} skill
 */
export function rootsOf(skill) {
  const id = createHash('sha256').update(skill).digest('hex').slice(0, 12);
  return [skill, ...userCache().map((cache) => join(cache, 'multi-model-execute', id))];
}

/** @param {string} root */
export function copiesIn(root) {
  return join(root, 'node_modules', '.cache', 'multi-model-execute');
}

function userCache() {
  const { XDG_CACHE_HOME = '' } = process.env;
  // The standard says to pass over a relative one: it would be a folder of the current directory.
  if (isAbsolute(XDG_CACHE_HOME)) return [XDG_CACHE_HOME];
  try {
    const standard = process.platform === 'darwin' ? 'Library/Caches' : '.cache';
    return [join(os.homedir(), standard)];
  } catch {
    return [];
  }
}
