import { access, constants, readdir, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

/**
 * The absolute path of a program, or null: on PATH first, then where node's version managers and installers put
 * theirs, because an agent's shell often has a shorter PATH than the user's. Only a regular file that may be executed
 * counts: aliases and shell functions are not programs, and nothing here asks a shell.
 */
export async function findProgram(name: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  if (isAbsolute(name)) return (await isProgram(name)) ? name : null;
  if (name === '' || name.includes('/')) return null;
  for (const directory of pathDirectories(env)) {
    if (await isProgram(join(directory, name))) return join(directory, name);
  }
  for (const directory of await usualHomes(env)) {
    if (await isProgram(join(directory, name))) return join(directory, name);
  }
  return null;
}

/** A relative entry means another program in every directory: what a repository contains must not be picked up. */
function pathDirectories(env: NodeJS.ProcessEnv): string[] {
  return (env.PATH ?? '').split(delimiter).filter(isAbsolute);
}

async function usualHomes(env: NodeJS.ProcessEnv): Promise<string[]> {
  const home = env.HOME;
  const own =
    home === undefined || !isAbsolute(home)
      ? []
      : ['.local/bin', '.npm-global/bin', '.volta/bin', '.bun/bin'].map((path) => join(home, path));
  const nvm = env.NVM_DIR ?? (own.length > 0 ? join(home ?? '', '.nvm') : null);
  const nodes = nvm === null ? [] : await nodeVersions(join(nvm, 'versions', 'node'));
  return [...own, ...nodes, '/opt/homebrew/bin', '/usr/local/bin'];
}

/** The `bin` of every node that nvm has, newest first. */
async function nodeVersions(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names
    .filter((name) => /^v\d+\.\d+\.\d+$/.test(name))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .map((name) => join(directory, name, 'bin'));
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
