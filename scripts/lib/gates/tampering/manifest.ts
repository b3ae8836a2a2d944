/** Manifests: what in them defines gates, apart from dependencies, versions and all the rest. */
import { asObject } from '../json-object.ts';
import { unheardIn } from './command-words.ts';
import { compareSettings } from './compare-settings.ts';
import { type Finding, shortened, strong, weak } from './kinds.ts';
import { nameOf } from './names.ts';
import { compareRecipes } from './recipes.ts';
import { compareScripts, isHookOf, type Scripts } from './scripts.ts';
import { flatten, iniSettings, parseJson, type Settings, tomlSettings } from './settings.ts';

/** Sections of package.json that tools for gates read. */
const PACKAGE_SECTIONS =
  'jest vitest mocha ava nyc c8 tap tape jasmine karma cypress eslintConfig eslintIgnore prettier stylelint xo ' +
  'standard lint-staged husky simple-git-hooks pre-commit commitlint size-limit bundlesize babel ' +
  'tsd typeCoverage type-coverage wireit nx workspaces betterScripts';

interface JsonManifest {
  scripts: string;
  sections: ReadonlySet<string>;
}

const JSON_MANIFESTS: Record<string, JsonManifest> = {
  'package.json': {
    scripts: 'scripts',
    sections: new Set(PACKAGE_SECTIONS.split(' ')),
  },
  'composer.json': { scripts: 'scripts', sections: new Set() },
  'deno.json': {
    scripts: 'tasks',
    sections: new Set([
      'lint',
      'fmt',
      'test',
      'bench',
      'compilerOptions',
      'exclude',
      'include',
      'workspace',
    ]),
  },
};

function jsonManifest(path: string): JsonManifest | undefined {
  return JSON_MANIFESTS[nameOf(path).replace(/\.jsonc$/, '.json')];
}

/** The findings about a manifest whose both texts are known. */
export function compareManifest(path: string, before: string, after: string): Finding[] {
  const name = nameOf(path);
  const known = jsonManifest(path);
  if (known !== undefined) return compareJson(known, before, after);
  if (name.endsWith('.toml')) return compareToml(name, before, after);
  if (/^(?:turbo|nx)\.json$/.test(name)) return compareWhole(before, after);
  // Neither says anything but what is depended on.
  if (/^(?:go\.mod|Gemfile)$/.test(name)) return [];
  if (/makefile$|justfile$|^taskfile\.ya?ml$|^Rakefile$/i.test(name))
    return compareRecipes(name, before, after);
  return compareBuildLines(before, after);
}

const UNREADABLE = weak('manifest-changed', 'it cannot be read as what its name says');

