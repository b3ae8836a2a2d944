/** Whether a command line that somebody wrote down examines the project. */
import { basename, extname, posix } from 'node:path';
import {
  isCheckName,
  refusalOfCommand,
  refusalOfName,
  speaksOfChecks,
} from './choosing/refusal.ts';
import { scriptRun, withoutRunner } from './commands.ts';
import { kindOf } from './gate-kind.ts';
import { ELSEWHERE, hasSelector, scriptsIn } from './own-tasks.ts';
import { isRunnableScript } from './package-scripts.ts';
import type { Project } from './project.ts';

/** The project's own tasks, run by name: whether that is a check is for the name to say. */
const TASK =
  /^(?:(?:npm|pnpm|yarn|bun)(?: run(?:-script)?)?|make|just|task|rake|composer(?: run(?:-script)?)?|deno task|hatch run|turbo run|nx run|(?:\.\/)?gradlew?|(?:\.\/)?mvnw?)((?: +[\w:.=-]+)*)$/;

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
export function taskNames(command: string): string[] | null {
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

/** `node tools/lint.mjs` -> `lint`: what the project calls its own script; null for any other command. */
export function ownScriptName(command: string): string | null {
  const inner = withoutRunner(command);
  return OWN_SCRIPT.test(inner) ? basename(inner, extname(inner)) : null;
}
