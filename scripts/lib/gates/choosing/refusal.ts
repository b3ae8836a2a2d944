/** Whether a task promises a check, and why it is none all the same: it writes, never ends, or reaches outside. */
import { withoutRunner, wordsOf } from '../commands.ts';
import { kindOf } from '../gate-kind.ts';

const CHECKING_WORDS = new Set(
  (
    'test tests spec specs unit integration e2e lint eslint stylelint clippy vet type types typing typecheck tsc ' +
    'mypy pyright pytest jest vitest mocha format fmt prettier build compile check checks verify validate ci ' +
    'quality gate gates'
  ).split(' '),
);

/** Done to the world, or to what others still need: wherever a chain runs one. */
const UNDOABLE =
  'cleanup teardown destroy delete remove purge deploy undeploy release publish unpublish';

/** What comes before a check, and is none; a chain may begin with one. */
const PREPARES = 'prepare create update generate';

const UNDOABLE_VERBS = new Set(UNDOABLE.split(' '));
const PREPARING_VERBS = new Set(PREPARES.split(' '));
const VERBS = new Set([...UNDOABLE_VERBS, ...PREPARING_VERBS]);

const LEFT_OUT_WORDS = new Set(
  (
    `${UNDOABLE} ${PREPARES} watch dev develop start serve server preview clean fix write upgrade install ` +
    'uninstall setup init bootstrap debug ui open bench benchmark coverage cov gen codegen docker ' +
    'storybook version changeset push pull staged profile stop restart run exec headed migrate migration seed reset'
  ).split(' '),
);

/** Verbs, and as well what others are about: `test:create`, `typecheck:server`. */
const OBJECTS = new Set(['create', 'server']);

/** Run by npm around its own commands, except for the formatter that happens to begin like that. */
export const LIFECYCLE = /^(pre(?!ttier)|post)/;

const ASKS_FOR_NO_CHANGES = 'it asks that no file has changed, and a result is nothing but changes';

/** `ensure-no-files-changed`, in words. */
const UNCHANGED = /\b(no|without) (\w+ )?(change[sd]?|diffs?)\b|\b(dirty|uncommitted)\b/;

type Harm = readonly [reason: string, patterns: readonly RegExp[]];

