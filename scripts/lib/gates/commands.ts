/** What command lines and task names say: whether they check, write, watch, or reach outside. All pure. */
import { kindOf, wordsOf } from './gate-kind.ts';
import type { Project } from './project.ts';

const CHECKING_WORDS = new Set(
  (
    'test tests spec specs unit integration e2e lint eslint stylelint clippy vet type types typing typecheck tsc ' +
    'mypy pyright pytest jest vitest mocha format fmt prettier build compile check checks verify validate ci ' +
    'quality gate gates'
  ).split(' '),
);

const LEFT_OUT_WORDS = new Set(
  (
    'watch dev develop start serve server preview deploy publish release clean fix write update upgrade install ' +
    'uninstall setup init bootstrap debug ui open bench benchmark coverage cov gen generate codegen docker ' +
    'storybook version changeset push pull staged profile stop restart run exec headed migrate migration seed reset'
  ).split(' '),
);

/** Run by npm around its own commands, except for the formatter that happens to begin like that. */
export const LIFECYCLE = /^(pre(?!ttier)|post)/;

const HARMFUL: readonly RegExp[] = [
  // Rewrites files, which are a model's result by then.
  /\s--(write|fix|in-place|apply|apply-unsafe|unsafe|update-snapshots?|updateSnapshot)(?![\w-])/,
  /\b(prettier|gofmt|goimports|shfmt)\b[^;&|]*\s-\w*w\b|\bsed -i|\b(jest|vitest)\b[^;&|]*\s-u\b/,
  // Never ends.
  /\s--watch(All)?(?!=false|[\w-])|\s--ui\b|\b(nodemon|chokidar|watchexec)\b|\bvitest (watch|dev)\b/,
  /\b(tsc|vitest|rollup|webpack|tsup)\b[^;&|]*\s-w\b/,
  // Reaches outside, installs, or changes history.
  /\bgit (push|commit|tag|reset|clean|checkout|switch|stash|merge|rebase|add)\b|\bsudo\b|\brm -\w* *[~/$]/,
  /\b(npm|pnpm|yarn|bun|cargo|twine|poetry|uv|vsce|ovsx|mvn|gradlew?|docker|podman|dotnet nuget) (publish|upload|push|deploy|release|login)\b/,
  /\b(npm|pnpm|yarn|bun|pip3?|uv|poetry|pdm|gem|composer|bundle|brew|apt|apt-get|pipx|cargo) (ci|i|install|add|update|upgrade|link|sync|remove)\b/,
  /\b(kubectl|helm|terraform (apply|destroy)|rsync|scp|ssh|gh-pages|semantic-release|(vercel|netlify|firebase|fly|wrangler) \S*deploy)\b/,
];

/** Formatters that rewrite unless they are told to check; prettier prints instead, which checks nothing either. */
const REWRITING =
  /\b(black|isort|prettier|gofumpt)\b|\b(cargo|go|deno|terraform|zig|dprint) fmt\b|\b(ruff|mix|dotnet|dart) format\b/;

const CHECKING_FLAG =
  /\s--(check|check-formatted|check-only|list-different|verify-no-changes|set-exit-if-changed|diff|dry-run)\b|\s-[lc]\b|\bdprint check\b|spotlessCheck|\bbiome (format|check|ci|lint)\b/;

/** `test:unit`, `typecheck`, `format-check`: a task whose name promises a check. */
export function isCheckName(name: string): boolean {
  return wordsOf(name).some((word) => CHECKING_WORDS.has(word)) && !isLeftOutName(name);
}

/** `test:watch`, `deploy`, `prepublishOnly`. */
export function isLeftOutName(name: string): boolean {
  return LIFECYCLE.test(name) || wordsOf(name).some((word) => LEFT_OUT_WORDS.has(word));
}

/** Whether a command may run on a model's result: it writes no source, ends by itself and stays at home. */
export function isHarmless(name: string, command: string): boolean {
  if (HARMFUL.some((pattern) => pattern.test(command))) return false;
  const parts = command.split(/&&|\|\||[;|\n]/);
  if (parts.some((part) => REWRITING.test(part) && !CHECKING_FLAG.test(part))) return false;
  const formats = kindOf(name, command) === 'formatter';
  return !formats || CHECKING_FLAG.test(command) || /check|verify|diff|ci\b|test/i.test(name);
}

/** The commands of `a && b && c`; null where the shell does more than that with them. */
export function splitChain(command: string): string[] | null {
  const parts: string[] = [''];
  for (const [token] of command.matchAll(/'[^']*'|"(?:\\.|[^"\\])*"|\\.|&&|[\s\S]/g)) {
    if (token === '&&') parts.push('');
    else if (/^[|;&<>`()\n'"]$|^\$$|^".*[$`]/.test(token)) return null;
    else parts[parts.length - 1] += token;
  }
  const trimmed = parts.map((part) => part.trim());
  return trimmed.includes('') ? null : trimmed;
}

/** `npx tsc` -> `tsc`, `uv run pytest` -> `pytest`, `vendor/bin/pest` -> `pest`, `CI=1 npm test` -> `npm test`. */
export function withoutRunner(command: string): string {
  const inner = command
    .trim()
    .replace(/^(?:cross-env\s+|env\s+)?(?:[A-Za-z_]\w*=\S*\s+)+/, '')
    .replace(
      /^(?:npx(?: --no-install| --yes| -y| --no)?|bunx|pnpm exec|pnpm dlx|yarn exec|npm exec(?: --)?|uv run|poetry run|pdm run|pipenv run|uvx|bundle exec)\s+/,
      '',
    )
    .replace(/^(?:\.\/)?(?:vendor\/bin|node_modules\/\.bin|\.?venv\/bin)\//, '')
    .replaceAll(/\s+/g, ' ');
  return inner === command ? inner : withoutRunner(inner);
}

/** The package.json script that a command runs without arguments of its own, by whatever package manager. */
export function scriptReference(
  command: string,
  scripts: ReadonlyMap<string, string>,
): string | null {
  const words = withoutRunner(command)
    .split(' ')
    .filter((word) => !/^(--silent|-s|--if-present|--)$/.test(word));
  const [manager = '', first = '', second, ...rest] = words;
  if (!/^(npm|pnpm|yarn|bun)$/.test(manager) || rest.length > 0) return null;
  if (/^(run|run-script)$/.test(first)) return second ?? null;
  if (second !== undefined) return null;
  if (manager !== 'bun' && /^(test|t)$/.test(first)) return 'test';
  // `bun test` is bun's own runner; `yarn lint` and `pnpm lint` are scripts, if there is one.
  return (manager === 'pnpm' || manager === 'yarn') && scripts.has(first) ? first : null;
}

/** A script's body with the bodies of all scripts that it runs. */
export function expandScript(name: string, { scripts }: Pick<Project, 'scripts'>): string {
  const seen = new Set<string>();
  const visit = (script: string): string[] => {
    const body = scripts.get(script);
    if (body === undefined || seen.has(script)) return [];
    seen.add(script);
    const runs = body.split(/&&|\|\||[;|&]/).map((part) => scriptReference(part.trim(), scripts));
    return [body, ...runs.flatMap((run) => (run === null ? [] : visit(run)))];
  };
  return visit(name).join('\n');
}

/** `test:unit` and `checkTypes` -> `test-unit`, `check-types`. */
export function kebab(name: string): string {
  return wordsOf(name).join('-') || 'gate';
}
