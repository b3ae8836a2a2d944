import { rewritingTask } from './checking-form.ts';
import {
  refusalOfCommand,
  refusalOfName,
  refusalOfNeed,
  speaksOfChecks,
} from './choosing/refusal.ts';
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
  /** Nobody runs it by itself, but others may need it. */
  isPrivate?: boolean;
}

/** The tasks whose names speak of checks, with the reason why one never is a gate; those that rewrite, in their checking form. */
export function gatesOfTasks(tasks: readonly WrittenTask[]): Candidate[] {
  const callable = tasks.filter(({ isPrivate }) => !isPrivate);
  const checks = callable
    .filter(({ name, commands }) => speaksOfChecks(name) && rewritingTask(name, commands) === null)
    .map(({ name, commands, command, source, runs }) => ({
      name: kebab(name),
      kind: kindOf(name, commands.join('; ')),
      command,
      cwd: '.',
      source,
      runs,
      assumed: false,
      refused:
        refusalOfName(name) ??
        refusalOfCommand(name, commands.join('\n')) ??
        refusalOfNeeds(command, tasks),
    }));
  const rewriting = callable.flatMap(({ name, commands, source }) => {
    const check = rewritingTask(name, commands);
    const found = `${source}, in its checking form`;
    return check === null ? [] : [{ ...check, cwd: '.', source: found, runs: [] }];
  });
  return [...checks, ...rewriting];
}

/** What its needs, and theirs, do before it. */
function refusalOfNeeds(command: string, tasks: readonly WrittenTask[]): string | null {
  const runsOf = (name: string) => tasks.find((task) => task.command === name)?.runs ?? [];
  const open = new Set(runsOf(command));
  for (const need of open) for (const inner of runsOf(need)) open.add(inner);
  const refusals = tasks
    .filter((task) => open.has(task.command))
    .map(({ name, commands }) => refusalOfNeed(name, commands.join('\n')));
  return refusals.find((it) => it !== null) ?? null;
}
