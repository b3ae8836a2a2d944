import { splitChain } from '../commands.ts';
import { asObject, parseObject } from '../json-object.ts';
import type { Candidate, Project } from '../project.ts';
import { gatesOfTasks } from '../written-tasks.ts';
import { assumed } from './assumed.ts';

const FILES = ['deno.json', 'deno.jsonc'];

/** deno.json: the tasks that check, and deno's own commands. */
export async function denoGates(project: Project): Promise<Candidate[]> {
  const file = FILES.find((path) => project.paths.has(path));
  if (file === undefined) return [];
  const settings = parseObject(withoutComments((await project.read(file)) ?? ''));
  const tasks = Object.entries(asObject(settings.tasks)).flatMap(([name, task]) => {
    const body = typeof task === 'string' ? task : asObject(task).command;
    if (typeof body !== 'string') return [];
    const source = `${file} tasks.${name}`;
    const runs = splitChain(body) ?? [];
    return [{ name, commands: [body], command: `deno task ${name}`, source, runs }];
  });
  const hasTests = [...project.paths].some((path) => /[._]test\.[jt]sx?$/.test(path));
  return [
    ...gatesOfTasks(tasks),
    assumed('format', 'deno fmt --check', file),
    assumed('lint', 'deno lint', file),
    ...(hasTests ? [assumed('test', 'deno test', file)] : []),
  ];
}

/** Comments that stand alone on their lines, as people write them in deno.jsonc. */
function withoutComments(text: string): string {
  return text.replaceAll(/^\s*\/\/.*$/gm, '').replaceAll(/,(\s*[}\]])/g, '$1');
}
