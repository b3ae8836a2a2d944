import { rewritingTask } from './checking-form.ts';
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

/** The tasks whose names promise a check and which may run on a model's result; those that rewrite, in their checking form. */
export function gatesOfTasks(tasks: readonly WrittenTask[]): Candidate[] {
  const checks = tasks
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
  const rewriting = tasks.flatMap(({ name, commands, source }) => {
    const check = rewritingTask(name, commands);
    const found = `${source}, in its checking form`;
    return check === null ? [] : [{ ...check, cwd: '.', source: found, runs: [] }];
  });
  return [...checks, ...rewriting];
}
