import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Script } from '../../scripts/lib/script.ts';
import { skillFolder } from '../../scripts/lib/skill-folder.ts';
import { compiledModule } from './compiled.ts';

/** Every script's definition, by name; nothing of them is run. */
export async function allScripts(): Promise<Script[]> {
  const files = await readdir(join(skillFolder, 'scripts'));
  const names = files.filter((file) => file.endsWith('.ts')).map((file) => file.slice(0, -3));
  return Promise.all(
    names.sort().map(async (name) => (await import(compiledModule(name))).default),
  );
}
