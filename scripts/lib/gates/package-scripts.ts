import {
  expandScript,
  isCheckName,
  isHarmless,
  isLeftOutName,
  kebab,
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
  return names
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
