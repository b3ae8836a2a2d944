/** What one changed file does to the gates, apart from the tests in it, which are compared together. */
import { disablingIn, unheardIn } from './command-words.ts';
import { compareSettings, gainedItems } from './compare-settings.ts';
import { type ChangedFile, type Finding, shortened, strong, weak } from './kinds.ts';
import { compareManifest, setupCfgSettings } from './manifest.ts';
import { folderOf, isInSample, nameOf, roleOf } from './names.ts';
import { compareRunner } from './recipes.ts';
import { readSettings, type Settings } from './settings.ts';
import { languageOf, scanSource } from './source.ts';
import { squeezed } from './squeeze.ts';

/** Base's path of a file, or its only one. */
export function basePathOf({ path, old_path, status }: ChangedFile): string {
  return status === 'renamed' ? (old_path ?? path) : path;
}

/** Both texts, where both are known. */
function textsOf({ before, after }: ChangedFile): { before: string; after: string } | null {
  return typeof before === 'string' && typeof after === 'string' ? { before, after } : null;
}

/** Whether what the file was is there no longer, under a name that the gates know. */
function isGone(file: ChangedFile): boolean {
  const base = basePathOf(file);
  if (file.status === 'deleted') return true;
  return file.status === 'renamed' && roleOf(file.path) !== roleOf(base);
}

/** The findings about one file by its role; `files` are all that changed. */
export function examineFile(file: ChangedFile, files: readonly ChangedFile[]): Finding[] {
  if (file.status === 'added') return examineAdded(file, files);
  const path = basePathOf(file);
  const texts = textsOf(file);
  if (texts !== null && texts.before === texts.after && !isGone(file)) return movedAway(file);
  switch (roleOf(path)) {
    case 'ci':
      return examineCi(file, texts);
    case 'manifest':
      return examineManifest(file, texts);
    case 'configuration':
      return examineConfiguration(file, texts, files);
    case 'ignore-list':
      return isGone(file)
        ? [weak('gate-configuration-changed', 'the file is gone: nothing is left out any more')]
        : texts === null
          ? [weak('gate-configuration-changed', 'changed')]
          : grownList(texts.before, texts.after);
    case 'environment':
      return texts === null
        ? []
        : environmentLines(texts.before, texts.after, 'gate-configuration-changed');
    case 'shadowing':
      return [weak('gate-configuration-changed', 'what is loaded before the tests was changed')];
    case 'snapshot':
      return isGone(file)
        ? [strong('snapshot-changed', 'the file is gone')]
        : file.status === 'renamed' && texts === null
          ? []
          : [weak('snapshot-changed', 'what is expected was changed')];
    case 'runner':
      if (isGone(file)) return [strong('script-changed', 'the file is gone')];
      return texts === null
        ? [weak('script-changed', 'changed')]
        : compareRunner(texts.before, texts.after);
    default:
      return [];
  }
}

/** The same text under another name: configuration is found by its name and its folder. */
function movedAway(file: ChangedFile): Finding[] {
  const base = basePathOf(file);
  const isFoundByPlace = /^(configuration|ignore-list)$/.test(roleOf(base));
  return file.status === 'renamed' && isFoundByPlace && folderOf(base) !== folderOf(file.path)
    ? [weak('gate-configuration-changed', `it is at ${shortened(file.path)} now`)]
    : [];
}

const CHECKS = /\b(?:tests?|lint|check|typecheck|coverage|build|make|vet|pytest|clippy)\b/;

function examineCi(file: ChangedFile, texts: ReturnType<typeof textsOf>): Finding[] {
  if (isGone(file)) {
    // Labels, releases and the like are run there as well.
    const isCheck = typeof file.before !== 'string' || CHECKS.test(file.before);
    return [(isCheck ? strong : weak)('ci-changed', 'the file is gone')];
  }
  if (texts === null) return [weak('ci-changed', 'changed')];
  const before = sayingLines(texts.before);
  const after = sayingLines(texts.after);
  if (before.join('\n') === after.join('\n')) return [];
  const disabling = unheardIn(before.join('\n'), after.join('\n'));
  if (disabling !== null) return [strong('ci-changed', shortened(disabling))];
  const known = new Set(before);
  const first = after.find((line) => !known.has(line));
  return [weak('ci-changed', first === undefined ? 'lines were removed' : shortened(first))];
}

