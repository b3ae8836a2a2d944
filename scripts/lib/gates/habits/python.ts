import { refusalOfName, speaksOfChecks } from '../choosing/refusal.ts';
import { kebab } from '../commands.ts';
import type { Candidate, Project } from '../project.ts';
import { assumed } from './assumed.ts';
import { hasSection } from './toml.ts';

/** pyproject.toml: the tools that it configures or asks for, in their checking form; without it pytest alone. */
export async function pyprojectGates(project: Project): Promise<Candidate[]> {
  const toml = await project.read('pyproject.toml');
  const source = await pytestSource(project);
  const pytest = source === null ? [] : [assumed('test', 'pytest', source)];
  if (toml === null) return pytest;
  const runner = pythonRunner(toml, project.paths);
  const gate = (name: string, command: string, source: string) =>
    assumed(name, `${runner}${command}`, `pyproject.toml ${source}`);
  const ruffFormats = hasSection(toml, 'tool.ruff.format');
  return [
    usesTool(toml, 'black') && !ruffFormats ? [gate('format', 'black --check .', 'black')] : [],
    ruffFormats ? [gate('format', 'ruff format --check .', 'tool.ruff.format')] : [],
    usesTool(toml, 'ruff') ? [gate('lint', 'ruff check .', 'ruff')] : [],
    usesTool(toml, 'mypy') ? [gate('typecheck', mypyCommand(toml), 'mypy')] : [],
    usesTool(toml, 'pytest') ? [gate('test', 'pytest', 'pytest')] : pytest,
  ].flat();
}

/** Where else than in pyproject.toml a project says that its tests are pytest's. */
async function pytestSource({ paths, read }: Project): Promise<string | null> {
  const configured = ['pytest.ini', 'conftest.py', 'tests/conftest.py'].find((it) => paths.has(it));
  if (configured !== undefined) return configured;
  const listed = [...paths].filter((path) =>
    /^(requirements[\w-]*\.(txt|in)|setup\.cfg)$/.test(path),
  );
  for (const path of listed)
    if (/^(pytest\b|\[tool:pytest\])/m.test((await read(path)) ?? '')) return path;
  return null;
}

/** tox.ini, or a table of it in pyproject.toml: all its environments, which is what the project calls tested. */
export async function toxGates(project: Project): Promise<Candidate[]> {
  const toml = await project.read('pyproject.toml');
  const file = project.paths.has('tox.ini')
    ? 'tox.ini'
    : toml !== null && hasSection(toml, 'tool.tox')
      ? 'pyproject.toml'
      : null;
  return file === null ? [] : [assumed('test', 'tox', file)];
}

/** noxfile.py: the sessions that check, by the names of their functions or those that they are given. */
export async function noxGates(project: Project): Promise<Candidate[]> {
  const text = await project.read('noxfile.py');
  const sessions = [
    ...(text ?? '').matchAll(/^@nox\.session\b(\([^)]*\))?[^\n]*\n(?:@[^\n]*\n)*def (\w+)/gm),
  ].map(([, options = '', name = '']) => /\bname *= *["']([\w-]+)["']/.exec(options)?.[1] ?? name);
  return sessions
    .filter((name) => speaksOfChecks(name))
    .map((name) => ({
      ...assumed(name, `nox -s ${name}`, `noxfile.py ${name}`),
      name: kebab(name),
      assumed: false,
      refused: refusalOfName(name),
    }));
}

/** Configured in a table, or a dependency: `"ruff>=0.4"` in a list, `ruff = "^0.4"` in poetry's tables. */
function usesTool(toml: string, tool: string): boolean {
  const requirement = new RegExp(String.raw`["']${tool}(\[[^\]"']*\])?\s*([<>=~!;@][^"']*)?["']`);
  const poetry = new RegExp(String.raw`^[ \t]*${tool}[ \t]*=[ \t]*["'{]`, 'm');
  return hasSection(toml, `tool.${tool}`) || requirement.test(toml) || poetry.test(toml);
}

/** mypy without arguments wants its configuration to say what to look at. */
function mypyCommand(toml: string): string {
  const section =
    /^[ \t]*\[tool\.mypy\][^\n]*\n((?:(?![ \t]*\[)[^\n]*\n?)*)/m.exec(toml)?.[1] ?? '';
  return /^[ \t]*(files|packages|modules)[ \t]*=/m.test(section) ? 'mypy' : 'mypy .';
}

function pythonRunner(toml: string, paths: ReadonlySet<string>): string {
  if (paths.has('uv.lock') || hasSection(toml, 'tool.uv')) return 'uv run ';
  if (paths.has('poetry.lock') || hasSection(toml, 'tool.poetry')) return 'poetry run ';
  if (paths.has('pdm.lock') || hasSection(toml, 'tool.pdm')) return 'pdm run ';
  return hasSection(toml, 'tool.hatch.envs') ? 'hatch run ' : '';
}
