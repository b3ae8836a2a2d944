/** The packages of a workspace, as package managers find them. */
import { asObject, parseObject } from './json-object.ts';
import type { ProjectFiles } from './project.ts';
import { readYaml } from './yaml.ts';

/** The folders of a workspace's packages; none where there is no workspace. */
export async function workspacePackages(
  files: Pick<ProjectFiles, 'read'>,
  paths: ReadonlySet<string>,
): Promise<string[]> {
  const patterns = await patternsOf(files);
  const isOneOf = (folder: string, globs: readonly string[]) =>
    globs.some((glob) => matches(folder, glob));
  const taken = patterns.filter((it) => !it.startsWith('!'));
  const left = patterns.filter((it) => it.startsWith('!')).map((glob) => glob.slice(1));
  return [...paths]
    .filter((path) => path.endsWith('/package.json') && !path.includes('node_modules/'))
    .map((path) => path.slice(0, -'/package.json'.length))
    .filter((folder) => isOneOf(folder, taken) && !isOneOf(folder, left));
}

/** `workspaces` of package.json, a list or an object with one; `packages` of pnpm-workspace.yaml. */
async function patternsOf(files: Pick<ProjectFiles, 'read'>): Promise<string[]> {
  const { workspaces } = parseObject(await files.read('package.json'));
  const listed = Array.isArray(workspaces) ? workspaces : asObject(workspaces).packages;
  const { packages } = asObject(await readYaml(files, 'pnpm-workspace.yaml'));
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
