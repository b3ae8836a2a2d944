import { chooseGates } from './choose-gates.ts';
import { documentedGates } from './documented-commands.ts';
import type { Gate } from './gate.ts';
import { denoGates } from './habits/deno.ts';
import { goGates } from './habits/go.ts';
import { gradleGates, mavenGates } from './habits/jvm.ts';
import { composerGates } from './habits/php.ts';
import { noxGates, pyprojectGates, toxGates } from './habits/python.ts';
import { rubyGates } from './habits/ruby.ts';
import { cargoGates } from './habits/rust.ts';
import { packageScriptGates } from './package-scripts.ts';
import { type Candidate, type Project, type ProjectFiles, readProject } from './project.ts';
import { justfileGates, makefileGates } from './task-runners.ts';
import { taskfileGates } from './taskfile.ts';
import { workflowGates } from './workflows.ts';
import { workspaceGates } from './workspaces.ts';

export type { ProjectFiles } from './project.ts';

/** Where gates are looked for. Of duplicates the one from the earlier source is kept. */
const SOURCES: readonly ((project: Project) => Promise<Candidate[]>)[] = [
  packageScriptGates,
  workspaceGates,
  makefileGates,
  justfileGates,
  taskfileGates,
  denoGates,
  composerGates,
  rubyGates,
  documentedGates,
  noxGates,
  toxGates,
  pyprojectGates,
  cargoGates,
  goGates,
  gradleGates,
  mavenGates,
  workflowGates,
];

/** The gates that a project has, by what its files say; each once, in the order in which they are best run. */
export async function discoverGates(files: ProjectFiles): Promise<Gate[]> {
  const project = await readProject(files);
  const found = await Promise.all(SOURCES.map((source) => source(project)));
  return chooseGates(found.flat(), project);
}
