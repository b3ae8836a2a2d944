/** What lines of manifests name: packages with what is asked of them, and scripts. No manifest is parsed. */

const VALUE_OF_JSON = /"([^"\\]+)"\s*:\s*"([^"\\]*)"/g;

/** Files by name, and what is a package in a line of theirs: its name, and what is asked of it. */
const PACKAGES: readonly (readonly [file: RegExp, item: RegExp])[] = [
  [
    /(^|\/)(?:package|composer|deno)\.jsonc?$/,
    /"(?!(?:version|node|npm|target|packageManager)")([^"\\]+)"\s*:\s*"((?:[\^~<>=!v]*\s*\d|\*|latest|workspace:|file:|npm:|link:|git|https?:)[^"\\]*)"/g,
  ],
  [
    /\.toml$|(^|\/)Pipfile$/,
    /^(?!(?:version|edition|rust-version|requires-python|python)\b)"?([A-Za-z][\w.-]*)"?\s*=\s*(?:"([\d^~<>=*][^"]*)"|\{.*\b(?:version|path|git|workspace)\b)/g,
  ],
  [/(^|\/)go\.mod$/, /^(?:\s+|require\s+)([\w-]+(?:\.[\w-]+)+\/\S+)\s+(v\S+)/g],
  [
    /requirements[\w.-]*\.(?:txt|in)$|(^|\/)requirements\/[^/]+\.(?:txt|in)$/,
    /^([A-Za-z][\w.-]*)(?:\[[^\]]*\])?\s*([<>=~!@][^;#]*)?/g,
  ],
  [/(^|\/)(?:Gemfile|gems\.rb)$/, /^\s*gem\s+['"]([^'"]+)['"](?:\s*,\s*['"]([^'"]*)['"])?/g],
];

/** `"PyYAML>=6"` in a list of pyproject.toml, and the lines that are such a list, or part of one. */
const LISTED = /"([A-Za-z][\w.-]*)(?:\[[^\]"]*\])?\s*([<>=~!][^";]*)?(?:;[^"]*)?"/g;
const LIST =
  /^\s*"[^"]*",?\s*\]?\s*$|\b(?:dependencies|requires|dev|test|docs|[\w-]*extras?)\b.*\[/;

const LOCKFILE =
  /(^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|bun\.lockb?|go\.sum|[^/]+\.lock)$/;
/** Lists are written by hand, and not in lines as long as this. */
const LONGEST = 400;
const TASKS = /(^|\/)(?:GNU)?[Mm]akefile$|(^|\/)\.?[Jj]ustfile$|(^|\/)[Tt]askfile\.ya?ml$/;

export function isLockfile(path: string): boolean {
  return LOCKFILE.test(path);
}

export function isManifest(path: string): boolean {
  return PACKAGES.some(([file]) => file.test(path));
}

/** Package -> what is asked of it, as written; empty where nothing is. */
export function packagesIn(path: string, lines: readonly string[]): Map<string, string> {
  const item = PACKAGES.find(([file]) => file.test(path))?.[1];
  const found = new Map<string, string>();
  if (item === undefined) return found;
  for (const line of lines) {
    const isListed = path.endsWith('pyproject.toml') && LIST.test(line.slice(0, LONGEST));
    for (const [, name = '', wanted = ''] of line.matchAll(isListed ? LISTED : item))
      found.set(name, wanted.trim());
  }
  return found;
}

/** The packages that lines of a lockfile may be about; words that are none do no harm. */
export function lockedIn(lines: readonly string[]): Set<string> {
  const tokens = lines.flatMap((line) => line.match(/[\w@./-]+/g) ?? []);
  return new Set(
    tokens.map((one) => one.replace(/^(?:.*node_modules)?\//, '').replace(/(.)@.*$/, '$1')),
  );
}

/** The names of scripts or targets. */
export function scriptsIn(path: string, lines: readonly string[]): string[] {
  if (/(^|\/)(?:package|composer|deno)\.jsonc?$/.test(path))
    return lines.flatMap((line) => [...line.matchAll(VALUE_OF_JSON)].map(([, name = '']) => name));
  if (!TASKS.test(path)) return [];
  return lines.flatMap((line) => /^ {0,2}([\w.-]+)(?:[ \t][^:=]*)?:(?!=)/.exec(line)?.[1] ?? []);
}

/** A package by the name that code has for it: `PyYAML`, `python-yaml` and `yaml` are one. */
export function packageKey(name: string): string {
  return name
    .toLowerCase()
    .replace(/^(?:py(?:thon)?[-_]?|@types\/)(?=\w{3})|[-_.](?:py|rs|js|rb)$/g, '')
    .replaceAll(/[-_.]/g, '');
}

/** `a/b/c` may be the package `a/b`: all that an imported name may ask for. */
export function packagesOf(imported: string): string[] {
  const steps = imported.split(/\/|::/, 6);
  const first = (steps[0] ?? '').split('.')[0] ?? '';
  return [first, ...steps.map((_, at) => steps.slice(0, at + 1).join('/'))].map(packageKey);
}