function compareJson(known: JsonManifest, before: string, after: string): Finding[] {
  const old = parseJson(before);
  const now = parseJson(after);
  if (!isObject(old) || !isObject(now)) return [UNREADABLE];
  return [
    ...compareScripts(
      `${known.scripts}.`,
      scriptsOf(old[known.scripts]),
      scriptsOf(now[known.scripts]),
    ),
    ...compareSettings(sectionsOf(old, known), sectionsOf(now, known)),
  ];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Scripts may be text, lists of texts (composer) or objects with a command (deno). */
function scriptsOf(value: unknown): Scripts {
  return new Map(
    Object.entries(asObject(value)).map(([name, script]) => [
      name,
      typeof script === 'string'
        ? script
        : Array.isArray(script)
          ? script.join(' && ')
          : (JSON.stringify(script) ?? ''),
    ]),
  );
}

function sectionsOf(manifest: Record<string, unknown>, { sections }: JsonManifest): Settings {
  return flatten(Object.fromEntries(Object.entries(manifest).filter(([key]) => sections.has(key))));
}

function compareWhole(before: string, after: string): Finding[] {
  const old = parseJson(before);
  const now = parseJson(after);
  if (old === undefined || now === undefined) return [UNREADABLE];
  return compareSettings(flatten(old), flatten(now));
}

const PYPROJECT_GATES =
  /^tool\.(?:pytest|ruff|mypy|coverage|black|isort|pylint|pyright|basedpyright|flake8|tox|nox|hatch\.envs|bandit|ty|pydocstyle|interrogate|vulture|pyre|yapf|autopep8|docformatter|codespell|deptry|mutmut|pre-commit|pycodestyle|diff_cover)(?:[.[]|$)/;
const PYPROJECT_SCRIPTS =
  /^tool\.(?:poe\.tasks|taskipy\.tasks|pdm\.scripts|rye\.scripts|hatch\.envs\.[\w-]+\.scripts)(?:[.[]|$)/;

const CARGO_GATES =
  /^(?:workspace\.)?lints(?:[.[]|$)|^test(?:[.[]|$)|^profile\.test(?:[.[]|$)|^(?:lib|bin|example|bench)\.(?:test|doctest|harness)$|^package\.autotests$|^workspace\.(?:exclude|default-members)(?:\[|$)|^profile\.\w+\.(?:debug-assertions|overflow-checks)$/;

function compareToml(name: string, before: string, after: string): Finding[] {
  const old = tomlSettings(before);
  const now = tomlSettings(after);
  const gates = name === 'Cargo.toml' ? CARGO_GATES : PYPROJECT_GATES;
  const scripts = (settings: Settings) =>
    new Map(
      [...settings]
        .filter(([path]) => PYPROJECT_SCRIPTS.test(path))
        .map(([path, values]) => [path, values.join(' && ')]),
    );
  return [
    ...compareScripts('', scripts(old), scripts(now)),
    ...compareSettings(
      picked(old, (path) => gates.test(path) && !PYPROJECT_SCRIPTS.test(path)),
      picked(now, (path) => gates.test(path) && !PYPROJECT_SCRIPTS.test(path)),
    ),
  ];
}

function picked(settings: Settings, wanted: (path: string) => boolean): Settings {
  return new Map([...settings].filter(([path]) => wanted(path)));
}

/** setup.cfg holds what is packed as well. */
const SETUP_CFG_GATES =
  /^(?:tool:pytest|flake8|mypy|coverage|isort|pycodestyle|pylint|pydocstyle|tox|yapf|bandit)/;

export function setupCfgSettings(text: string): Settings {
  return picked(iniSettings(text), (path) => SETUP_CFG_GATES.test(path));
}

/** A line of a build program that says something of checks, and is no dependency. */
const CHECK_WORD =
  /test|lint|check|cover|jacoco|surefire|failsafe|spotless|detekt|ktlint|pmd|spotbugs|pitest|phpunit|ctest|skip|ignore|exclude|include|enabled|failOn|module|warning|dialyzer|credo/i;
const DEPENDENCY =
  /^\s*(?:<(?:scope|artifactId|groupId|version|dependency|type|classifier|url|id|name|description)>|\w*[iI]mplementation\b|api\b|compileOnly|runtimeOnly|kapt\b|annotationProcessor|\{:|\.package\(|\.product\(|id[ (]|alias\(|install_requires|tests_require|extras_require|["'][\w.[\]-]+\s*(?:[=<>~!]=|["']))/;

/** Programs that build, which nothing here can read: the lines that were changed and speak of checks. */
function compareBuildLines(before: string, after: string): Finding[] {
  const [old, now] = [linesOf(before), linesOf(after)];
  const gone = [...old].filter((line) => !now.has(line));
  const come = [...now].filter((line) => !old.has(line));
  const [first] = [...come, ...gone];
  if (first === undefined) return [];
  const disabling = unheardIn(gone.join('\n'), come.join('\n'));
  const detail = shortened(first);
  return [
    disabling === null
      ? weak('manifest-changed', detail)
      : strong('manifest-changed', `${detail} (${shortened(disabling, 40)})`),
  ];
}

function linesOf(text: string): Set<string> {
  const lines = text.split('\n').map((line) => line.slice(0, 1000).trim());
  return new Set(
    lines.filter(
      (line) => CHECK_WORD.test(line) && !DEPENDENCY.test(line) && !/^(?:\/\/|#|<!--)/.test(line),
    ),
  );
}

/**
 * A JSON manifest of the model's with base's scripts and gate sections in it: what base had is as it was, hooks that
 * were put around it are gone, everything else stays. Null where no such text can be made for sure.
 */
export function mergeManifest(path: string, before: string, after: string): string | null {
  const known = jsonManifest(path);
  if (known === undefined) return null;
  const old = plainJson(before);
  const now = plainJson(after);
  if (old === null || now === null) return null;
  const { scripts, sections } = known;
  const merged = new Map(
    Object.entries(now).filter(([key]) => !sections.has(key) || Object.hasOwn(old, key)),
  );
  for (const [key, value] of Object.entries(old)) if (sections.has(key)) merged.set(key, value);
  if (isObject(old[scripts]) || isObject(now[scripts])) {
    merged.set(scripts, mergedScripts(asObject(old[scripts]), asObject(now[scripts])));
  }
  return written(Object.fromEntries(merged), after);
}

/** Files with comments are not written again: their comments would be lost. */
function plainJson(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function mergedScripts(old: Record<string, unknown>, now: Record<string, unknown>) {
  const names = scriptsOf(old);
  const kept = Object.entries(now).filter(([name]) => !isHookOf(name, names));
  return Object.fromEntries(new Map([...kept, ...Object.entries(old)]));
}

/** With the indentation, the line ends and the last line end of a text. */
function written(value: unknown, like: string): string {
  const indentation = /^\s*\{\r?\n([ \t]+)/.exec(like)?.[1] ?? '';
  const text = JSON.stringify(value, null, indentation);
  const ended = /\n\s*$/.test(like) ? `${text}\n` : text;
  return like.includes('\r\n') ? ended.replaceAll('\n', '\r\n') : ended;
}