/** Lines that are neither blank nor comments. */
function sayingLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.slice(0, 2000).trim())
    .filter((line) => line !== '' && !/^(?:#(?!!)|\/\/)/.test(line));
}

function examineManifest(file: ChangedFile, texts: ReturnType<typeof textsOf>): Finding[] {
  const path = basePathOf(file);
  if (isGone(file)) {
    // A package within the repository may go as a whole.
    return [(folderOf(path) === '' ? strong : weak)('manifest-changed', 'the file is gone')];
  }
  return texts === null
    ? [weak('manifest-changed', 'changed')]
    : compareManifest(path, texts.before, texts.after);
}

function examineConfiguration(
  file: ChangedFile,
  texts: ReturnType<typeof textsOf>,
  files: readonly ChangedFile[],
): Finding[] {
  const path = basePathOf(file);
  if (isGone(file)) {
    const replacement = files.find(
      (other) => other.status === 'added' && isSameTool(other.path, path),
    );
    return replacement === undefined
      ? [strong('gate-configuration-changed', 'the file is gone')]
      : [weak('gate-configuration-changed', `${shortened(replacement.path)} is in its place`)];
  }
  if (texts === null) return [weak('gate-configuration-changed', 'changed')];
  const before = settingsOf(path, texts.before);
  const after = settingsOf(file.path, texts.after);
  const found = before === null || after === null ? [] : compareSettings(before, after);
  const hooked = hooksIn(path, texts.before, texts.after);
  if (found.length > 0 || hooked.length > 0) return [...hooked, ...found];
  if (before !== null && after !== null && !/\.([cm]?[jt]s|py)$/.test(path)) return [];
  return codeOf(path, texts.before) === codeOf(file.path, texts.after)
    ? []
    : comparedLines(texts.before, texts.after);
}

function settingsOf(path: string, text: string): Settings | null {
  return nameOf(path) === 'setup.cfg' ? setupCfgSettings(text) : readSettings(path, text);
}

/** Code without its form; of other text, its lines. */
function codeOf(path: string, text: string): string {
  const language = languageOf(path);
  if (language === null) return sayingLines(text).join('\n');
  const source = scanSource(text, language);
  return squeezed(source, 0, text.length);
}

function comparedLines(before: string, after: string): Finding[] {
  const [old, now] = [sayingLines(before), sayingLines(after)];
  const known = new Set(old);
  const first = now.find((line) => !known.has(line)) ?? 'lines were removed';
  const disabling = disablingIn(old.join('\n'), now.join('\n'));
  return [
    disabling === null
      ? weak('gate-configuration-changed', shortened(first))
      : strong('gate-configuration-changed', `${shortened(first)} (${shortened(disabling, 40)})`),
  ];
}

/** `.eslintrc.json` and `eslint.config.js` in the same folder. */
function isSameTool(one: string, other: string): boolean {
  const toolOf = (path: string) => /^\.?([a-z]+?)(?=rc\b|rc\.|\.|$)/.exec(nameOf(path))?.[1];
  return (
    folderOf(one) === folderOf(other) &&
    roleOf(one) === 'configuration' &&
    toolOf(one) === toolOf(other)
  );
}

/** What in a conftest.py decides which tests run, and what becomes of their results. */
const HOOKS =
  /\b(?:pytest_collection_modifyitems|pytest_ignore_collect|pytest_collect_file|pytest_runtest_makereport|pytest_runtest_protocol|pytest_runtest_call|pytest_pyfunc_call|pytest_sessionfinish|pytest_runtestloop|collect_ignore\w*|pytest\.exit|os\._exit|exitstatus)\b/g;

function hooksIn(path: string, before: string, after: string): Finding[] {
  if (nameOf(path) !== 'conftest.py') return [];
  const old = new Set(scanSource(before, 'python').shape.match(HOOKS) ?? []);
  const gained = (scanSource(after, 'python').shape.match(HOOKS) ?? []).filter(
    (it) => !old.has(it),
  );
  return gained.length === 0
    ? []
    : [
        strong(
          'gate-configuration-changed',
          `${[...new Set(gained)].join(', ')}: it decides what runs, or what counts`,
        ),
      ];
}

function grownList(before: string, after: string): Finding[] {
  const { gained, isMade } = gainedItems(sayingLines(before), sayingLines(after));
  if (gained.length === 0) return [];
  return [(isMade ? weak : strong)('ignore-list-grown', `${shortened(gained.join(', '))} added`)];
}

/** Lines that make the programs of the gates load or run something else. */
const OBEYED =
  /^\s*(?:export\s+)?(?:script-shell|shell|ignore-scripts|node-options|NODE_OPTIONS|NODE_PATH|PYTEST_ADDOPTS|PYTEST_PLUGINS|PYTHONPATH|PYTHONSTARTUP|RUSTFLAGS|GOFLAGS|MAVEN_OPTS|JAVA_TOOL_OPTIONS|RUBYOPT|BASH_ENV|LD_PRELOAD|SHELL|PATH|VITEST\w*|JEST\w*|yarnPath|plugins)\s*[=:]/;

function environmentLines(before: string, after: string, kind: Finding['kind']): Finding[] {
  const known = new Set(sayingLines(before));
  const gained = sayingLines(after).filter((line) => !known.has(line) && OBEYED.test(line));
  return gained.length === 0 ? [] : [strong(kind, shortened(gained.join('; ')))];
}

/** Found by tools of other kinds than gates, or harmless where base had none. */
const NO_OVERRIDE =
  /^\.editorconfig$|^\.pre-commit|codecov|^lefthook|^commitlint|^\.swcrc|^\.babelrc|^babel\./;

/** A new file can loosen nothing that was there, unless tools look for it by its name. */
function examineAdded(file: ChangedFile, files: readonly ChangedFile[]): Finding[] {
  const { path } = file;
  const after = typeof file.after === 'string' ? file.after : null;
  if (isInSample(path)) return [];
  switch (roleOf(path)) {
    case 'shadowing':
      return [
        strong(
          'gate-configuration-added',
          'it is loaded before, or in place of, what the tests mean',
        ),
      ];
    case 'ignore-list':
      return after === null ? [weak('gate-configuration-added', 'added')] : grownList('', after);
    case 'environment':
      return after === null ? [] : environmentLines('', after, 'gate-configuration-added');
    case 'configuration':
      return overrides(path, files) ? addedConfiguration(path, after) : [];
    default:
      return [];
  }
}

function overrides(path: string, files: readonly ChangedFile[]): boolean {
  const name = nameOf(path);
  const folder = folderOf(path);
  if (NO_OVERRIDE.test(name)) return false;
  const isOwnPackage = files.some(
    (other) =>
      other.status === 'added' &&
      folder !== '' &&
      roleOf(other.path) === 'manifest' &&
      folder.startsWith(folderOf(other.path)) &&
      folderOf(other.path) !== '',
  );
  if (isOwnPackage) return false;
  if (!/^(?:ts|js)config\..+\.json$/.test(name)) return true;
  // Nothing reads a configuration with a name of its own, unless it is named.
  return files.some(
    (other) => nameOf(other.path) === 'package.json' && (other.after ?? '').includes(name),
  );
}

function addedConfiguration(path: string, after: string | null): Finding[] {
  if (after === null) return [weak('gate-configuration-added', 'added')];
  const isConftest = nameOf(path) === 'conftest.py';
  const settings = settingsOf(path, after);
  if (nameOf(path) === 'setup.cfg' && settings?.size === 0) return [];
  const found = [
    ...hooksIn(path, '', after),
    ...(settings === null || isConftest ? [] : compareSettings(new Map(), settings)),
  ].filter(({ severity }) => severity === 'strong');
  const [first] = found;
  if (first !== undefined) return [strong('gate-configuration-added', first.detail)];
  // Fixtures for new tests are what a conftest.py below the tests is for.
  if (isConftest && folderOf(path).split('/').length > 2) return [];
  return [weak('gate-configuration-added', 'base had no such file')];
}
