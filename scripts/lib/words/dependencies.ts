/** The packages that lines of manifests name, by how such lines look. */
import { pathText, type RawPath } from '../git/paths.ts';

/** The manifest's name, and what a line that names a package looks like. */
const MANIFESTS: readonly [manifest: RegExp, line: RegExp][] = [
  [
    /^(package|composer)\.json$/,
    /^\s*"(@?[\w./-]+)"\s*:\s*"(?:[\^~<>=*v\d]|workspace:|npm:|file:|git|latest|https?:)/,
  ],
  [/^requirements[\w-]*\.(txt|in)$/, /^([A-Za-z][\w.-]*)\s*(?:\[[^\]]*\])?\s*(?:[=~<>!;@]|$)/],
  [/^pyproject\.toml$/, /^\s*["']([A-Za-z][\w.-]*)\s*(?:\[[^\]]*\])?\s*[^"':]*["'],?\s*$/],
  [/^(Cargo|Pipfile)(\.toml)?$/, /^\s*"?([\w-]+)"?\s*=\s*(?:"[\^~<>=*\d]|\{)/],
  [/^go\.mod$/, /^\s*(?:require\s+)?([\w.-]+\.[\w.-]+\/\S+)\s+v\d/],
  [/^Gemfile$/, /^\s*gem\s+["']([^"']+)/],
  [/^pom\.xml$/, /<artifactId>([^<]+)/],
  [/^build\.gradle(\.kts)?$/, /["']([\w.-]+:[\w.-]+)(?::[^"']*)?["']/],
];

/** Fields of package.json that hold a version, and name no package. */
const FIELDS = new Set(['version', 'node', 'npm', 'yarn', 'pnpm', 'packageManager']);

export function isManifest(path: RawPath): boolean {
  return lineOf(path) !== null;
}

/** The packages that lines of a manifest name; none where it is no manifest. */
export function packagesIn(path: RawPath, lines: readonly string[]): string[] {
  const pattern = lineOf(path);
  if (pattern === null) return [];
  const names = lines.flatMap((line) => pattern.exec(line.slice(0, 400))?.[1] ?? []);
  return [...new Set(names.filter((name) => !FIELDS.has(name)).map(pathText))];
}

/** The tasks that lines of a manifest name: scripts of package.json, targets of a Makefile and its kin. */
export function scriptsIn(path: RawPath, lines: readonly string[]): string[] {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const pattern = /^package\.json$/.test(name)
    ? /^\s*"([\w:.-]{3,})"\s*:\s*"/
    : /^(gnu)?makefile$|^\.?justfile$|^taskfile\.ya?ml$/i.test(name)
      ? /^\s*([\w.-]{3,})\s*:(?!=)/
      : null;
  const packages = new Set(packagesIn(path, lines));
  const found = pattern === null ? [] : lines.flatMap((line) => pattern.exec(line)?.[1] ?? []);
  return found.filter((task) => !packages.has(task));
}

function lineOf(path: RawPath): RegExp | null {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return MANIFESTS.find(([manifest]) => manifest.test(name))?.[1] ?? null;
}

const LOCKFILE =
  /^(package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|go\.sum|Cargo\.lock|poetry\.lock|uv\.lock|Pipfile\.lock|Gemfile\.lock|composer\.lock)$/;

export function isLockfile(path: RawPath): boolean {
  return LOCKFILE.test(path.slice(path.lastIndexOf('/') + 1));
}
