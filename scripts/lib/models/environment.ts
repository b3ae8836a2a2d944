import { dirname } from 'node:path';
import { scrubbedEnvironment } from '../git/git.ts';
import { MARK_VARIABLE } from '../process/supervise.ts';
import type { Backend } from './backend.ts';
import { HOST_VARIABLES } from './backends.ts';

/**
 * The environment of a nested agent: the user's, without git's redirections, without what tells it that it runs inside
 * another agent's session, and without our own variables. The marks of outer runs stay, so that those can end it too.
 */
export function runEnvironment(
  env: NodeJS.ProcessEnv,
  backend: Backend,
  program: string,
  worktree: string,
): NodeJS.ProcessEnv {
  const hidden = new Set([...HOST_VARIABLES, ...backend.hostVariables, 'OLDPWD']);
  const inherited = Object.entries(scrubbedEnvironment(env)).filter(
    ([name]) => !hidden.has(name) && (!name.startsWith('MM_') || name === MARK_VARIABLE),
  );
  return {
    ...backend.defaultEnv,
    ...Object.fromEntries(inherited),
    // Some programs take their directory from here instead of asking the system.
    PWD: worktree,
    PATH: pathWith(env.PATH, dirname(program)),
    ...backend.env,
    ...(process.getuid?.() === 0 ? backend.rootEnv : {}),
  };
}

/** A CLI that was found beside PATH is started by a `node` that lies next to it. */
function pathWith(path: string | undefined, directory: string): string {
  const directories = (path ?? '').split(':').filter((entry) => entry !== '');
  return directories.includes(directory) ? (path ?? '') : [...directories, directory].join(':');
}
