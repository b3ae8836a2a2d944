import { posix } from 'node:path';
import { isCheckCommand, ownScriptName, taskNames } from './check-command.ts';
import { kebab, scriptReference, scriptRun, splitChain, withoutRunner } from './commands.ts';
import { type GateKind, kindOf } from './gate-kind.ts';
import { findMentions, type Mention } from './mentions.ts';
import { missingIn } from './missing-script.ts';
import { knowsScriptsIn, ownTask, scriptsIn } from './own-tasks.ts';
import type { Candidate, Project } from './project.ts';

const DOCUMENTS = ['AGENTS.md', 'CLAUDE.md'];

const NAME_OF_KIND: Record<GateKind, string | null> = {
  formatter: 'format',
  linter: 'lint',
  typecheck: 'typecheck',
  test: 'test',
  build: 'build',
  other: null,
};

/** Commands that AGENTS.md and CLAUDE.md tell to check with. */
export async function documentedGates(project: Project): Promise<Candidate[]> {
  const perDocument = await Promise.all(
    DOCUMENTS.map(async (path) => {
      const mentions = findMentions((await project.read(path)) ?? '');
      return mentions.flatMap((mention) => gatesOf(mention, `${path}:${mention.line}`, project));
    }),
  );
  return perDocument.flat();
}

function gatesOf({ command }: Mention, source: string, project: Project): Candidate[] {
  return gatesOfCommand(command, { directory: '.', source, inCi: false }, project);
}

export interface Place {
  /** Where it is run, as a document says it. */
  directory: string;
  source: string;
  /** In documents a sentence says that something checks; what CI runs must say it by itself. */
  inCi: boolean;
}

/** One gate for each part of `a && b`, none at all if one of them is no check. */
export function gatesOfCommand(command: string, place: Place, project: Project): Candidate[] {
  const parts = splitChain(command) ?? [];
  const inner = /^cd ([\w./-]+)$/.exec(parts[0] ?? '')?.[1];
  const { directory } = place;
  const cwd = folderIn(inner === undefined ? directory : `${directory}/${inner}`, project);
  const all = inner === undefined ? parts : parts.slice(1);
  if (cwd === null || (place.inCi && isAside(all, cwd, project))) return [];
  const commands = place.inCi
    ? all.filter((part) => !INSTALLS.test(part)).map((it) => ownTask(it, cwd, project) ?? it)
    : all;
  if (!commands.every((part) => isCheckCommand(part, cwd, project, place.inCi))) return [];
  return commands.map((part) => {
    const kind = kindOfPart(part);
    return {
      name: nameOf(part, kind, scriptsIn(cwd, project)),
      kind,
      command: ownTask(part, cwd, project) ?? part,
      cwd,
      source: place.source,
      runs: [],
      assumed: false,
      isRun: true,
      refused: refusalIn(cwd, part, project),
    };
  });
}

/** Where it says more than there is: documents grow old, and CI's `cd` may be on another line. */
function refusalIn(cwd: string, command: string, project: Project): string | null {
  if (!knowsScriptsIn(cwd, project)) return null;
  const missing = missingIn(command, { ...project, scripts: scriptsIn(cwd, project) });
  return missing && `package.json has no script \`${missing}\``;
}

function kindOfPart(part: string): GateKind {
  const inner = withoutRunner(part);
  const kind = kindOf(ownScriptName(part) ?? '', inner);
  const task = taskNames(inner)?.[0];
  return kind === 'other' && task !== undefined ? kindOf(task, '') : kind;
}

/** Folders with a life of their own: what CI tries there is no check of the project's code. */
export const ASIDE =
  /(^|\/)(tests?|__tests__|e2e|integration|fixtures?|examples?|samples?|playground|docs?|website|bench\w*)(\/|$)/;

/** Also one that has a package.json, is no package of the workspace, and a script that the top has too. */
function isAside(commands: readonly string[], cwd: string, project: Project): boolean {
  if (ASIDE.test(cwd)) return true;
  const isOwn = project.paths.has(`${cwd}/package.json`) && !project.packages.has(cwd);
  const runs = commands.map((command) => scriptRun(command, project.scripts)?.script ?? '');
  return cwd !== '.' && isOwn && runs.some((script) => project.scripts.has(script));
}

/** What CI does first on its empty machine. */
const INSTALLS =
  /^((npm|pnpm|yarn|bun|pip3?|poetry|composer|bundle) (ci|i|install)\b.*|uv sync\b.*|yarn|corepack enable)$/;

function nameOf(command: string, kind: GateKind, scripts: ReadonlyMap<string, string>): string {
  const inner = withoutRunner(command);
  const task = scriptReference(command, scripts) ?? taskNames(inner)?.join('-');
  if (task) return kebab(task);
  const own = ownScriptName(command);
  if (own !== null) return kebab(own);
  return NAME_OF_KIND[kind] ?? kebab(inner.split(' ').slice(0, 2).join('-'));
}

/** `./packages/a` -> `packages/a` if there is such a folder; null if there is none. */
function folderIn(folder: string, { paths }: Project): string | null {
  const path = posix.normalize(folder).replace(/\/$/, '');
  if (path === '.') return '.';
  return [...paths].some((one) => one.startsWith(`${path}/`)) ? path : null;
}
