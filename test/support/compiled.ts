import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The folder of the compiled copy that runs: of the scripts and of the tests, each below its own name. */
export const compiledFolder: string = findCompiled(dirname(fileURLToPath(import.meta.url)));

/** The address of a compiled module, for processes that tests start: `lib/process/lock`. */
export function compiledModule(name: string): string {
  return pathToFileURL(join(compiledFolder, 'scripts', `${name}.mjs`)).href;
}

function findCompiled(folder: string): string {
  if (existsSync(join(folder, 'scripts', 'lib', 'script.mjs'))) return folder;
  if (folder === dirname(folder)) throw new Error('This is not compiled: start it by npm.');
  return findCompiled(dirname(folder));
}
