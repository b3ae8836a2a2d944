import { basename, extname, posix } from 'node:path';
import {
  isCheckName,
  refusalOfCommand,
  refusalOfName,
  speaksOfChecks,
} from './choosing/refusal.ts';
import { kebab, scriptReference, scriptRun, splitChain, withoutRunner } from './commands.ts';
import { type GateKind, kindOf } from './gate-kind.ts';
import { findMentions, type Mention } from './mentions.ts';
import { isRunnableScript, scriptCommand } from './package-scripts.ts';
import type { Candidate, Project } from './project.ts';

const DOCUMENTS = ['AGENTS.md', 'CLAUDE.md'];

/** The project's own tasks, run by name: whether that is a check is for the name to say. */
const TASK =
  /^(?:(?:npm|pnpm|yarn|bun)(?: run(?:-script)?)?|make|just|task|rake|composer(?: run(?:-script)?)?|deno task|hatch run|turbo run|nx run|(?:\.\/)?gradlew?|(?:\.\/)?mvnw?)((?: +[\w:.=-]+)*)$/;

/** Options of those that say where, with their values. */
const ELSEWHERE = /\s(--prefix|--dir|--cwd|--filter|--workspace|-C|-F|-w)[ =]\S+/g;

/** Programs, and subcommands of programs, that examine a project. */
const PROGRAMS: readonly RegExp[] = [
  /^(jest|vitest|mocha|ava|uvu|tap|pytest|py\.test|tox|nox|rspec|phpunit|\S*\/phpunit|pest|ctest|playwright test)(?![\w-])/,
  /^(tsc|vue-tsc|svelte-check|mypy|pyright|basedpyright)(?![\w-])/,
  /^(eslint|oxlint|stylelint|markdownlint|flake8|pylint|rubocop|phpstan|psalm|shellcheck|golangci-lint|pre-commit)(?![\w-])/,
  /^(prettier|black|isort|gofmt|dprint|rustfmt|shfmt)(?![\w-])/,
  /^(ruff|biome) (check|format|lint|ci)\b/,
  /^node\b.* --test\b/,
  /^python3? -m (pytest|unittest|mypy|ruff|black|flake8|pylint|isort|tox|nox|build)\b/,
  /^cargo (test|nextest|check|clippy|build|fmt)\b|^go (test|vet|build)\b|^bun test\b/,
  /^deno (test|lint|check|fmt)\b|^dotnet (test|build|format)\b|^swift (test|build)\b/,
  /^mix (test|format|credo|compile|dialyzer)\b|^(bin\/)?rails test\b|^zig (build test|fmt|test)\b/,
];

/** What a document shows with one package of a workspace, it shows as an example. */
const ONE_OF_SEVERAL = /\s(--filter|--workspace|-F|-w)[ =]\S/;

/** The name of a tool alone: no command where npm has it, as it is not on PATH. */
const NPM_TOOL =
  /^(jest|vitest|mocha|ava|uvu|tap|eslint|oxlint|stylelint|prettier|tsc|vue-tsc|xo)$/;

/** Programs that do nothing without a file of theirs in the folder where they run. */
const NEEDS: readonly (readonly [RegExp, RegExp])[] = [
  [/^make\b/, /^(GNUmakefile|[Mm]akefile)$/],
  [/^just\b/, /^\.?[Jj]ustfile$/],
  [/^(npm|pnpm|yarn|bun)\b/, /^package\.json$/],
  [/^cargo\b/, /^Cargo\.toml$/],
  [/^go\b/, /^go\.(mod|work)$/],
];

/** A file of the project's own that is run: `./scripts/check.sh`, `.ci/run`, `node tools/lint.mjs`. */
const OWN_SCRIPT =
  /^(?:(?:(?:ba|z)?sh|node|python3?) \.{0,2}\/?[\w.-]+\/[\w./-]+|\.{0,2}\/?[\w.-]+\/(?:[\w.-]+\/)*[\w-]+(?:\.(?:ba|z)?sh)?)$/;

/** An example rather than a command: placeholders, or one test out of many. */
const EXAMPLE =
  /[<>…[\]{}$]|(^|\s)\.\.\.|path\/to|::|^cargo .*\s(-p|--package)\b|\s(-k|-t|-run|--run|--grep|--filter|--testNamePattern|--test-name-pattern)\b|\b(test_\w+\.py|[\w-]+[._](test|spec)\.\w+)$/;

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
    };
  });
}

function kindOfPart(part: string): GateKind {
  const inner = withoutRunner(part);
  const kind = kindOf(ownScriptName(part) ?? '', inner);
  const task = taskNames(inner)?.[0];
  return kind === 'other' && task !== undefined ? kindOf(task, '') : kind;
}

/** Folders with a life of their own: what CI tries there is no check of the project's code. */
const ASIDE =
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

