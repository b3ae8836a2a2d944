import { splitChain } from './commands.ts';
import { asObject } from './json-object.ts';
import type { Candidate, Project } from './project.ts';
import { gatesOfTasks } from './written-tasks.ts';
import { readYaml } from './yaml.ts';

/** In the order in which task looks for them. */
const TASKFILES = ['Taskfile.yml', 'taskfile.yml', 'Taskfile.yaml', 'taskfile.yaml'];

/** Taskfile.yml: the tasks that check. */
export async function taskfileGates(project: Project): Promise<Candidate[]> {
  const file = TASKFILES.find((path) => project.paths.has(path));
  if (file === undefined) return [];
  const { tasks } = asObject(await readYaml(project, file));
  return gatesOfTasks(
    Object.entries(asObject(tasks)).map(([name, task]) => {
      const commands = commandsOf(task);
      return {
        name,
        isPrivate: asObject(task).internal === true,
        commands,
        command: `task ${name}`,
        source: `${file} ${name}`,
        runs: commands.flatMap((command) => splitChain(command) ?? [`${name}: ${command}`]),
      };
    }),
  );
}

/** A task is one command, a list, or an object with `cmds` and `deps`; a command may call another task. */
function commandsOf(task: unknown): string[] {
  if (typeof task === 'string') return [task];
  const { cmds, cmd, deps } = Array.isArray(task)
    ? { cmds: task, cmd: null, deps: [] }
    : asObject(task);
  return [
    ...listOf(deps).flatMap((dep) => calledTask(typeof dep === 'string' ? { task: dep } : dep)),
    ...listOf(cmds ?? cmd).flatMap((step) => {
      if (typeof step === 'string') return [step];
      const { cmd: inner } = asObject(step);
      return typeof inner === 'string' ? [inner] : calledTask(step);
    }),
  ];
}

function calledTask(step: unknown): string[] {
  const { task } = asObject(step);
  return typeof task === 'string' ? [`task ${task}`] : [];
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}
