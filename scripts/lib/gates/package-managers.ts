/** Package managers: which files say what belongs into a folder, how it gets there, and what of it is missing. */
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { isManifest, packagesIn } from '../words/dependencies.ts';
import { asObject, parseObject } from './json-object.ts';

interface Manager {
  /** The lockfile; a manifest where there is none. */
  file: string;
  /** Fills an empty folder from the manager's own cache alone; null: only one that is there can be mended. */
  fresh: string | null;
  /** Brings what is new into a folder that is there, also where the lockfile was not written anew. */
  update: string | null;
}

const same = (file: string, command: string): Manager => ({
  file,
  fresh: command,
  update: command,
});

const NPM = 'npm install --offline --no-audit --no-fund';

const npm = (file: string): Manager => ({
  file,
  fresh: 'npm ci --offline --no-audit --no-fund',
  update: NPM,
});

/** The first whose file is there counts. */
const MANAGERS: Record<string, readonly Manager[]> = {
  node_modules: [
    npm('package-lock.json'),
    npm('npm-shrinkwrap.json'),
    {
      file: 'pnpm-lock.yaml',
      fresh: 'pnpm install --offline --frozen-lockfile',
      update: 'pnpm install --offline --no-frozen-lockfile --config.confirmModulesPurge=false',
    },
    {
      file: 'yarn.lock',
      fresh: 'YARN_ENABLE_NETWORK=0 yarn install --offline --frozen-lockfile',
      // Yarn 1 has the option, its successors have the variable and know no such option.
      update: `if yarn --version | grep -q '^1\\.'; then yarn install --offline --non-interactive; else YARN_ENABLE_NETWORK=0 YARN_ENABLE_IMMUTABLE_INSTALLS=0 yarn install; fi`,
    },
    { file: 'bun.lock', fresh: null, update: null },
    { file: 'package.json', fresh: null, update: `${NPM} --no-package-lock` },
  ],
  '.venv': [
    {
      file: 'uv.lock',
      fresh: 'uv sync --offline --frozen',
      update: 'uv sync --offline --inexact',
    },
    {
      file: 'requirements.txt',
      fresh: null,
      update: `if python -m pip --version >/dev/null 2>&1; then python -m pip install --no-index --disable-pip-version-check -r requirements.txt; else uv pip install --offline -r requirements.txt; fi`,
    },
    {
      file: 'pyproject.toml',
      fresh: null,
      update: `if python -m pip --version >/dev/null 2>&1; then python -m pip install --no-index --no-build-isolation --disable-pip-version-check -e .; else uv pip install --offline -e .; fi`,
    },
  ],
  vendor: [
    same('composer.lock', 'COMPOSER_DISABLE_NETWORK=1 composer install --no-interaction'),
    same('Gemfile.lock', 'bundle install --local'),
    same('go.sum', 'GOPROXY=off GOFLAGS=-mod=mod go mod vendor'),
  ],
};

/** What keeps a command off the network. */
const OFFLINE =
  / --(?:offline|no-index|local)\b|\b(?:YARN_ENABLE_NETWORK=0|COMPOSER_DISABLE_NETWORK=1|GOPROXY=off) /g;

export function withNetwork(command: string): string {
  return command.replaceAll(OFFLINE, '');
}

/** Where a lockfile would say how a folder is filled. */
export function lockfilesBeside({ path }: { path: string }): string[] {
  const managers = MANAGERS[posix.basename(path)] ?? [];
  return managers.flatMap(({ file, fresh }) =>
    fresh === null ? [] : posix.join(posix.dirname(path), file),
  );
}

/** Null where no lockfile says how, or its package manager knows no way without a network. */
export function offlineInstall(path: string, trackedPaths: ReadonlySet<string>): string | null {
  const found = MANAGERS[posix.basename(path)]?.find(({ file }) =>
    trackedPaths.has(posix.join(posix.dirname(path), file)),
  );
  return found?.fresh ?? null;
}

/** How a folder is mended, and where; null: nobody knows how. */
export function updateCommand(
  directory: string,
  folder: string,
): { command: string; cwd: string } | null {
  const managers = MANAGERS[posix.basename(folder)] ?? [];
  const own = posix.dirname(folder);
  // A package of a workspace has its lockfile further up.
  for (const at of [...foldersUpFrom(own), null]) {
    const found = managers.find(({ file }) =>
      at === null ? existsSync(join(directory, own, file)) : isLockIn(directory, at, file),
    );
    if (found !== undefined)
      return found.update === null
        ? null
        : { command: found.update, cwd: join(directory, at ?? own) };
  }
  return null;
}

function isLockIn(directory: string, at: string, file: string): boolean {
  return !isManifest(file) && existsSync(join(directory, at, file));
}

/** `a/b` -> `a/b`, `a`, `.` */
function foldersUpFrom(folder: string): string[] {
  return folder === '.' ? ['.'] : [folder, ...foldersUpFrom(posix.dirname(folder))];
}

/** What a manifest or lockfile asks for, in two trees. */
export interface ChangedManifest {
  path: string;
  /** The folder that packages go to. */
  folder: string;
  isLock: boolean;
  before: string | null;
  now: string | null;
}