const OUTSIDE: Harm = [
  'it installs, reaches outside, or changes the history',
  [
    /\bgit( -[Cc] \S+)* (push|commit|tag|reset|clean|checkout|switch|stash|merge|rebase|add)\b|\bsudo\b/,
    /\brm -\w* *[~/]|(?<![-\w])rm -[^;&|\n]*\s["']?\.\.(\/|\s|$)|(?<!\bfind\b[^;&\n]*)\bxargs\b[^;&|]*\brm\b/,
    // Caches and products may go; what else is found may be sources.
    /\bfind\b(?! (\.\/)?(dist|build|out|target|tmp)\b)(?![^;&]*(\.py|cache|\.egg-info|coverage))[^;&]*(\s-delete\b|\s-exec rm\b|\bxargs\b[^;&|]*\brm\b)/,
    /\b(npm|pnpm|yarn|bun|poetry|cargo|lerna) version (\d|v\d|(pre)?(major|minor|patch|release)|from-git)/,
    /\bprisma (migrate reset|db push)\b|\bsupabase db (reset|push)\b|\bdropdb\b|\bpulumi (up|update|down|destroy)\b/,
    /\b(docker|podman)( [a-z]+)* prune\b/,
    /\b(npm|pnpm|yarn|bun|cargo|twine|poetry|uv|vsce|ovsx|mvn|gradlew?|docker|podman|dotnet nuget) (publish|upload|push|deploy|release|login)\b/,
    /\b(npm|pnpm|yarn|bun|pip3?|uv|poetry|pdm|gem|composer|bundle|brew|apt|apt-get|pipx|cargo) (add|update|upgrade|remove)\b|\bgo get\b/,
    /\b(kubectl|helm|terraform( -\S+)* apply|terraform destroy|rsync|scp|ssh|gh-pages|semantic-release|(vercel|netlify|firebase|fly|wrangler) \S*deploy)\b/,
  ],
];

/** What a check may need before it, as `test: node_modules` and `test: clean` do; it is none itself. */
const SETS_UP: Harm = [
  OUTSIDE[0],
  [
    /\b(npm|pnpm|yarn|bun|pip3?|uv|poetry|pdm|gem|composer|bundle|brew|apt|apt-get|pipx|cargo) (ci|i|install|link|sync)\b/,
    /\brm -\w* *\$/,
  ],
];

const HARMFUL: readonly Harm[] = [
  [
    'it rewrites files',
    [
      /\s--(write|fix|in-place|apply|apply-unsafe|unsafe|update-snapshots?|updateSnapshot)(?![\w-])/,
      /\brubocop\b[^;&|]*\s(-[aAx]|--auto-?correct(-all)?)(?![\w-])|\bsyncpack (fix|set-|update)/,
      /\b(prettier|gofmt|goimports|shfmt)\b[^;&|]*\s-\w*w\b|\bsed -i|\b(jest|vitest)\b[^;&|]*\s-u\b/,
    ],
  ],
  [
    'it never ends',
    [
      /\s--watch(All)?(?!=false|[\w-])|\s--ui(?=\s*($|[;&|\n]|-))|\b(nodemon|chokidar|watchexec)\b|\bvitest (watch|dev)\b/,
      /\b(tsc|vitest|rollup|webpack|tsup)\b[^;&|]*\s-w\b|\s--inspect-(brk|wait)\b/,
    ],
  ],
  [ASKS_FOR_NO_CHANGES, [/\bgit (diff|status)\b[^;&|]*\s(--exit-code|--quiet|--porcelain)\b/]],
  OUTSIDE,
];

/** Formatters that rewrite unless they are told to check; prettier prints instead, which checks nothing either. */
const REWRITING =
  /(?<![\w:-])(black|isort|prettier|gofumpt)(?![\w:-])|\b(cargo|go|deno|terraform|zig|dprint) fmt\b|\b(ruff|mix|dotnet|dart) format\b/;

const CHECKING_FLAG =
  /\s--(check|check-formatted|check-only|list-different|verify-no-changes|set-exit-if-changed|diff|dry-run)\b|\s-[lc]\b|\bdprint check\b|spotlessCheck|\bbiome (format|check|ci|lint)\b/;

/** `test:unit`, `typecheck`, `format-check`, also `test:watch`: a task whose name speaks of a check. */
export function speaksOfChecks(name: string): boolean {
  return wordsOf(name).some((word) => CHECKING_WORDS.has(word));
}

/** A task whose name promises a check, and nothing else. */
export function isCheckName(name: string): boolean {
  return speaksOfChecks(name) && refusalOfName(name) === null;
}

/** Why a task with such a name is no gate: `test:watch`, `integration-test-cleanup`, `prepublishOnly`. */
export function refusalOfName(name: string): string | null {
  if (LIFECYCLE.test(name)) return 'npm runs it by itself, before or after another';
  const words = wordsOf(name);
  if (UNCHANGED.test(words.join(' '))) return ASKS_FOR_NO_CHANGES;
  const object = objectIn(name);
  const word = words.find((it) => LEFT_OUT_WORDS.has(it) && it !== object);
  return word === undefined ? null : `its name says "${word}"`;
}

/** The word behind a check's that may be what is checked, and may be what is done. */
export function objectIn(name: string): string | null {
  const [first = '', ...rest] = wordsOf(name);
  return (CHECKING_WORDS.has(first) && rest.find((it) => OBJECTS.has(it))) || null;
}

/** Why a command may not run on a model's result: it writes sources, does not end by itself, or leaves home. */
export function refusalOfCommand(name: string, command: string): string | null {
  return harmIn([...HARMFUL, SETS_UP], command) ?? refusalOfParts(name, command, verbOf);
}

/** Why no check may need such a task before it; that it only prepares is no reason. */
export function refusalOfNeed(name: string, command: string): string | null {
  const says = wordsOf(name).some((word) => UNDOABLE_VERBS.has(word) || CHANGES.test(word));
  return says
    ? `it needs \`${name}\``
    : (harmIn(HARMFUL, command) ?? refusalOfParts(name, command, undoableOf));
}

/** Why no check may be run where npm runs this before or after it: linters that fix, and builds, are the project's habit. */
export function refusalOfHook(command: string): string | null {
  const undoable = undoableOf(partsOf(command));
  return harmIn([OUTSIDE], command) ?? (undoable === null ? null : `it runs \`${undoable}\``);
}

/** Names of tasks that change what is checked, whatever they run. */
const CHANGES = /^(update|upgrade|fix|write|push)$/;

function harmIn(harms: readonly Harm[], command: string): string | null {
  return harms.find(([, patterns]) => patterns.some((it) => it.test(command)))?.[0] ?? null;
}

function partsOf(command: string): string[] {
  return command
    .split(/&&|\|\||[;|\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function refusalOfParts(
  name: string,
  command: string,
  verbIn: (parts: readonly string[]) => string | null,
): string | null {
  const parts = partsOf(command);
  if (parts.some((part) => UNCHANGED.test(programWords(part).join(' '))))
    return ASKS_FOR_NO_CHANGES;
  const verb = verbIn(parts);
  if (verb !== null) return `it runs \`${verb}\``;
  if (parts.some((part) => REWRITING.test(part) && !CHECKING_FLAG.test(part)))
    return 'it rewrites files';
  const formats = kindOf(name, command) === 'formatter';
  const checks = CHECKING_FLAG.test(command) || /check|verify|diff|ci\b|test/i.test(name);
  return formats && !checks ? 'it rewrites files' : null;
}

/** The part of a chain that does something else than to check, if that is what the chain is for. */
function verbOf(parts: readonly string[]): string | null {
  const nothingElse = parts.every((part) => says(part, VERBS));
  return undoableOf(parts) ?? (nothingElse ? (parts[0] ?? null) : null);
}

function undoableOf(parts: readonly string[]): string | null {
  return parts.find((part) => says(part, UNDOABLE_VERBS)) ?? null;
}

function says(part: string, verbs: ReadonlySet<string>): boolean {
  return programWords(part).some((word) => verbs.has(word));
}

const INTERPRETER = /^(node|deno|bun|tsx|ts-node|python[\d.]*|ruby|php|(ba|z|da)?sh)$/;

/** What these are given is never a verb of theirs: `vitest create` runs the tests of that name. */
const TAKES_FILTERS =
  /^(jest|vitest|mocha|ava|uvu|tap|tape|pytest|playwright|cypress|rspec|phpunit|eslint|prettier|xo|cd)$/;

/** Options that say where, with their values; and yarn's word for it. */
const ELSEWHERE = /\s(--prefix|--dir|--cwd|--filter|--workspace|-C|-F|-w|workspace)[ =]\S+/g;

/** Programs that set variables for another: `dotenv -e .env -- cdk deploy`, `env-cmd -f .env cdk deploy`. */
const WRAPPER =
  /^(dotenv|env-cmd|(dotenvx|doppler|op|infisical) run)\s+(-\w[ =]\S+\s+|--(file|environments|rc-file)[ =]\S+\s+|--\S*\s+)*/;

/** Command lines of services: what they do stands behind what they do it to, as in `gh repo delete`. */
const OF_SERVICES =
  /^(aws|gcloud|az|gh|glab|wrangler|fly|flyctl|doctl|heroku|hcloud|oci|supabase|firebase|vercel|netlify|railway|render|pulumi)$/;

/** The words of a program's name and of its verb: `node tools/destroy-stacks.mjs`, `terraform destroy`; no arguments. */
function programWords(part: string): string[] {
  const own = withoutRunner(withoutRunner(part).replace(WRAPPER, ''));
  const [program = '', ...rest] = own.replaceAll(ELSEWHERE, '').split(/\s+/);
  if (TAKES_FILTERS.test(program)) return [];
  const said = rest.filter((word) => !/^-|^(run|run-script|exec)$/.test(word));
  const isScript = INTERPRETER.test(program) && !/^(run|task)$/.test(rest[0] ?? '');
  if (isScript) return wordsOfFile(said[0] ?? '');
  const most = OF_SERVICES.test(program) ? 3 : 1;
  const verbs = said.slice(0, most).filter((word) => /^[\w:-]+$/.test(word));
  return [baseName(program), ...verbs].flatMap((word) => wordsOf(targetOf(program, word)));
}

const TEST_FILE = /(^|\/)(tests?|__tests__|spec)\/|\.(test|spec)\.\w+$|(^|\/)test_\w+\.py$/;

/** `test/create.test.js` tests what creates; `scripts/update-and-test.sh` prepares what it tests. */
function wordsOfFile(path: string): string[] {
  if (TEST_FILE.test(path)) return [];
  const words = wordsOf(baseName(path));
  const tests = words.includes('test') || words.includes('spec');
  return tests ? words.filter((word) => !PREPARING_VERBS.has(word)) : words;
}

/** `nx run create-app:test` runs `test`. */
function targetOf(program: string, word: string): string {
  return program === 'nx' ? word.slice(word.indexOf(':') + 1) : word;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.\w+$/, '');
}
