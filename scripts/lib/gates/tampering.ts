/** One changed file as a capture lists it. */
export interface ChangedFile {
  path: string;
  old_path?: string | null;
  status: string;
}

export type TamperingKind =
  | 'test-deleted'
  | 'gate-configuration-changed'
  | 'ci-changed'
  | 'manifest-changed';

export interface Tampering {
  path: string;
  kind: TamperingKind;
}

const TEST =
  /(^|\/)(tests?|specs?|__tests__|__snapshots__)\/|[._-](test|spec)\.[\w.]+$|(^|\/)test_[^/]*\.py$|_(test|spec)\.\w+$|(Tests?|Spec)\.(java|kt|cs|swift|php|scala)$/;

const CI =
  /^\.github\/(workflows|actions)\/|^\.(circleci|buildkite|woodpecker|ci|gitlab)\/|(^|\/)(\.gitlab-ci|\.travis|\.drone|appveyor|azure-pipelines|bitbucket-pipelines)\.ya?ml$|(^|\/)Jenkinsfile$/;

const MANIFEST =
  /(^|\/)(package\.json|(GNU)?[Mm]akefile|\.?[Jj]ustfile|[Tt]askfile\.ya?ml|pyproject\.toml|setup\.py|Cargo\.toml|go\.mod|composer\.json|Gemfile|Rakefile|pom\.xml|(build|settings)\.gradle(\.kts)?|deno\.jsonc?|mix\.exs|Package\.swift|CMakeLists\.txt|turbo\.json|nx\.json)$/;

/** Test runners, linters, formatters and type checkers, by the name of what configures them. */
const CONFIGURATION = [
  /^(vitest|vite|jest|babel|ava|playwright|cypress|karma|wdio|eslint|prettier|stylelint|commitlint|biome|dprint|oxlint)\.(config|conf|workspace|setup)\.\w+$/,
  /^biome\.jsonc?$|^dprint\.json$|^\.oxlintrc\.json$|^(ts|js)config[\w.-]*\.json$|^pyrightconfig\.json$/,
  /^\.(eslint|prettier|stylelint|biome)(rc|ignore)[\w.]*$|^\.(mocha|nyc|c8|jshint|babel|swc)rc[\w.]*$|^\.editorconfig$/,
  /^\.markdownlint[\w.-]*$|^\.pre-commit-config\.ya?ml$|^\.?codecov\.ya?ml$|^\.coveragerc$|^\.c8\.json$/,
  /^(pytest|tox|mypy|\.mypy)\.ini$|^setup\.cfg$|^(conftest|noxfile)\.py$|^\.?(flake8|pylintrc)$|^\.?ruff\.toml$/,
  /^\.?(rustfmt|clippy|nextest)\.toml$|^\.golangci\.(ya?ml|toml|json)$|^(phpunit|phpcs)\.xml(\.dist)?$|^phpstan\.neon(\.dist)?$/,
  /^\.rspec$|^\.rubocop\.yml$|^\.swiftlint\.yml$|^\.clang-(format|tidy)$|^\.multi-model\.json$/,
];

/**
 * What of the gates themselves was changed: first form, from the names alone. A changed test is no tampering by itself
 * (most tasks ask for it), a new file neither: it can loosen nothing that was there.
 */
export function findTampering(files: readonly ChangedFile[]): Tampering[] {
  return files.flatMap((file) => {
    if (file.status === 'added') return [];
    const examined = file.status === 'renamed' ? (file.old_path ?? file.path) : file.path;
    const kind = kindOfChange(examined, file);
    return kind === null ? [] : [{ path: examined, kind }];
  });
}

function kindOfChange(examined: string, { path, status }: ChangedFile): TamperingKind | null {
  const name = examined.slice(examined.lastIndexOf('/') + 1);
  const isGone = status === 'deleted' || (status === 'renamed' && !TEST.test(path));
  if (CI.test(examined)) return 'ci-changed';
  if (MANIFEST.test(examined)) return 'manifest-changed';
  if (CONFIGURATION.some((pattern) => pattern.test(name))) return 'gate-configuration-changed';
  return isGone && TEST.test(examined) ? 'test-deleted' : null;
}
