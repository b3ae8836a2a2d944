/** The command that other tools run in a new worktree, where a project has told them one. */
import type { FilesAt } from '../git/files-at.ts';
import { asObject, parseObject } from './json-object.ts';

export interface SetupCommand {
  command: string;
  /** Where it was found: `.cursor/worktrees.json setup-worktree`. */
  source: string;
}

/** In this order; the first that says anything counts. */
const FILES: readonly (readonly [file: string, keys: readonly string[]])[] = [
  ['.claude/worktrees.json', ['setup-worktree-unix', 'setup-worktree', 'setup']],
  ['.cursor/worktrees.json', ['setup-worktree-unix', 'setup-worktree', 'setup']],
  ['conductor.json', ['scripts.setup', 'setup']],
];

/** @param files those of base: a model's own are never run by us */
export async function findSetupCommand(
  files: Pick<FilesAt, 'read' | 'which'>,
): Promise<SetupCommand | null> {
  const there = await files.which(FILES.map(([file]) => file));
  for (const [file, keys] of FILES.filter(([file]) => there.includes(file))) {
    const settings = parseObject(await files.read(file));
    for (const key of keys) {
      const command = commandOf(valueAt(settings, key), file);
      if (command !== null) return { command, source: `${file} ${key}` };
    }
  }
  return null;
}

function valueAt(settings: Record<string, unknown>, key: string): unknown {
  return key.split('.').reduce((value: unknown, name) => asObject(value)[name], settings);
}

/** A list of commands, or the name of a script that lies beside the file; elsewhere one command. */
function commandOf(value: unknown, file: string): string | null {
  const commands = (Array.isArray(value) ? value : [value]).filter(
    (one): one is string => typeof one === 'string' && one.trim() !== '',
  );
  if (commands.length === 0) return null;
  const [only = ''] = commands;
  const isScript = !Array.isArray(value) && /^(\.\/)?[\w./-]+\.(sh|bash)$/.test(only.trim());
  if (!isScript || !file.includes('/')) return commands.join(' && ');
  const script = `${file.slice(0, file.lastIndexOf('/'))}/${only.trim().replace(/^\.\//, '')}`;
  return `if [ -x ${script} ]; then ./${script}; else sh ${script}; fi`;
}

/**
 * The variables by which such commands find their way, as the tools name them whose files they stand in.
 */
export function setupVariables(mainTree: string, worktree: string): NodeJS.ProcessEnv {
  return {
    ROOT_WORKTREE_PATH: mainTree,
    CONDUCTOR_ROOT_PATH: mainTree,
    CONDUCTOR_WORKSPACE_PATH: worktree,
  };
}