/** Whether a documented command is one that examines the project and may run on a model's result. */
export function isCheckCommand(
  command: string,
  cwd: string,
  project: Project,
  inCi = false,
): boolean {
  if (EXAMPLE.test(command)) return false;
  const inner = withoutRunner(command);
  if (
    !inCi &&
    (ONE_OF_SEVERAL.test(command) || (NPM_TOOL.test(command) && project.scripts.size > 0))
  )
    return false;
  if (!hasWhatItNeeds(inner, cwd, project)) return false;
  const scripts = scriptsIn(cwd, project);
  const script = hasSelector(command) ? null : scriptRun(command, scripts)?.script;
  if (script && scripts.has(script)) return isCheckingScript(script, { ...project, scripts });
  if (refusalOfCommand('', command) !== null) return false;
  if (PROGRAMS.some((pattern) => pattern.test(inner))) return true;
  const task = taskNames(inner);
  if (task !== null) return areChecks(inner, task) && !(inCi && buildsElsewhere(inner, project));
  if (!OWN_SCRIPT.test(inner)) return false;
  const path = inner.slice(inner.indexOf(' ') + 1);
  const isThere = project.paths.has(posix.join(cwd, path));
  const promises = !inCi || speaksOfChecks(path);
  const name = ownScriptName(inner) ?? '';
  return isThere && promises && (name === 'run' || refusalOfName(name) === null);
}

/** The scripts of the package.json that a command in this folder means, as far as they are known. */
export function scriptsIn(
  cwd: string,
  project: Pick<Project, 'scripts' | 'packages' | 'parts'>,
): ReadonlyMap<string, string> {
  if (cwd === '.') return project.scripts;
  return project.packages.get(cwd) ?? project.parts.get(cwd)?.scripts ?? new Map();
}

/** The project's own script or task that a command runs, without what it is given here; null for anything else. */
export function ownTask(command: string, cwd: string, project: Project): string | null {
  const scripts = scriptsIn(cwd, project);
  const run = hasSelector(command) ? null : scriptRun(command, scripts);
  if (run !== null && scripts.has(run.script))
    return scriptCommand(run.script, project.parts.get(cwd) ?? project);
  return /^(?:make|just|task) [\w:-]+(?=$| -(?![CdfF]))/.exec(withoutRunner(command))?.[0] ?? null;
}

function hasSelector(command: string): boolean {
  return command.search(ELSEWHERE) >= 0;
}

/** `-C DIR` and its kin send the program somewhere else; where that is, it finds out by itself. */
function hasWhatItNeeds(command: string, cwd: string, { paths }: Project): boolean {
  const needed = NEEDS.find(([program]) => program.test(command))?.[1];
  if (needed === undefined || command.search(ELSEWHERE) >= 0) return true;
  const prefix = cwd === '.' ? '' : `${cwd}/`;
  return [...paths].some(
    (path) => path.startsWith(prefix) && needed.test(path.slice(prefix.length)),
  );
}

/** By its name, or by the program that it runs: `prove: mocha` is a check, `seed: node seed.js` is not. */
function isCheckingScript(name: string, project: Project): boolean {
  const runsCheck = kindOf('', project.scripts.get(name) ?? '') !== 'other';
  return isRunnableScript(name, project) && (isCheckName(name) || runsCheck);
}

/** The names of the tasks that a command runs; null if it is of another kind. */
function taskNames(command: string): string[] | null {
  const words = TASK.exec(command.replaceAll(ELSEWHERE, ''))?.[1];
  if (words === undefined) return null;
  return words.split(' ').filter((word) => word !== '' && !/^-|=/.test(word));
}

/** What a task does is not known here: its name must promise a check. Bare `make` builds. */
function areChecks(command: string, tasks: readonly string[]): boolean {
  return tasks.length === 0 ? command === 'make' : tasks.every((name) => isCheckName(name));
}

/** In CI of a scripting language a bare `make` is more often an installation than a build. */
function buildsElsewhere(command: string, { paths }: Project): boolean {
  return (
    command === 'make' && ['package.json', 'pyproject.toml', 'setup.py'].some((it) => paths.has(it))
  );
}

function nameOf(command: string, kind: GateKind, scripts: ReadonlyMap<string, string>): string {
  const inner = withoutRunner(command);
  const task = scriptReference(command, scripts) ?? taskNames(inner)?.join('-');
  if (task) return kebab(task);
  const own = ownScriptName(command);
  if (own !== null) return kebab(own);
  return NAME_OF_KIND[kind] ?? kebab(inner.split(' ').slice(0, 2).join('-'));
}

/** `node tools/lint.mjs` -> `lint`: what the project calls its own script; null for any other command. */
function ownScriptName(command: string): string | null {
  const inner = withoutRunner(command);
  return OWN_SCRIPT.test(inner) ? basename(inner, extname(inner)) : null;
}

/** `./packages/a` -> `packages/a` if there is such a folder; null if there is none. */
function folderIn(folder: string, { paths }: Project): string | null {
  const path = posix.normalize(folder).replace(/\/$/, '');
  if (path === '.') return '.';
  return [...paths].some((one) => one.startsWith(`${path}/`)) ? path : null;
}
