import { rewritingTask } from './checking-form.ts';
import {
  LIFECYCLE,
  refusalOfCommand,
  refusalOfHook,
  refusalOfName,
  speaksOfChecks,
} from './choosing/refusal.ts';
import { expandHooks, expandScript, kebab, scriptsOfList, splitChain } from './commands.ts';
import { kindOf } from './gate-kind.ts';
import { missingBehind } from './missing-script.ts';
import type { Candidate, Project } from './project.ts';

/** The placeholder that `npm init` writes. */
const NO_TEST = /no test specified/i;

/** package.json scripts that speak of checks, run by the package manager whose lockfile is there. */
export async function packageScriptGates(project: Project): Promise<Candidate[]> {
  const checks = [...project.scripts]
    .filter(([name, body]) => speaksOfChecks(name) && !LIFECYCLE.test(name) && doesSomething(body))
    .filter(([name, body]) => rewritingTask(name, [body]) === null)
    .map(([name, body]) => ({
      name: kebab(name),
      kind: kindOf(name, body),
      command: scriptCommand(name, project),
      cwd: '.',
      source: `package.json scripts.${name}`,
      runs: runsOf(body, project),
      assumed: false,
      refused: refusalOfScript(name, project),
    }));
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
  return doesSomething(project.scripts.get(name) ?? '') && refusalOfBody(name, project) === null;
}

function doesSomething(body: string): boolean {
  return body.trim() !== '' && !NO_TEST.test(body);
}

/** Why a script is no gate, with what it runs and what npm runs around it. */
export function refusalOfBody(
  name: string,
  project: Pick<Project, 'scripts' | 'manager' | 'packages'>,
): string | null {
  const missing = missingBehind(name, project);
  return (
    refusalOfName(name) ??
    refusalOfCommand(name, expandScript(name, project)) ??
    refusalOfHook(expandHooks(name, project)) ??
    (missing && `it runs the script \`${missing}\`, which package.json does not have`)
  );
}

function refusalOfScript(name: string, project: Project): string | null {
  const isVariant = isVariantOfBuild(name) && isRunnableScript('build', project);
  return refusalOfBody(name, project) ?? (isVariant ? 'it is a build beside `build`' : null);
}

export function scriptCommand(name: string, { manager }: Pick<Project, 'manager'>): string {
  return name === 'test' && manager !== 'bun' ? `${manager} test` : `${manager} run ${name}`;
}

/** `build:docs` beside `build` is a product of its own, no further check. */
function isVariantOfBuild(name: string): boolean {
  return /^build[:-]|^(compile|bundle)$/.test(name);
}

function runsOf(body: string, project: Project): string[] {
  const listed = scriptsOfList(body, project.scripts);
  if (listed !== null) return listed.map((name) => scriptCommand(name, project));
  return splitChain(body) ?? [];
}
