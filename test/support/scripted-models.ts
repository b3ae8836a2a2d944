import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Files } from './sandbox.ts';

/**
 * `.multi-model.json` with models that are real processes: each runs the given JavaScript (ESM, the worktree is its
 * current directory) and is told its prompt on stdin, as a real CLI is.
 */
export async function scriptedModels(
  folder: string,
  models: Record<string, string>,
  more: Record<string, unknown> = {},
): Promise<Files> {
  const backends: Record<string, unknown> = {};
  for (const [name, code] of Object.entries(models)) {
    const file = join(folder, `model-${name}.mjs`);
    await writeFile(file, code);
    backends[name] = { command: [process.execPath, file] };
  }
  const configuration = { models: Object.keys(models), backends, ...more };
  return { '.multi-model.json': `${JSON.stringify(configuration, null, 2)}\n` };
}
