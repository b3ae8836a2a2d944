/** What a file is to the gates, by its name alone. */

const TEST =
  /(^|\/)(tests?|specs?|__tests__|e2e)\/|[._-](test|spec|cy|e2e|test-d)\.[\w.]+$|(^|\/)(test_[^/]*|tests?)\.py$|(^|\/)tests?\.[cm]?[jt]sx?$|_(test|spec)\.\w+$|(Tests?|TestCase|Spec|IT)\.(java|kt|kts|cs|swift|php|scala|groovy)$|(^|\/)Test[A-Z]\w*\.(java|kt|scala)$|\.(feature|bats)$|(^|\/)t\/[^/]+\.t$/;

/** A test by its own name, not only by its folder: a runner starts it by itself. */
const TEST_FILE =
  /[._-](test|spec|cy|e2e|test-d)\.[\w.]+$|(^|\/)(test_[^/]*|tests?|conftest)\.py$|(^|\/)tests?\.[cm]?[jt]sx?$|_(test|spec)\.\w+$|(Tests?|TestCase|Spec|IT)\.(java|kt|kts|cs|swift|php|scala|groovy)$|(^|\/)Test[A-Z]\w*\.(java|kt|scala)$|\.(feature|bats)$/;

/** Expected output that a runner compares with; a folder's name counts for what is no program. */
const SNAPSHOT =
  /(^|\/)(__snapshots__|__image_snapshots__)\/|\.(snap|golden|expected|approved|verified|snapshot)(\.\w+)?$|(^|\/)(snapshots?|goldens?|golden[_-]files|expected)\/.*\.(?!(?:[cm]?[jt]sx?|py|rb|go|rs|java|kt|cs|php|swift|dart|scala)$)\w+$|(^|\/)[\w.-]*(expected|golden)[\w.-]*\.(txt|json|ya?ml|xml|html|csv|svg|out|md|log)$/;

const CI =
  /^\.github\/(workflows|actions)\/|^\.(circleci|buildkite|woodpecker|ci|gitlab)\/|(^|\/)(\.gitlab-ci|\.travis|\.drone|appveyor|azure-pipelines|bitbucket-pipelines)\.ya?ml$|(^|\/)Jenkinsfile$/;

const MANIFEST =
  /^(package\.json|(GNU)?[Mm]akefile|\.?[Jj]ustfile|[Tt]askfile\.ya?ml|pyproject\.toml|setup\.py|Cargo\.toml|go\.mod|composer\.json|Gemfile|Rakefile|pom\.xml|(build|settings)\.gradle(\.kts)?|deno\.jsonc?|mix\.exs|Package\.swift|CMakeLists\.txt|turbo\.json|nx\.json)$/;

/** Lists of what a check leaves out, one path a line. */
const IGNORE_LIST = /^\.(eslint|prettier|stylelint|biome|markdownlint|ruff|semgrep|jshint)ignore$/;

/** Test runners, linters, formatters and type checkers, by the name of what configures them. */
const CONFIGURATION = [
  /^(vitest|vite|jest|babel|ava|playwright|cypress|karma|wdio|eslint|prettier|stylelint|commitlint|biome|dprint|oxlint)\.(config|conf|workspace|setup)\.\w+$/,
  /^biome\.jsonc?$|^dprint\.json$|^\.oxlintrc\.json$|^(ts|js)config[\w.-]*\.json$|^pyrightconfig\.json$|^bunfig\.toml$/,
  /^\.(eslint|prettier|stylelint|biome)rc[\w.]*$|^\.(mocha|nyc|c8|jshint|babel|swc|tap)rc[\w.]*$|^\.editorconfig$/,
  /^\.markdownlint[\w.-]*$|^\.pre-commit-config\.ya?ml$|^\.?codecov\.ya?ml$|^\.coveragerc$|^\.c8\.json$|^lefthook\.ya?ml$/,
  /^(pytest|tox|mypy|\.mypy)\.ini$|^setup\.cfg$|^(conftest|noxfile)\.py$|^\.?(flake8|pylintrc)$|^\.?ruff\.toml$/,
  /^\.?(rustfmt|clippy|nextest)\.toml$|^\.golangci\.(ya?ml|toml|json)$|^(phpunit|phpcs)\.xml(\.dist)?$|^phpstan\.neon(\.dist)?$/,
  /^\.rspec$|^\.rubocop(_todo)?\.yml$|^\.swiftlint\.yml$|^\.clang-(format|tidy)$|^\.multi-model\.json$|^\.size-limit\.\w+$/,
];

/** Obeyed by the programs that run the gates, if certain lines are in it. */
const ENVIRONMENT = /^(\.npmrc|\.yarnrc(\.yml)?|\.env(\.\w+)?|\.pnpmfile\.cjs)$/;

/** Loaded before, or in place of, what the gates mean to run. */
const SHADOWING =
  /(^|\/)(sitecustomize|usercustomize)\.py$|(^|\/)[\w.-]+\.pth$|(^|\/)node_modules\/|^(src\/|tests?\/)?(pytest|_pytest|unittest|doctest|coverage|mypy|ruff|flake8|pylint)(\.py|\/__init__\.py)$/;

/** Shell programs that run the checks. */
const RUNNER =
  /(^|\/)(run[_-]?(all[_-]?)?(tests?|checks?|ci)|check|ci|lint|tests?|verify)\.(sh|bash|ps1|bat|cmd)$|(^|\/)(bin|script|scripts)\/(tests?|lint|check|ci|verify)$|(^|\/)run[_-]?(all[_-]?)?tests?\.[cm]?[jt]s$/;

/** Whole projects that tests work on: their configuration rules nothing but themselves. */
const SAMPLE = /(^|\/)(fixtures?|__fixtures__|testdata|samples?|examples?)\//;

export type Role =
  | 'ci'
  | 'manifest'
  | 'ignore-list'
  | 'configuration'
  | 'environment'
  | 'shadowing'
  | 'snapshot'
  | 'test'
  | 'runner'
  | 'other';

/** What the file at a path is to the gates. */
export function roleOf(path: string): Role {
  const name = nameOf(path);
  if (CI.test(path)) return 'ci';
  if (SHADOWING.test(path) && !SAMPLE.test(path)) return 'shadowing';
  if (MANIFEST.test(name)) return 'manifest';
  if (IGNORE_LIST.test(name)) return 'ignore-list';
  if (CONFIGURATION.some((pattern) => pattern.test(name))) return 'configuration';
  if (ENVIRONMENT.test(name)) return 'environment';
  if (SNAPSHOT.test(path)) return 'snapshot';
  if (RUNNER.test(path)) return 'runner';
  return isTest(path) ? 'test' : 'other';
}

/** By its folder or by its name. */
export function isTest(path: string): boolean {
  return TEST.test(path);
}

export function isTestByItsName(path: string): boolean {
  return TEST_FILE.test(path);
}

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

/** `src/a.test.ts`, `src/a.ts` and `test_a.py` -> `a`: what a test and its source have in common. */
export function stemOf(path: string): string {
  return nameOf(path)
    .replace(/\..*$/, '')
    .replace(/^test_|^Test(?=[A-Z])|[_-](test|spec)$|(Tests?|TestCase|Spec|IT)$/, '')
    .toLowerCase();
}
