/** Manifests in TOML, and how they ask for a version. */
import { parse, TomlError } from 'smol-toml';
import { isTable, type Requirements, type Table } from './requirements.ts';

/** A file as plain tables; null where it is no TOML: that is for the project's own tools to say. */
export function readToml(text: string): Table | null {
  try {
    return parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    if (error instanceof TomlError) return null;
    throw error;
  }
}

/** `name = "1.2"`, or a table with `version`, `git`, `path` and more; Poetry also has lists of these. */
export function addVersions(requirements: Requirements, table: Table): void {
  for (const [name, value] of Object.entries(table)) {
    for (const one of Array.isArray(value) ? value : [value])
      requirements.add(name, asWritten(one));
  }
}

function asWritten(value: unknown): string {
  if (!isTable(value)) return typeof value === 'string' ? value : '';
  const { version, ...rest } = value;
  const others = Object.entries(rest).map(([key, other]) => `${key} = ${JSON.stringify(other)}`);
  return [...(typeof version === 'string' ? [version] : []), ...others].join(', ');
}
