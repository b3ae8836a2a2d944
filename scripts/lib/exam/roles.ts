/** What a file is to the gates, by its name alone: the one table for all that ask. */

const TEST =
  /(^|\/)(tests?|specs?|__tests__|e2e)\/|[._-](test|spec|cy|e2e|test-d)\.[\w.]+$|(^|\/)(test_[^/]*|tests?)\.py$|(^|\/)tests?(-[^/]*)?\.[cm]?[jt]sx?$|_(test|spec)\.\w+$|(Tests?|TestCase|Spec|IT)\.(java|kt|kts|cs|swift|php|scala|groovy)$|(^|\/)Test[A-Z]\w*\.(java|kt|scala)$|\.(feature|bats)$|(^|\/)t\/[^/]+\.t$/;

/** Expected output that a runner compares with; a folder's name counts for what is no program. */
const SNAPSHOT =
  /(^|\/)(__snapshots__|__image_snapshots__)\/|\.(snap|golden|expected|approved|verified|snapshot)(\.\w+)?$|(^|\/)(snapshots?|goldens?|golden[_-]files|expected)\/.*\.(?!(?:[cm]?[jt]sx?|py|rb|go|rs|java|kt|cs|php|swift|dart|scala)$)\w+$|(^|\/)[\w.-]*(expected|golden)[\w.-]*\.(txt|json|ya?ml|xml|html|csv|svg|out|md|log)$/;

const CI =
  /^\.github\/(workflows|actions)\/|^\.(circleci|buildkite|woodpecker|ci|gitlab)\/|(^|\/)(\.gitlab-ci|\.travis|\.drone|appveyor|azure-pipelines|bitbucket-pipelines)\.ya?ml$|(^|\/)Jenkinsfile$/;

const MANIFEST =
  /^(package\.json|(GNU)?[Mm]akefile|\.?[Jj]ustfile|[Tt]askfile\.ya?ml|pyproject\.toml|setup\.py|Cargo\.toml|go\.mod|composer\.json|Gemfile|Rakefile|pom\.xml|(build|settings)\.gradle(\.kts)?|deno\.jsonc?|mix\.exs|Package\.swift|CMakeLists\.txt|turbo\.json|nx\.json)$/;

/** Test runners, linters, formatters and type checkers, by the name of what configures them. */
const SETTINGS = [
  /^\.(eslint|prettier|stylelint|biome|markdownlint|ruff|semgrep|jshint)ignore$/,
  /^(vitest|vite|jest|babel|ava|playwright|cypress|karma|wdio|eslint|prettier|stylelint|commitlint|biome|dprint|oxlint)\.(config|conf|workspace|setup)\.\w+$/,
  /^biome\.jsonc?$|^dprint\.json$|^\.oxlintrc\.json$|^(ts|js)config[\w.-]*\.json$|^pyrightconfig\.json$|^bunfig\.toml$/,
  /^\.(eslint|prettier|stylelint|biome)rc[\w.]*$|^\.(mocha|nyc|c8|jshint|babel|swc|tap)rc[\w.]*$|^\.editorconfig$/,
  /^\.markdownlint[\w.-]*$|^\.pre-commit-config\.ya?ml$|^\.?codecov\.ya?ml$|^\.coveragerc$|^\.c8\.json$|^lefthook\.ya?ml$/,
  /^(pytest|tox|mypy|\.mypy)\.ini$|^setup\.cfg$|^(conftest|noxfile)\.py$|^\.?(flake8|pylintrc)$|^\.?ruff\.toml$/,
  /^\.?(rustfmt|clippy|nextest)\.toml$|^\.golangci\.(ya?ml|toml|json)$|^(phpunit|phpcs)\.xml(\.dist)?$|^phpstan\.neon(\.dist)?$/,
  /^(\.npmrc|\.yarnrc(\.yml)?|\.pnpmfile\.cjs)$/,
  /^\.rspec$|^\.rubocop(_todo)?\.yml$|^\.swiftlint\.yml$|^\.clang-(format|tidy)$|^\.multi-model\.json$|^\.size-limit\.\w+$/,
];

/** Loaded before, or in place of, what the gates mean to run. */
const SHADOWING =
  /(^|\/)(sitecustomize|usercustomize)\.py$|(^|\/)[\w.-]+\.pth$|(^|\/)node_modules\/|^(src\/|tests?\/)?(pytest|_pytest|unittest|doctest|coverage|mypy|ruff|flake8|pylint)(\.py|\/__init__\.py)$/;

/** Shell programs that run the checks. */
const RUNNER =
  /(^|\/)(run[_-]?(all[_-]?)?(tests?|checks?|ci)|check|ci|lint|tests?|verify)\.(sh|bash|ps1|bat|cmd)$|(^|\/)(bin|script|scripts)\/(tests?|lint|check|ci|verify)$|(^|\/)run[_-]?(all[_-]?)?tests?\.[cm]?[jt]s$/;

/** What lies in such a folder is there for tests, whatever it is: helpers, fixtures, configuration of their own. */
const TEST_FOLDER =
  /(^|\/)(tests?|specs?|__tests__|e2e|testdata|__fixtures__|fixtures?|__mocks__|__snapshots__)\//;

/** Whole projects that tests work on: their configuration rules nothing but themselves. */
const SAMPLE = /(^|\/)(fixtures?|__fixtures__|testdata|samples?|examples?)\//;

/** What agents are told to run. */
const INSTRUCTIONS = /^(AGENTS|CLAUDE|GEMINI)\.md$/;

/**
 * `settings`: what a gate obeys or loads; `runner`: a program that runs checks; `support`: what tests compare with or read.
 */
export type Role =
  | 'ci'
  | 'manifest'
  | 'settings'
  | 'runner'
  | 'instructions'
  | 'support'
  | 'test'
  | 'other';

/** What the file at a path is to the gates. */
export function roleOf(path: string): Role {
  const name = nameOf(path);
  if (CI.test(path)) return 'ci';
  const isSample = SAMPLE.test(path);
  if (SHADOWING.test(path) && !isSample) return 'settings';
  if (MANIFEST.test(name)) return 'manifest';
  if (SETTINGS.some((pattern) => pattern.test(name))) return 'settings';
  if (INSTRUCTIONS.test(name)) return 'instructions';
  if (SNAPSHOT.test(path)) return 'support';
  if (RUNNER.test(path)) return 'runner';
  return isTest(path) ? 'test' : TEST_FOLDER.test(path) ? 'support' : 'other';
}

/** By its folder or by its name. */
export function isTest(path: string): boolean {
  return TEST.test(path);
}

/**
 * Whether a file goes where the tests go: a test, what tests compare with or read, or anything in a folder of tests.
 * Tests that stand inside of source files, as in Rust, stay with the code.
 */
export function belongsToTests(path: string): boolean {
  const role = roleOf(path);
  if (role === 'test' || role === 'support') return true;
  return role !== 'ci' && (nameOf(path) === 'conftest.py' || TEST_FOLDER.test(path));
}

/** Below a folder of whole projects that tests work on. */
export function isInSample(path: string): boolean {
  return SAMPLE.test(path);
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The folder of a path with its slash at the end; empty at the top. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}
