/** The project's own scripts and tasks, as a command line names them. */
import { scriptRun, withoutRunner } from './commands.ts';
import { scriptCommand } from './package-scripts.ts';
import type { Project } from './project.ts';

/** Options of those that say where, with their values. */
export const ELSEWHERE = /\s(--prefix|--dir|--cwd|--filter|--workspace|-C|-F|-w)[ =]\S+/g;

/** The scripts of the package.json that a command in this folder means, as far as they are known. */
export function scriptsIn(
  cwd: string,
  project: Pick<Project, 'scripts' | 'packages' | 'parts'>,
): ReadonlyMap<string, string> {
  if (cwd === '.') return project.scripts;
  return project.packages.get(cwd) ?? project.parts.get(cwd)?.scripts ?? new Map();
}

/** Whether that is all of them: elsewhere a package manager takes the nearest package.json above. */
export function knowsScriptsIn(cwd: string, { paths, packages, parts }: Project): boolean {
  const manifest = cwd === '.' ? 'package.json' : `${cwd}/package.json`;
  return paths.has(manifest) && (cwd === '.' || packages.has(cwd) || parts.has(cwd));
}

/** The project's own script or task that a command runs, without what it is given here; null for anything else. */
export function ownTask(command: string, cwd: string, project: Project): string | null {
  const scripts = scriptsIn(cwd, project);
  const run = hasSelector(command) ? null : scriptRun(command, scripts);
  if (run !== null && scripts.has(run.script))
    return scriptCommand(run.script, project.parts.get(cwd) ?? project);
  return /^(?:make|just|task) [\w:-]+(?=$| -(?![CdfF]))/.exec(withoutRunner(command))?.[0] ?? null;
}

/** Whether it is about another folder, or one package of several. */
export function hasSelector(command: string): boolean {
  return command.search(ELSEWHERE) >= 0;
}
