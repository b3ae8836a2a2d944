/**
 * The environment of whatever runs in a worktree: what leads into the main tree leads into the worktree instead, or tests
 * would run on the user's own sources, and what is installed would land there.
 */
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';

/** Where programs keep what is the user's own, logins among it, wherever that lies. */
const OF_THE_USER =
  /^(HOME|AI_AIP_ROOT|TMPDIR|TMP|TEMP|(XDG|SSH|MM|CODEX|CLAUDE|GEMINI|COPILOT|CURSOR|QWEN|KIMI|OPENCODE|GROK)_\w+)$/;

/**
 * Every variable whose value, or a part of it (`A:B`, `--flag=A`), lies in the main tree, by its name or by where it really
 * is. A virtual environment at the top of the worktree is active, as in the user's shell while they work there; where one
 * elsewhere has the main tree installed for editing, the worktree's own code is found first.
 * @param directory the worktree
 */
export function environmentIn(
  directory: string,
  mainTree: string,
  env: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  if (directory === mainTree) return env;
  const lead = (value: string) => ledValue(value, mainTree, directory);
  const moved = Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      value === undefined || OF_THE_USER.test(name) ? value : lead(value),
    ]),
  );
  const venv = join(directory, '.venv');
  const isOwn = moved.VIRTUAL_ENV === undefined && existsSync(join(venv, 'pyvenv.cfg'));
  const active = isOwn
    ? { ...moved, VIRTUAL_ENV: venv, PATH: [join(venv, 'bin'), moved.PATH].join(delimiter) }
    : moved;
  const editable = editablePaths(active.VIRTUAL_ENV ?? active.CONDA_PREFIX, mainTree).map(lead);
  if (editable.length === 0) return active;
  const before = active.PYTHONPATH ? [active.PYTHONPATH] : [];
  return { ...active, PYTHONPATH: [...editable, ...before].join(delimiter) };
}

const SEPARATORS = `:\\s"'=,;`;

function ledValue(value: string, mainTree: string, directory: string): string {
  if (!value.includes('/')) return value;
  const literal = mainTree.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  // Only whole names: /home/me/app must not match in /home/me/app-two.
  const named = new RegExp(
    `(^|[${SEPARATORS}])${literal}(?!/\\.git(?:/|$))(?=$|[/${SEPARATORS}])`,
    'g',
  );
  const moved = value.replaceAll(named, (_, before) => before + directory);
  // Through links: each part that is a path as a whole, spaces in it included.
  return moved
    .split(/([:=,;"'])/)
    .map((part) => (part.startsWith('/') ? ledByRealPath(part, mainTree, directory) : part))
    .join('');
}

function ledByRealPath(path: string, mainTree: string, directory: string): string {
  if (isWithin(path, directory)) return path;
  // `sqlite:///path`
  const slashes = /^\/+(?=\/)/.exec(path)?.[0] ?? '';
  const real = realPathOf(path.slice(slashes.length));
  // In a worktree `.git` is no folder.
  const isLed =
    real !== null && isWithin(real, mainTree) && !isWithin(real, join(mainTree, '.git'));
  return isLed ? slashes + directory + real.slice(mainTree.length) : path;
}

/** Of what is there; the rest of the path stays. */
function realPathOf(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    const real = parent === path ? null : realPathOf(parent);
    return real === null ? null : join(real, basename(path));
  }
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** Folders of the main tree that a virtual environment outside of it imports from: `pip install -e` wrote them down. */
function editablePaths(venv: string | undefined, mainTree: string): string[] {
  if (venv === undefined || isWithin(venv, mainTree)) return [];
  const found = namesIn(join(venv, 'lib')).flatMap((python) => {
    const packages = join(venv, 'lib', python, 'site-packages');
    const files = namesIn(packages).filter((it) =>
      /\.(pth|egg-link)$|^__editable__.*\.py$/.test(it),
    );
    return files.flatMap((file) => pathsIn(join(packages, file), mainTree));
  });
  return [...new Set(found)];
}

function pathsIn(file: string, mainTree: string): string[] {
  try {
    const text = readFileSync(file, 'utf8');
    // A finder maps the name of a package to its folder, which is imported from the one above.
    const named = file.endsWith('.py')
      ? [...text.matchAll(/:\s*['"](\/[^'"]+)['"]/g)].map(([, path = '']) => dirname(path))
      : text.split('\n').map((line) => line.trim());
    const real = named.filter((path) => path.startsWith('/')).flatMap((it) => realPathOf(it) ?? []);
    return real.filter((path) => isWithin(path, mainTree));
  } catch {
    return [];
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
