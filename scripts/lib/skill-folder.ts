import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder that holds SKILL.md. Found by walking up from this very code, source or compiled copy; where the copy lies
 * in the user's cache, from the launcher that was started.
 */
export const skillFolder: string = findSkillFolder();

/** The launcher: what to start when one of our scripts must run as a process of its own. */
export const launcher: string = join(skillFolder, 'scripts', 'mm.mjs');

function findSkillFolder(): string {
  const found = skillFolderAround(fileURLToPath(import.meta.url)) ?? skillFolderAround(started());
  if (found === null) throw new Error('The skill folder (the one with SKILL.md) was not found.');
  return found;
}

function started(): string {
  return realpathSync(process.argv[1] ?? '.');
}

function skillFolderAround(file: string): string | null {
  const folder = dirname(file);
  if (existsSync(join(folder, 'SKILL.md')) && existsSync(join(folder, 'scripts', 'mm.mjs')))
    return folder;
  return folder === file ? null : skillFolderAround(folder);
}