/** The folder that a file fills, by the file's name; null: it is neither a manifest nor a lockfile that we know. */
export function folderFilledBy(path: string): { folder: string; isLock: boolean } | null {
  const name = posix.basename(path);
  for (const [folder, managers] of Object.entries(MANAGERS)) {
    const isLock = managers.some(({ file, fresh }) => file === name && !isManifest(file) && fresh);
    if (isLock || MANIFESTS[folder]?.test(name))
      return { folder: posix.join(posix.dirname(path), folder), isLock };
  }
  return null;
}

const MANIFESTS: Record<string, RegExp> = {
  node_modules: /^(?:package\.json|bun\.lockb?|pnpm-workspace\.yaml)$/,
  '.venv': /^(?:pyproject\.toml|requirements[\w.-]*\.txt|poetry\.lock|Pipfile(?:\.lock)?)$/,
  vendor: /^(?:composer\.json|go\.mod|Gemfile)$/,
};

/** A text that is the same as long as the same packages are asked for. */
export function askedFor(path: string, text: string | null): string {
  const name = posix.basename(path);
  if (text === null || name === 'package-lock.json' || name === 'npm-shrinkwrap.json')
    return JSON.stringify(lockedPackages(text));
  return isManifest(path) ? JSON.stringify([...declared(path, text)].sort()) : text;
}

/** `node_modules/a/node_modules/b` -> its version, of what npm has to install on every machine. */
function lockedPackages(text: string | null): [path: string, version: string][] {
  return Object.entries(asObject(parseObject(text).packages)).flatMap(([path, value]) => {
    const { version, optional, devOptional, link, peer } = asObject(value);
    const isNeeded = !(optional || devOptional || link || peer);
    return isNeeded && path.includes('node_modules/') ? [[path, String(version)]] : [];
  });
}

/** Package -> what is asked of it. */
function declared(path: string, text: string | null): Map<string, string> {
  const lines = (text ?? '').split('\n');
  if (path.endsWith('pyproject.toml')) return packagesIn(path, linesOfDependencies(lines));
  if (posix.basename(path) !== 'package.json') return packagesIn(path, lines);
  const manifest = parseObject(text);
  const fields = ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides'];
  return new Map(
    fields.flatMap((field) =>
      Object.entries(asObject(manifest[field])).map(
        ([name, wanted]) => [name, JSON.stringify(wanted)] as const,
      ),
    ),
  );
}

/** Those of pyproject.toml that name packages: settings of tools may look like them. */
function linesOfDependencies(lines: readonly string[]): string[] {
  let [section, isListed] = ['', false];
  return lines.filter((line) => {
    const header = /^\s*\[+\s*([^\]]+?)\s*\]+/.exec(line)?.[1];
    if (header !== undefined) {
      [section, isListed] = [header, false];
      return false;
    }
    const key = /^\s*"?([\w-]+)"?\s*=/.exec(line)?.[1];
    if (key !== undefined)
      isListed = section === 'project' ? key === 'dependencies' : key.endsWith('dependencies');
    return isListed || /dependenc(?:ies|y-groups)$/.test(section);
  });
}

/** What is newly asked for, or in another version: `slug`, or `slug@1.2.0` where a lockfile says it. */
function newIn({ path, before, now }: ChangedManifest): [name: string, wanted: string][] {
  const old = declared(path, before);
  return [...declared(path, now)].filter(([name, wanted]) => old.get(name) !== wanted);
}

/**
 * Packages that a tree asks for, and its base did not, and that do not lie in a working tree.
 * @param lacksPython says which names of Python's packages are not installed there
 */
export async function missingPackages(
  directory: string,
  manifest: ChangedManifest,
  lacksPython: (names: string[]) => Promise<string[]>,
): Promise<string[]> {
  const { path, folder } = manifest;
  const at = posix.dirname(folder);
  const names = newIn(manifest).map(([name]) => name);
  switch (posix.basename(folder)) {
    case 'node_modules':
      if (existsSync(join(directory, '.pnp.cjs'))) return [];
      return /(?:package-lock|npm-shrinkwrap)\.json$/.test(path)
        ? missingOfLock(directory, at, manifest)
        : names.filter((name) => !isInNodeModules(directory, at, name));
    case '.venv':
      return names.length === 0 ? [] : lacksPython(names);
    default:
      // Of `php` and `ext-json` there is no folder.
      return existsSync(join(directory, folder))
        ? names.filter((name) => name.includes('/') && !existsSync(join(directory, folder, name)))
        : [];
  }
}

function missingOfLock(directory: string, at: string, { before, now }: ChangedManifest): string[] {
  const old = new Map(lockedPackages(before));
  return lockedPackages(now).flatMap(([path, version]) => {
    if (old.get(path) === version) return [];
    const installed = readOrNull(join(directory, at, path, 'package.json'));
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return installed !== null && parseObject(installed).version === version
      ? []
      : `${name}@${version}`;
  });
}

/** In the folder itself, or in one above it, as Node looks for it. */
function isInNodeModules(directory: string, at: string, name: string): boolean {
  return foldersUpFrom(at).some((folder) =>
    existsSync(join(directory, folder, 'node_modules', name)),
  );
}

function readOrNull(file: string): string | null {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}
