import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Script } from '../../scripts/lib/script.ts';
import { skillFolder } from '../../scripts/lib/skill-folder.ts';

/** Every script's definition, by name; nothing of them is run. */
export async function allScripts(): Promise<Script[]> {
  const folder = join(skillFolder, 'scripts');
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts')).sort();
  return Promise.all(
    files.map(async (file) => (await import(pathToFileURL(join(folder, file)).href)).default),
  );
}
