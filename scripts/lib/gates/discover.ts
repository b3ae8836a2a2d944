import { chooseGates } from './choose-gates.ts';
import { documentedGates } from './documented-commands.ts';
import type { Gate } from './gate.ts';
import { cargoGates, goGates, pyprojectGates } from './language-habits.ts';
import { packageScriptGates } from './package-scripts.ts';
import { type Candidate, type Project, type ProjectFiles, readProject } from './project.ts';
import { justfileGates, makefileGates } from './task-runners.ts';

export type { ProjectFiles } from './project.ts';

/** Where gates are looked for. Of duplicates the one from the earlier source is kept. */
const SOURCES: readonly ((project: Project) => Promise<Candidate[]>)[] = [
  packageScriptGates,
  makefileGates,
  justfileGates,
  documentedGates,
  pyprojectGates,
  cargoGates,
  goGates,
];

/** The gates that a project has, by what its files say; each once, in the order in which they are best run. */
export async function discoverGates(files: ProjectFiles): Promise<Gate[]> {
  const project = await readProject(files);
  const found = await Promise.all(SOURCES.map((source) => source(project)));
  return chooseGates(found.flat(), project);
}
