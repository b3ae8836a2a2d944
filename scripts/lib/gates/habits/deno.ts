import { isCheckName, isHarmless, kebab, splitChain } from '../commands.ts';
import { kindOf } from '../gate-kind.ts';
import { asObject, type Candidate, type Project, parseObject } from '../project.ts';
import { assumed } from './assumed.ts';

const FILES = ['deno.json', 'deno.jsonc'];

/** deno.json: the tasks that check, and deno's own commands. */
export async function denoGates(project: Project): Promise<Candidate[]> {
  const file = FILES.find((path) => project.paths.has(path));
  if (file === undefined) return [];
  const settings = parseObject(withoutComments((await project.read(file)) ?? ''));
  const tasks = Object.entries(asObject(settings.tasks)).flatMap(([name, task]) => {
    const command = typeof task === 'string' ? task : asObject(task).command;
    return typeof command === 'string' ? [{ name, command }] : [];
  });
  const written = tasks
    .filter(({ name, command }) => isCheckName(name) && isHarmless(name, command))
    .map(({ name, command }) => ({
      name: kebab(name),
      kind: kindOf(name, command),
      command: `deno task ${name}`,
      cwd: '.',
      source: `${file} tasks.${name}`,
      runs: splitChain(command) ?? [],
      assumed: false,
    }));
  const hasTests = [...project.paths].some((path) => /[._]test\.[jt]sx?$/.test(path));
  return [
    ...written,
    assumed('format', 'deno fmt --check', file),
    assumed('lint', 'deno lint', file),
    ...(hasTests ? [assumed('test', 'deno test', file)] : []),
  ];
}

/** Comments that stand alone on their lines, as people write them in deno.jsonc. */
function withoutComments(text: string): string {
  return text.replaceAll(/^\s*\/\/.*$/gm, '').replaceAll(/,(\s*[}\]])/g, '$1');
}
