import { splitChain } from './commands.ts';
import type { Candidate, Project } from './project.ts';
import { gatesOfTasks } from './written-tasks.ts';

/** A target of a Makefile, a recipe of a justfile. */
export interface Task {
  name: string;
  needs: string[];
  recipe: string[];
  /** Others may need it; nobody runs it by itself, or not without arguments. */
  isPrivate?: boolean;
}

/** In the order in which make looks for them. */
const MAKEFILES = ['GNUmakefile', 'makefile', 'Makefile'];
const JUSTFILES = ['justfile', '.justfile', 'Justfile'];

export async function makefileGates(project: Project): Promise<Candidate[]> {
  return taskGates(project, MAKEFILES, parseMakefile, 'make');
}

export async function justfileGates(project: Project): Promise<Candidate[]> {
  return taskGates(project, JUSTFILES, parseJustfile, 'just');
}

async function taskGates(
  project: Project,
  files: readonly string[],
  parse: (text: string) => Task[],
  program: 'make' | 'just',
): Promise<Candidate[]> {
  const file = files.find((path) => project.paths.has(path));
  const text = file === undefined ? null : await project.read(file);
  return gatesOfTasks(
    parse(text ?? '').map(({ name, needs, recipe, isPrivate = false }) => ({
      name,
      isPrivate,
      commands: recipe,
      command: `${program} ${name}`,
      source: `${file} ${name}`,
      runs: [
        ...needs.map((need) => `${program} ${need}`),
        // What the shell makes more of than a chain is the target's own, though another has the same text.
        ...recipe.flatMap((line) => splitChain(line) ?? [`${name}: ${line}`]),
      ],
    })),
  );
}

/** Explicit targets only: no patterns, no variables, no files with a path. */
export function parseMakefile(text: string): Task[] {
  const tasks = new Map<string, Task>();
  let current: Task[] = [];
  for (const line of text.replaceAll('\\\n', ' ').split('\n')) {
    const rule = /^([\w][\w .-]*?)\s*::?(?!=)([^=;#]*)(?:#.*)?$/.exec(line);
    if (line.startsWith('\t')) for (const task of current) task.recipe.push(recipeLine(line));
    else if (rule !== null) {
      const needs = (rule[2] ?? '').split('|')[0]?.split(/\s+/).filter(Boolean) ?? [];
      current = (rule[1] ?? '').split(/\s+/).map((name) => {
        const task = tasks.get(name) ?? { name, needs: [], recipe: [] };
        task.needs.push(...needs);
        tasks.set(name, task);
        return task;
      });
    } else if (/^\S/.test(line) && !line.startsWith('#')) current = [];
  }
  return [...tasks.values()];
}

/** Recipes; private are `_name`, `[private]`, and those that cannot be run without arguments. */
export function parseJustfile(text: string): Task[] {
  const tasks: Task[] = [];
  let current: Task | null = null;
  let isPrivate = false;
  for (const line of text.replaceAll('\\\n', ' ').split('\n')) {
    const recipe = /^@?([A-Za-z_][\w-]*)((?:\s+[^\s:]+)*)\s*:(?!=)\s*([^#]*)/.exec(line);
    if (/^\s+\S/.test(line)) current?.recipe.push(recipeLine(line));
    else if (recipe !== null) {
      const parameters = (recipe[2] ?? '').split(/\s+/).filter(Boolean);
      const needs = (recipe[3] ?? '').split(/[\s()]+/).filter((need) => /^[\w-]+$/.test(need));
      const name = recipe[1] ?? '';
      const isUsable = parameters.every((parameter) => /=|^\*/.test(parameter));
      const isHidden = isPrivate || !isUsable || name.startsWith('_');
      current = { name, needs, recipe: [], isPrivate: isHidden };
      tasks.push(current);
    } else if (/^\S/.test(line) && !/^[#[]/.test(line)) current = null;
    isPrivate = /^\[.*\bprivate\b.*\]/.test(line);
  }
  return tasks;
}

/** Without the marks for silence and for carrying on. */
function recipeLine(line: string): string {
  return line.trim().replace(/^[@\-+]+\s*/, '');
}
