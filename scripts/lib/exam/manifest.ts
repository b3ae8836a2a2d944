/** Manifests hold what gates run and obey beside dependencies, versions and all the rest. */
import { asObject, parseObject } from '../gates/json-object.ts';
import { nameOf } from './roles.ts';

/** Keys of package.json that test runners, linters and formatters read. */
const PACKAGE_SETTINGS =
  'jest vitest mocha ava nyc c8 tap tape jasmine karma cypress eslintConfig eslintIgnore prettier stylelint xo standard ' +
  'lint-staged husky simple-git-hooks pre-commit commitlint size-limit bundlesize babel tsd typeCoverage wireit nx';

/** Where scripts are, and which keys gates obey. */
const JSON_MANIFESTS: Record<string, { scripts: string; settings: readonly string[] }> = {
  'package.json': { scripts: 'scripts', settings: PACKAGE_SETTINGS.split(' ') },
  'composer.json': { scripts: 'scripts', settings: [] },
  'deno.json': { scripts: 'tasks', settings: 'lint fmt test bench exclude include'.split(' ') },
};

/** Tables of TOML and sections of setup.cfg that gates obey. */
const SECTIONS: Record<string, RegExp> = {
  'pyproject.toml':
    /^tool\.(?!(poetry|pdm|uv|rye|hatch|setuptools\w*|flit|maturin|cibuildwheel|towncrier|commitizen|bumpversion|semantic_release)\b)|^tool\.(pdm|rye)\.scripts|^tool\.hatch\.envs/,
  'Cargo.toml': /^(workspace\.)?lints\b|^\[?test\b|^profile\.test\b/,
  'setup.cfg': /^(tool:pytest|flake8|mypy|coverage|isort|pycodestyle|pylint|pydocstyle|tox)/,
};

/** Nothing but what is depended on, or built: base's own in their place would be another product. */
const PRODUCT =
  /^(go\.mod|Gemfile|setup\.py|pom\.xml|.*\.gradle(\.kts)?|mix\.exs|Package\.swift|CMakeLists\.txt)$/;

/**
 * A manifest of a result with base's scripts and settings of gates in it: what base had is as it was, hooks around its
 * scripts are gone, everything else stays. The text of the result where nothing of that differs; base's own where the
 * whole file is for gates.
 */
export function withGatesOfBase(path: string, before: string, after: string): string {
  const name = nameOf(path).replace(/\.jsonc$/, '.json');
  const json = JSON_MANIFESTS[name];
  if (json !== undefined) return mergedJson(json, before, after);
  const isOfGates = SECTIONS[name];
  if (isOfGates !== undefined) return mergedSections(isOfGates, before, after);
  return PRODUCT.test(name) ? after : before;
}

/** The names of scripts that base had and that the result changed. */
export function changedScripts(path: string, before: string, after: string): string[] {
  const json = JSON_MANIFESTS[nameOf(path).replace(/\.jsonc$/, '.json')];
  if (json === undefined) return [];
  const [old, now] = [before, after].map((text) => asObject(parseObject(text)[json.scripts]));
  return Object.keys(old ?? {}).filter((name) => !isSame(old?.[name], now?.[name]));
}

function mergedJson(
  { scripts, settings }: { scripts: string; settings: readonly string[] },
  before: string,
  after: string,
): string {
  const [old, now] = [parseObject(before), parseObject(after)];
  const kept = Object.entries(now).filter(([key]) => !settings.includes(key));
  const ofBase = Object.entries(old).filter(([key]) => settings.includes(key));
  const merged = Object.fromEntries([...kept, ...ofBase]);
  if (old[scripts] !== undefined)
    merged[scripts] = mergedScripts(asObject(old[scripts]), asObject(now[scripts]));
  const isAsBase = [...settings, scripts].every((key) => isSame(merged[key], now[key]));
  return isAsBase ? after : written(merged, after);
}

function mergedScripts(old: Record<string, unknown>, now: Record<string, unknown>) {
  const isHook = (name: string) =>
    /^(pre|post)./.test(name) && name.replace(/^(pre|post)/, '') in old;
  const kept = Object.entries(now).filter(([name]) => !isHook(name));
  return { ...Object.fromEntries(kept), ...old };
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

/** The order of keys says nothing. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** With the indentation and the last line end of a text. */
function written(value: unknown, like: string): string {
  const indentation = /^\s*\{\r?\n([ \t]+)/.exec(like)?.[1] ?? '';
  return JSON.stringify(value, null, indentation) + (/\n\s*$/.test(like) ? '\n' : '');
}

/** Where a section begins: `[tool.pytest.ini_options]`, `[[test]]`. */
const HEADER = /^[ \t]*\[([^\]\n]+)\]/m;

function mergedSections(isOfGates: RegExp, before: string, after: string): string {
  const split = (text: string) => text.split(/^(?=[ \t]*\[[^\]\n]+\])/m);
  const nameIn = (section: string) => HEADER.exec(section)?.[1]?.replace(/^\[|["'\s]/g, '') ?? '';
  const isGate = (section: string) => isOfGates.test(nameIn(section));
  const [old, now] = [split(before).filter(isGate), split(after).filter(isGate)];
  const plain = (sections: readonly string[]) => sections.map((it) => it.trim()).join('\n');
  if (plain(old) === plain(now)) return after;
  const kept = split(after).filter((section) => !isGate(section));
  return [...kept, ...old].map((section) => `${section.trimEnd()}\n`).join('\n');
}
