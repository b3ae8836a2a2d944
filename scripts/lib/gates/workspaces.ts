import { isCheckName, isHarmless, kebab } from './commands.ts';
import { kindOf } from './gate-kind.ts';
import {
  asObject,
  type Candidate,
  type PackageManager,
  type Project,
  parseObject,
} from './project.ts';
import { readYaml } from './yaml.ts';

/** How each runs a script in all packages that have it. */
const IN_ALL: Record<PackageManager, (name: string) => string> = {
  npm: (name) => `npm run ${name} --workspaces --if-present`,
  pnpm: (name) => `pnpm --recursive --if-present run ${name}`,
  yarn: (name) => `yarn workspaces foreach --all run ${name}`,
  bun: (name) => `bun run --filter '*' ${name}`,
};

/** Scripts that check in the packages of a workspace, where the root has none of that name to run them all. */
export async function workspaceGates(project: Project): Promise<Candidate[]> {
  const bodies = new Map<string, string[]>();
  for (const path of await packagesOf(project)) {
    const { scripts } = parseObject(await project.read(path));
    for (const [name, body] of Object.entries(asObject(scripts))) {
      if (typeof body === 'string') bodies.set(name, [...(bodies.get(name) ?? []), body]);
    }
  }
  return [...bodies]
    .filter(
      ([name, all]) =>
        !project.scripts.has(name) &&
        isCheckName(name) &&
        all.every((body) => isHarmless(name, body)),
    )
    .map(([name, all]) => ({
      name: kebab(name),
      kind: kindOf(name, all[0] ?? ''),
      command: IN_ALL[project.manager](name),
      cwd: '.',
      source: `package.json workspaces, scripts.${name}`,
      runs: [],
      assumed: false,
    }));
}

/** The manifests of a workspace's packages. */
async function packagesOf(project: Project): Promise<string[]> {
  const patterns = await patternsOf(project);
  const [left, taken] = [
    patterns.filter((it) => it.startsWith('!')),
    patterns.filter((it) => !it.startsWith('!')),
  ];
  const isOneOf = (folder: string, globs: readonly string[]) =>
    globs.some((glob) => matches(folder, glob));
  return [...project.paths].filter((path) => {
    if (!path.endsWith('/package.json') || path.includes('node_modules/')) return false;
    const folder = path.slice(0, -'/package.json'.length);
    return (
      isOneOf(folder, taken) &&
      !isOneOf(
        folder,
        left.map((glob) => glob.slice(1)),
      )
    );
  });
}

/** `workspaces` of package.json, a list or an object with one; `packages` of pnpm-workspace.yaml. */
async function patternsOf(project: Project): Promise<string[]> {
  const { workspaces } = parseObject(await project.read('package.json'));
  const listed = Array.isArray(workspaces) ? workspaces : asObject(workspaces).packages;
  const { packages } = asObject(await readYaml(project, 'pnpm-workspace.yaml'));
  return [listed, packages].flat().filter((pattern) => typeof pattern === 'string') as string[];
}

/** `packages/*`, `apps/**`, `./tools/lint`: what package managers take. */
function matches(folder: string, glob: string): boolean {
  const words = glob.replace(/^\.\//, '').replace(/\/$/, '').split('/');
  const pattern = words.map((word) =>
    word === '**'
      ? '.+'
      : word.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('*', '[^/]*'),
  );
  return new RegExp(`^${pattern.join('/')}$`).test(folder);
}
