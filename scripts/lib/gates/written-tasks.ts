import { isCheckName, isHarmless, kebab } from './commands.ts';
import { kindOf } from './gate-kind.ts';
import type { Candidate } from './project.ts';

/** A task that a project has written down for a task runner. */
export interface WrittenTask {
  name: string;
  /** What it does, command by command. */
  commands: readonly string[];
  /** How it is run. */
  command: string;
  source: string;
  /** The commands that it comes down to, as other gates name them. */
  runs: readonly string[];
}

/** The tasks whose names promise a check, and which may run on a model's result. */
export function gatesOfTasks(tasks: readonly WrittenTask[]): Candidate[] {
  return tasks
    .filter(({ name, commands }) => isCheckName(name) && isHarmless(name, commands.join('\n')))
    .map(({ name, commands, command, source, runs }) => ({
      name: kebab(name),
      kind: kindOf(name, commands.join('; ')),
      command,
      cwd: '.',
      source,
      runs,
      assumed: false,
    }));
}
