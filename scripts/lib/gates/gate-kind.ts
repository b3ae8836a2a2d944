import { withoutRunner, wordsOf } from './commands.ts';

/** What a gate examines, in the order in which gates are listed and run: the quick ones first. */
export const gateKinds = ['formatter', 'linter', 'typecheck', 'test', 'build', 'other'] as const;

export type GateKind = (typeof gateKinds)[number];

/** Words of a name, such as `test:unit` or `checkTypes`, that say a kind by themselves. */
const KIND_OF_WORD = new Map<string, GateKind>(
  Object.entries({
    formatter: 'format formatter formatting fmt prettier',
    linter: 'lint linter linting lints eslint oxlint stylelint clippy vet',
    typecheck: 'type types typing typecheck typechecking tsc mypy pyright',
    test: 'test tests testing spec specs unit integration e2e pytest jest vitest mocha',
    build: 'build compile bundle',
  } satisfies Partial<Record<GateKind, string>>).flatMap(([kind, words]) =>
    words.split(' ').map((word) => [word, kind as GateKind] as const),
  ),
);

/** Programs with their verbs that say a kind, the most telling first: `biome format` is no linter, `deno check` no test. */
const KIND_OF_PROGRAM: readonly (readonly [RegExp, GateKind])[] = [
  [
    /^(prettier|gofmt|goimports|rustfmt|black|isort|dprint|shfmt|clang-format)(?= |$)|^(biome|ruff|deno|dotnet|mix|cargo|terraform) (format|fmt)\b|\bspotlessCheck\b/,
    'formatter',
  ],
  [
    /^(tsc|vue-tsc|svelte-check|mypy|pyright|basedpyright|pyre|dialyzer|tsd|attw)(?= |$)|^(deno|astro|cargo) check\b|^mix dialyzer\b/,
    'typecheck',
  ],
  [
    /^(eslint|oxlint|stylelint|tslint|markdownlint|flake8|pylint|golangci-lint|rubocop|shellcheck|phpstan|psalm|credo|ktlint|swiftlint|xo|standard)(?= |$)|^(biome|ruff|deno|next) (lint|check|ci)\b|^go vet\b|^cargo clippy\b|^mix credo\b/,
    'linter',
  ],
  [
    /^(jest|vitest|mocha|ava|uvu|tap|tape|pytest|py\.test|tox|nox|rspec|phpunit|pest|ctest|unittest)(?= |$)|^(node|tsx|bun) .*--test\b|^zig (build )?test\b|^(playwright|react-scripts|ng|bun|go|cargo|deno|dotnet|swift|mix|mvn|mvnw|gradlew?|rake|npm|pnpm|yarn) (\S+ )*?(test|nextest|spec)\b/,
    'test',
  ],
  [
    /^(webpack|rollup|tsup|esbuild|parcel)(?= |$)|^(vite|next|astro|turbo|nx|cargo|go|dotnet|swift|gradlew?|mvn|mvnw|deno|bun|ng) (\S+ )*?(build|compile|assemble|package)\b|^make$/,
    'build',
  ],
];

/** Programs that only run another one, and what an interpreter is told to run. */
const AROUND =
  /^(?:nyc|c8|cross-env|dotenv|env-cmd|time|nice|xvfb-run|coverage run|env)(?:\s+(?:--?\S+|\w+=\S*|--))*\s+(?=[^-\s])/;

/** What runs, without what stands around it and without its folder: `c8 node_modules/.bin/mocha x` -> `mocha x`. */
function programIn(part: string): string {
  const plain = withoutRunner(part);
  const inner = plain.replace(AROUND, '').replace(/^(?:\S*\/)?python[\d.]* -m /, '');
  if (inner !== plain) return programIn(inner);
  const given = /^(?:node|php|ruby|bun)\s+(?:-\S+\s+)*?((?:\S*\/)?[\w.-]+)(.*)$/.exec(plain);
  // `node node_modules/jest/bin/jest.js`, but not `node --test`.
  const [, file = '', rest = ''] = given ?? [];
  if (file.includes('/') && !/\s--test\b/.test(plain))
    return programIn(file.replace(/^.*\//, '').replace(/\.[cm]?js$|\.phar$/, '') + rest);
  return plain.replace(/^\S*\//, '');
}

/** `npm run lint`, `make lint`: the word that says which of the project's own tasks is run. */
const TASK =
  /^(?:(?:npm|pnpm|yarn|bun|hatch)(?: run)?|make|just|task|rake|composer|deno task)\b.*?\s([\w:.-]+)$/;

/** A gate's kind by its name, else by what its command runs; several kinds in one chain are `other`. */
export function kindOf(name: string, command: string): GateKind {
  const [named, run] = [kindOfName(name), kindOfCommand(command)];
  // `test:types: tsc` runs no test.
  return (named === 'test' && NO_TESTS.includes(run) ? run : (named ?? run)) ?? 'other';
}

const NO_TESTS: readonly (GateKind | undefined)[] = ['formatter', 'linter', 'typecheck'];

function kindOfName(name: string): GateKind | undefined {
  for (const word of wordsOf(name)) {
    const kind = KIND_OF_WORD.get(word);
    if (kind !== undefined) return kind;
  }
  return undefined;
}

function kindOfCommand(command: string): GateKind | undefined {
  const kinds = command
    .split(/&&|;/)
    .map((part) => kindOfProgram(programIn(part.trim())))
    .filter((kind) => kind !== undefined);
  return new Set(kinds).size > 1 ? 'other' : kinds[0];
}

function kindOfProgram(part: string): GateKind | undefined {
  const byProgram = KIND_OF_PROGRAM.find(([pattern]) => pattern.test(part))?.[1];
  const task = TASK.exec(part)?.[1];
  // A task of the project's own does something, even if its name does not say what; `cd` or `mkdir` do not count.
  return byProgram ?? (task === undefined ? undefined : (kindOfName(task) ?? 'other'));
}
