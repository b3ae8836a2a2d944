/** A canary: does what is tested come from this tree, or from another that was installed for editing? */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MissingProgram } from '../errors.ts';
import { runCommand } from '../process/command.ts';

const MANIFESTS = ['pyproject.toml', 'setup.py', 'setup.cfg'];
const LIMIT_MS = 20_000;

/** Prints where each package would be imported from; none is loaded. */
const ORIGINS =
  'import importlib.util as u, sys\nfor n in sys.argv[1:]:\n s = u.find_spec(n)\n print((s and (s.origin or "")) or "")';

/**
 * Packages of Python at the top of a worktree, or in its `src`, that its interpreter would import from the main tree.
 * @param commands of the gates: an interpreter that one of them names is asked, otherwise the first on PATH
 * @returns the files in the main tree
 */
export async function foreignImports(
  directory: string,
  mainTree: string,
  commands: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string[]> {
  if (!MANIFESTS.some((name) => existsSync(join(directory, name)))) return [];
  const packages = ['src', '.'].flatMap((folder) => packagesIn(join(directory, folder)));
  if (packages.length === 0) return [];
  const named = commands.flatMap(
    (command) => /(?:^|\s)(\S*python[\d.]*)(?=\s)/.exec(command) ?? [],
  );
  const file = named[1] ?? 'python3';
  try {
    const args = ['-c', ORIGINS, ...new Set(packages)];
    const { exitCode, stdout } = await runCommand({
      ...{ file, args, cwd: directory, env, timeoutMs: LIMIT_MS },
    });
    const origins = exitCode === 0 ? stdout.toString('utf8').split('\n') : [];
    return origins.filter((origin) => origin.startsWith(`${mainTree}/`));
  } catch (error) {
    // Without an interpreter nothing is imported.
    if (error instanceof MissingProgram) return [];
    throw error;
  }
}

function packagesIn(folder: string): string[] {
  try {
    const isModule = (name: string) => /^[A-Za-z_]\w*\.py$/.test(name) && folder.endsWith('/src');
    const isPackage = (name: string) =>
      /^[A-Za-z_]\w*$/.test(name) && existsSync(join(folder, name, '__init__.py'));
    const found = readdirSync(folder).filter((name) => isModule(name) || isPackage(name));
    return found.map((name) => name.replace(/\.py$/, ''));
  } catch {
    return [];
  }
}
