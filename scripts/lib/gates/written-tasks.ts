import { rewritingTask } from './checking-form.ts';
import { refusalOfCommand, refusalOfName, speaksOfChecks } from './choosing/refusal.ts';
import { kebab } from './commands.ts';
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

/** The tasks whose names speak of checks, with the reason why one never is a gate; those that rewrite, in their checking form. */
export function gatesOfTasks(tasks: readonly WrittenTask[]): Candidate[] {
  const checks = tasks
    .filter(({ name, commands }) => speaksOfChecks(name) && rewritingTask(name, commands) === null)
    .map(({ name, commands, command, source, runs }) => ({
      name: kebab(name),
      kind: kindOf(name, commands.join('; ')),
      command,
      cwd: '.',
      source,
      runs,
      assumed: false,
      refused: refusalOfName(name) ?? refusalOfCommand(name, commands.join('\n')),
    }));
  const rewriting = tasks.flatMap(({ name, commands, source }) => {
    const check = rewritingTask(name, commands);
    const found = `${source}, in its checking form`;
    return check === null ? [] : [{ ...check, cwd: '.', source: found, runs: [] }];
  });
  return [...checks, ...rewriting];
}
