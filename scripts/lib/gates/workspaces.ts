import { LIFECYCLE, speaksOfChecks } from './choosing/refusal.ts';
import { kebab } from './commands.ts';
import { kindOf } from './gate-kind.ts';
import { refusalOfBody } from './package-scripts.ts';
import type { Candidate, PackageManager, Project } from './project.ts';

/** How each runs a script in all packages that have it. */
const IN_ALL: Record<PackageManager, (name: string) => string> = {
  npm: (name) => `npm run ${name} --workspaces --if-present`,
  pnpm: (name) => `pnpm --recursive --if-present run ${name}`,
  yarn: (name) => `yarn workspaces foreach --all run ${name}`,
  bun: (name) => `bun run --filter '*' ${name}`,
};

/** Scripts that speak of checks in the packages of a workspace, where the root has none of that name to run them all. */
export async function workspaceGates(project: Project): Promise<Candidate[]> {
  const bodies = new Map<string, string[]>();
  for (const scripts of project.packages.values())
    for (const [name, body] of scripts) bodies.set(name, [...(bodies.get(name) ?? []), body]);
  return [...bodies]
    .filter(([name]) => !project.scripts.has(name) && !LIFECYCLE.test(name) && speaksOfChecks(name))
    .map(([name, all]) => ({
      name: kebab(name),
      kind: kindOf(name, all[0] ?? ''),
      command: IN_ALL[project.manager](name),
      cwd: '.',
      source: `package.json workspaces, scripts.${name}`,
      runs: [],
      assumed: false,
      refused: refusalIn(name, bodies, project),
    }));
}

function refusalIn(
  name: string,
  names: ReadonlyMap<string, unknown>,
  { packages, manager, scripts: ofTop }: Project,
): string | null {
  const having = [...packages.values()].filter((scripts) => scripts.has(name));
  const around = { manager, packages: new Map([...packages, ['.', ofTop]]) };
  const refusals = having.map((scripts) => refusalOfBody(name, { ...around, scripts }));
  const isVariant = /^build[:-]/.test(name) && names.has('build');
  return refusals.find((it) => it !== null) ?? (isVariant ? 'it is a build beside `build`' : null);
}
