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

/** Programs that say a kind, the most telling first: `biome format` is no linter, `deno check` no test. */
const KIND_OF_PROGRAM: readonly (readonly [RegExp, GateKind])[] = [
  [
    /\b(prettier|gofmt|goimports|rustfmt|black|isort|dprint|shfmt|clang-format)\b|\b(biome|ruff|deno|dotnet|mix|cargo|terraform) (format|fmt)\b|spotlessCheck/,
    'formatter',
  ],
  [
    /\b(tsc|vue-tsc|svelte-check|mypy|pyright|basedpyright|pyre|dialyzer)\b|\b(deno|astro|cargo) check\b/,
    'typecheck',
  ],
  [
    /\b(eslint|oxlint|stylelint|tslint|markdownlint|clippy|flake8|pylint|golangci-lint|rubocop|shellcheck|phpstan|psalm|credo|ktlint|swiftlint|xo)\b|\b(biome|ruff|deno) (lint|check|ci)\b|\bgo vet\b/,
    'linter',
  ],
  [
    /\b(jest|vitest|mocha|ava|uvu|tap|tape|pytest|py\.test|tox|nox|rspec|phpunit|pest|ctest|unittest)\b|\s--test\b|\bzig (build )?test\b|\b(playwright|react-scripts|ng|bun|go|cargo|deno|dotnet|swift|mix|mvn|gradlew?|rake|npm|pnpm|yarn) (test|nextest|spec)\b/,
    'test',
  ],
  [
    /\b(webpack|rollup|tsup|esbuild|parcel)\b|\b(vite|next|astro|turbo|nx|cargo|go|dotnet|swift|gradlew?|mvn|deno|bun|ng) (build|compile|assemble|package)\b|^make$/,
    'build',
  ],
];

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

/** `checkTypes` and `check:types` -> `check`, `types`. */
export function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

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
    .map((part) => kindOfProgram(part.trim()))
    .filter((kind) => kind !== undefined);
  return new Set(kinds).size > 1 ? 'other' : kinds[0];
}

function kindOfProgram(part: string): GateKind | undefined {
  const byProgram = KIND_OF_PROGRAM.find(([pattern]) => pattern.test(part))?.[1];
  const task = TASK.exec(part)?.[1];
  // A task of the project's own does something, even if its name does not say what; `cd` or `mkdir` do not count.
  return byProgram ?? (task === undefined ? undefined : (kindOfName(task) ?? 'other'));
}
