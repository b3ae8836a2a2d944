import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder that holds SKILL.md. Found by walking up, because the same code runs as source and as the
 * launcher's compiled copy inside `node_modules/.cache`.
 */
export const skillFolder: string = findSkillFolder(dirname(fileURLToPath(import.meta.url)));

/** The launcher: what to start when one of our scripts must run as a process of its own. */
export const launcher: string = join(skillFolder, 'scripts', 'mm.mjs');

function findSkillFolder(from: string): string {
  if (existsSync(join(from, 'SKILL.md')) && existsSync(join(from, 'scripts', 'mm.mjs')))
    return from;
  const parent = dirname(from);
  if (parent === from) throw new Error('The skill folder (the one with SKILL.md) was not found.');
  return findSkillFolder(parent);
}
