import { rewritingTask } from './checking-form.ts';
import {
  expandScript,
  isCheckName,
  isHarmless,
  isLeftOutName,
  kebab,
  LIFECYCLE,
  splitChain,
} from './commands.ts';
import { kindOf } from './gate-kind.ts';
import type { Candidate, Project } from './project.ts';

/** The placeholder that `npm init` writes. */
const NO_TEST = /no test specified/i;

/** package.json scripts that check, run by the package manager whose lockfile is there. */
export async function packageScriptGates(project: Project): Promise<Candidate[]> {
  const names = [...project.scripts.keys()].filter(
    (name) => isCheckName(name) && isRunnableScript(name, project),
  );
  const checks = names
    .filter((name) => !(isVariantOfBuild(name) && names.includes('build')))
    .map((name) => {
      const body = project.scripts.get(name) ?? '';
      return {
        name: kebab(name),
        kind: kindOf(name, body),
        command: scriptCommand(name, project),
        cwd: '.',
        source: `package.json scripts.${name}`,
        runs: runsOf(body, project),
        assumed: false,
      };
    });
  return [...checks, ...rewriting(project)];
}

/** `format: prettier --write .` in its checking form: it gives way to a script that checks with the same program. */
function rewriting(project: Project): Candidate[] {
  return [...project.scripts].flatMap(([name, body]) => {
    const check = LIFECYCLE.test(name) ? null : rewritingTask(name, [body]);
    if (check === null) return [];
    const command = (splitChain(check.command) ?? []).map((part) => withRunner(part, project));
    const source = `package.json scripts.${name}, in its checking form`;
    return [{ ...check, command: command.join(' && '), cwd: '.', source, runs: [] }];
  });
}

/** Formatters and linters that are packages of npm. */
const NPM_PROGRAM = /^(prettier|eslint|oxlint|stylelint|markdownlint(-cli2)?|biome|dprint)\b/;

/** The project's own programs are not on PATH. */
function withRunner(command: string, { manager }: Project): string {
  if (!NPM_PROGRAM.test(command)) return command;
  return `${{ npm: 'npx --no-install', pnpm: 'pnpm exec', yarn: 'yarn run', bun: 'bunx --no-install' }[manager]} ${command}`;
}

/** Whether a script is there and may run on a model's result, whatever its name promises. */
export function isRunnableScript(name: string, project: Project): boolean {
  const body = project.scripts.get(name);
  if (body === undefined || body.trim() === '' || NO_TEST.test(body)) return false;
  return !isLeftOutName(name) && isHarmless(name, expandScript(name, project));
}

function scriptCommand(name: string, { manager }: Project): string {
  return name === 'test' && manager !== 'bun' ? `${manager} test` : `${manager} run ${name}`;
}

/** `build:docs` beside `build` is a product of its own, no further check. */
function isVariantOfBuild(name: string): boolean {
  return /^build[:-]|^(compile|bundle)$/.test(name);
}

function runsOf(body: string, project: Project): string[] {
  const [program, ...names] = body.split(/\s+/);
  const isList = /^(run-s|run-p|npm-run-all2?)$/.test(program ?? '');
  if (isList && names.every((name) => project.scripts.has(name)))
    return names.map((name) => scriptCommand(name, project));
  return splitChain(body) ?? [];
}
