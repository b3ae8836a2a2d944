import { kindOf } from './gate-kind.ts';
import type { Candidate, Project } from './project.ts';

/** pyproject.toml: the tools that it configures or asks for, in their checking form. */
export async function pyprojectGates(project: Project): Promise<Candidate[]> {
  const toml = await project.read('pyproject.toml');
  if (toml === null) return [];
  const runner = pythonRunner(toml, project.paths);
  const gate = (name: string, command: string, source: string) =>
    assumed(name, `${runner}${command}`, `pyproject.toml ${source}`);
  const ruffFormats = hasSection(toml, 'tool.ruff.format');
  return [
    usesTool(toml, 'black') && !ruffFormats ? [gate('format', 'black --check .', 'black')] : [],
    ruffFormats ? [gate('format', 'ruff format --check .', 'tool.ruff.format')] : [],
    usesTool(toml, 'ruff') ? [gate('lint', 'ruff check .', 'ruff')] : [],
    usesTool(toml, 'mypy') ? [gate('typecheck', mypyCommand(toml), 'mypy')] : [],
    usesTool(toml, 'pytest') ? [gate('test', 'pytest', 'pytest')] : [],
  ].flat();
}

export async function cargoGates(project: Project): Promise<Candidate[]> {
  const toml = await project.read('Cargo.toml');
  if (toml === null) return [];
  const scope = hasSection(toml, 'workspace') ? ' --workspace' : '';
  const has = (...paths: string[]) => paths.some((path) => project.paths.has(path));
  const hasClippy = has('clippy.toml', '.clippy.toml') || /^\s*\[(workspace\.)?lints\b/m.test(toml);
  const gate = (name: string, command: string) => assumed(name, command, 'Cargo.toml');
  return [
    has('rustfmt.toml', '.rustfmt.toml') ? [gate('format', 'cargo fmt --check')] : [],
    hasClippy ? [gate('lint', `cargo clippy${scope}`)] : [],
    [gate('test', `cargo test${scope}`), gate('build', `cargo build${scope}`)],
  ].flat();
}

export async function goGates(project: Project): Promise<Candidate[]> {
  if (!project.paths.has('go.mod')) return [];
  const paths = [...project.paths];
  const hasTests = paths.some((path) => path.endsWith('_test.go'));
  const hasLinter = paths.some((path) => /^\.golangci\.(ya?ml|toml|json)$/.test(path));
  const gate = (name: string, command: string) => assumed(name, command, 'go.mod');
  return [
    [gate('lint', hasLinter ? 'golangci-lint run' : 'go vet ./...')],
    hasTests ? [gate('test', 'go test ./...')] : [],
    [gate('build', 'go build ./...')],
  ].flat();
}

function assumed(name: string, command: string, source: string): Candidate {
  return {
    name,
    kind: kindOf(name, command),
    command,
    cwd: '.',
    source,
    runs: [],
    assumed: true,
  };
}

/** `[tool.ruff]`, `[[tool.ruff.x]]` or a table below it, as a header of its own line. */
export function hasSection(toml: string, name: string): boolean {
  const escaped = name.replaceAll('.', String.raw`\s*\.\s*`);
  return new RegExp(String.raw`^[ \t]*\[\[?\s*${escaped}\s*[.\]]`, 'm').test(toml);
}

/** Configured in a table, or a dependency: `"ruff>=0.4"` in a list, `ruff = "^0.4"` in poetry's tables. */
export function usesTool(toml: string, tool: string): boolean {
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
