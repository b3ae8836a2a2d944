import { chooseGates, type Discovered } from './choosing/choose-gates.ts';
import { kebab } from './commands.ts';
import { ASIDE, documentedGates } from './documented-commands.ts';
import { denoGates } from './habits/deno.ts';
import { goGates } from './habits/go.ts';
import { gradleGates, mavenGates } from './habits/jvm.ts';
import { composerGates } from './habits/php.ts';
import { noxGates, pyprojectGates, toxGates } from './habits/python.ts';
import { rubyGates } from './habits/ruby.ts';
import { cargoGates } from './habits/rust.ts';
import { packageScriptGates } from './package-scripts.ts';
import {
  type Candidate,
  type Project,
  type ProjectFiles,
  readParts,
  readProject,
} from './project.ts';
import { justfileGates, makefileGates } from './task-runners.ts';
import { taskfileGates } from './taskfile.ts';
import { workflowGates } from './workflows.ts';
import { workspaceGates } from './workspaces.ts';

export type { Discovered } from './choosing/choose-gates.ts';
export type { ProjectFiles } from './project.ts';

type Source = (project: Project) => Promise<Candidate[]>;

/** Where gates are looked for: the manifests of one folder. Of duplicates the one from the earlier source is kept. */
const MANIFESTS: readonly Source[] = [
  packageScriptGates,
  workspaceGates,
  makefileGates,
  justfileGates,
  taskfileGates,
  denoGates,
  composerGates,
  rubyGates,
  noxGates,
  toxGates,
  pyprojectGates,
  cargoGates,
  goGates,
  gradleGates,
  mavenGates,
];

/** What is said of the project as a whole: what these name lies in any folder. */
const DOCUMENTS: readonly Source[] = [documentedGates, workflowGates];

/** The gates that a project has, by what its files say; each once, in the order in which they are best run. */
export async function discoverGates(files: ProjectFiles): Promise<Discovered> {
  const top = await readProject(files);
  const own = await gatesOf(top, MANIFESTS);
  const parts = await partsBeside(own, files, top);
  const project = { ...top, parts };
  const ofParts = await Promise.all([...parts].map(([folder, part]) => gatesOfPart(folder, part)));
  const documented = await gatesOf(project, DOCUMENTS);
  return chooseGates([...own, ...ofParts.flat(), ...documented], project);
}

async function gatesOf(project: Project, sources: readonly Source[]): Promise<Candidate[]> {
  return (await Promise.all(sources.map((source) => source(project)))).flat();
}

/** The folders that tell how they are tested, where the top does not. */
async function partsBeside(
  own: readonly Candidate[],
  files: ProjectFiles,
  top: Project,
): Promise<Map<string, Project>> {
  if (own.some(({ kind, refused }) => kind === 'test' && !refused)) return new Map();
  const parts = [...(await readParts(files, top))];
  // What the top checks itself are its packages; and its examples are nobody's tests.
  const isPart = (folder: string) => !top.packages.has(folder) && !ASIDE.test(folder);
  return new Map(own.length === 0 ? parts : parts.filter(([folder]) => isPart(folder)));
}

/** `frontend/` and `backend/`, each with a manifest of its own. */
async function gatesOfPart(folder: string, part: Project): Promise<Candidate[]> {
  return (await gatesOf(part, MANIFESTS)).map((one) => ({
    ...one,
    name: kebab(`${folder} ${one.name}`),
    cwd: one.cwd === '.' ? folder : `${folder}/${one.cwd}`,
    source: `${folder}/${one.source}`,
  }));
}
