import { basename, extname, posix } from 'node:path';
import {
  isCheckName,
  isHarmless,
  isLeftOutName,
  kebab,
  scriptReference,
  splitChain,
  withoutRunner,
} from './commands.ts';
import { type GateKind, kindOf } from './gate-kind.ts';
import { findMentions, type Mention } from './mentions.ts';
import { isRunnableScript } from './package-scripts.ts';
import type { Candidate, Project } from './project.ts';

const DOCUMENTS = ['AGENTS.md', 'CLAUDE.md'];

/** The project's own tasks, run by name: whether that is a check is for the name to say. */
const TASK =
  /^(?:(?:npm|pnpm|yarn|bun)(?: run(?:-script)?)?|make|just|task|rake|composer(?: run(?:-script)?)?|deno task|hatch run|turbo run|nx run|(?:\.\/)?gradlew?|(?:\.\/)?mvnw?)((?: +[\w:.=-]+)*)$/;

/** Options of those that say where, with their values. */
const ELSEWHERE = /\s(--prefix|--dir|--cwd|--filter|--workspace|-C|-F|-w)[ =]\S+/g;

/** Programs, and subcommands of programs, that examine a project. */
const PROGRAMS: readonly RegExp[] = [
  /^(jest|vitest|mocha|ava|uvu|tap|pytest|py\.test|tox|nox|rspec|phpunit|\S*\/phpunit|pest|ctest|playwright test)\b/,
  /^(tsc|vue-tsc|svelte-check|mypy|pyright|basedpyright)\b/,
  /^(eslint|oxlint|stylelint|markdownlint|flake8|pylint|rubocop|phpstan|psalm|shellcheck|golangci-lint|pre-commit)\b/,
  /^(prettier|black|isort|gofmt|dprint|rustfmt|shfmt)\b/,
  /^(ruff|biome) (check|format|lint|ci)\b/,
  /^node\b.* --test\b/,
  /^python3? -m (pytest|unittest|mypy|ruff|black|flake8|pylint|isort|tox|nox|build)\b/,
  /^cargo (test|nextest|check|clippy|build|fmt)\b|^go (test|vet|build)\b|^bun test\b/,
  /^deno (test|lint|check|fmt)\b|^dotnet (test|build|format)\b|^swift (test|build)\b/,
  /^mix (test|format|credo|compile|dialyzer)\b|^(bin\/)?rails test\b|^zig (build test|fmt|test)\b/,
];

/** Programs that do nothing without a file of theirs in the folder where they run. */
const NEEDS: readonly (readonly [RegExp, RegExp])[] = [
  [/^make\b/, /^(GNUmakefile|[Mm]akefile)$/],
  [/^just\b/, /^\.?[Jj]ustfile$/],
  [/^(npm|pnpm|yarn|bun)\b/, /^package\.json$/],
  [/^cargo\b/, /^Cargo\.toml$/],
  [/^go\b/, /^go\.(mod|work)$/],
];

/** A path of the project's own whose name promises a check: `./scripts/check.sh`, `.ci/run`, `node tools/lint.mjs`. */
const OWN_SCRIPT = /^(?:(?:(?:ba|z)?sh|node|python3?) )?(\.{0,2}\/?[\w.-]+\/[\w./-]+)$/;

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
  return gatesOfCommand(command, '.', source, project);
}

/**
 * One gate for each part of `a && b`, none at all if one of them is no check.
 * @param directory where it is run, as a document says it
 */
export function gatesOfCommand(
  command: string,
  directory: string,
  source: string,
  project: Project,
): Candidate[] {
  const parts = splitChain(command) ?? [];
  const inner = /^cd ([\w./-]+)$/.exec(parts[0] ?? '')?.[1];
  const cwd = folderIn(inner === undefined ? directory : `${directory}/${inner}`, project);
  const commands = inner === undefined ? parts : parts.slice(1);
  if (cwd === null || !commands.every((part) => isCheckCommand(part, cwd, project))) return [];
  return commands.map((part) => {
    const kind = kindOf(ownScriptName(part) ?? '', withoutRunner(part));
    return {
      name: nameOf(part, kind, project),
      kind,
      command: part,
      cwd,
      source,
      runs: [],
      assumed: false,
    };
  });
}

/** Whether a documented command is one that examines the project and may run on a model's result. */
export function isCheckCommand(command: string, cwd: string, project: Project): boolean {
  if (EXAMPLE.test(command) || !isHarmless('', command)) return false;
  const inner = withoutRunner(command);
  if (!hasWhatItNeeds(inner, cwd, project)) return false;
  const script = scriptReference(command, project.scripts);
  if (script !== null && cwd === '.') return isCheckingScript(script, project);
  if (PROGRAMS.some((pattern) => pattern.test(inner))) return true;
  const task = taskNames(inner);
  if (task !== null) return areChecks(inner, task);
  const own = OWN_SCRIPT.exec(inner)?.[1];
  return (
    own !== undefined &&
    project.paths.has(own.replace(/^\.\//, '')) &&
    !isLeftOutName(own.replace(/\brun\b/, ''))
  );
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

function nameOf(command: string, kind: GateKind, project: Project): string {
  const inner = withoutRunner(command);
  const task = scriptReference(command, project.scripts) ?? taskNames(inner)?.join('-');
  if (task) return kebab(task);
  const own = ownScriptName(command);
  if (own !== null) return kebab(own);
  return NAME_OF_KIND[kind] ?? kebab(inner.split(' ').slice(0, 2).join('-'));
}

/** `node tools/lint.mjs` -> `lint`: what the project calls its own script; null for any other command. */
function ownScriptName(command: string): string | null {
  const path = OWN_SCRIPT.exec(withoutRunner(command))?.[1];
  return path === undefined ? null : basename(path, extname(path));
}

/** `./packages/a` -> `packages/a` if there is such a folder; null if there is none. */
function folderIn(folder: string, { paths }: Project): string | null {
  const path = posix.normalize(folder).replace(/\/$/, '');
  if (path === '.') return '.';
  return [...paths].some((one) => one.startsWith(`${path}/`)) ? path : null;
}
