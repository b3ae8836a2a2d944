/** The manifests of Python: pyproject.toml, requirements files, setup.cfg and Pipfile. */
import { asList, asTable, isTable, Requirements, type Table, tableAt } from './requirements.ts';
import { addVersions, readToml } from './toml.ts';

/**
 * pyproject.toml: PEP 621, dependency groups (PEP 735), and the tables of Poetry, PDM, uv and Hatch.
 * @returns names as written; null when it is no TOML
 */
export function readPyproject(text: string): Map<string, string> | null {
  const toml = readToml(text);
  if (toml === null) return null;
  const requirements = new Requirements();
  const tool = tableAt(toml, 'tool');
  const lists = [
    tableAt(toml, 'project').dependencies,
    ...Object.values(tableAt(toml, 'project', 'optional-dependencies')),
    ...Object.values(tableAt(toml, 'dependency-groups')),
    tableAt(tool, 'uv')['dev-dependencies'],
    ...Object.values(tableAt(tool, 'pdm', 'dev-dependencies')),
    ...Object.values(tableAt(tool, 'hatch', 'envs')).flatMap(hatchLists),
  ];
  for (const one of lists.flatMap(asList))
    if (typeof one === 'string') addRequirement(requirements, one);
  for (const table of poetryTables(tableAt(tool, 'poetry'))) addVersions(requirements, table);
  return requirements.toMap();
}

function hatchLists(environment: unknown): unknown[] {
  const table = asTable(environment);
  return [table.dependencies, table['extra-dependencies']];
}

/** https://python-poetry.org/docs/pyproject */
function poetryTables(poetry: Table): Table[] {
  const groups = Object.values(tableAt(poetry, 'group')).filter(isTable);
  return [
    tableAt(poetry, 'dependencies'),
    tableAt(poetry, 'dev-dependencies'),
    ...groups.map((group) => tableAt(group, 'dependencies')),
  ];
}

/** https://pipenv.pypa.io/en/latest/pipfile.html */
export function readPipfile(text: string): Map<string, string> | null {
  const toml = readToml(text);
  if (toml === null) return null;
  const requirements = new Requirements();
  for (const group of ['packages', 'dev-packages']) addVersions(requirements, tableAt(toml, group));
  return requirements.toMap();
}

/** https://pip.pypa.io/en/stable/reference/requirements-file-format */
export function readRequirements(text: string): Map<string, string> {
  const requirements = new Requirements();
  for (const raw of text.replaceAll(/\\\r?\n/g, ' ').split('\n')) {
    // Options for one requirement, as the hashes of its files, say nothing of the version.
    const line = withoutComment(raw)
      .replace(/\s--[a-z].*$/, '')
      .trim();
    const egg = /#egg=([\w.-]+)/.exec(line)?.[1];
    if (egg !== undefined) requirements.add(egg, line.replace(/^(-e|--editable)[\s=]+/, ''));
    else if (!/^-|^[a-z+]+:\/\/|^\.{0,2}\//.test(line)) addRequirement(requirements, line);
  }
  return requirements.toMap();
}

function withoutComment(line: string): string {
  const at = line.search(/(?<!\S)#/);
  return at < 0 ? line : line.slice(0, at);
}

/** https://setuptools.pypa.io/en/latest/userguide/declarative_config.html */
export function readSetupCfg(text: string): Map<string, string> {
  const requirements = new Requirements();
  let section = '';
  let isListed = false;
  for (const raw of text.split('\n')) {
    const line = withoutComment(raw).trimEnd();
    const header = /^\[([^\]]+)\]/.exec(line)?.[1];
    const [, key, value = ''] = /^([\w.-]+)\s*[=:](.*)$/.exec(line) ?? [];
    if (header !== undefined) [section, isListed] = [header.trim(), false];
    else if (key !== undefined) {
      isListed = isListOf(section, key);
      // A list on the key's own line is separated by semicolons, one below it by lines.
      for (const one of isListed ? value.split(';') : []) addRequirement(requirements, one);
    } else if (isListed && /^\s/.test(line)) addRequirement(requirements, line);
  }
  return requirements.toMap();
}

function isListOf(section: string, key: string): boolean {
  if (section === 'options.extras_require') return true;
  return section === 'options' && /^(install|setup|tests)_requires?$/.test(key);
}

/** `name[extra] >=1,<2; marker` or `name @ url`: https://peps.python.org/pep-0508 */
function addRequirement(requirements: Requirements, text: string): void {
  const [, name, rest = ''] = /^\s*([A-Za-z0-9][\w.-]*)\s*(.*)$/s.exec(text) ?? [];
  if (name !== undefined) requirements.add(name, rest);
}
