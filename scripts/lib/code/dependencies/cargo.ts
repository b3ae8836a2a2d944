import { asTable, Requirements, type Table, tableAt } from './requirements.ts';
import { addVersions, readToml } from './toml.ts';

/** The underscored ones are the old spelling: https://doc.rust-lang.org/cargo/reference/manifest.html */
const GROUPS = [
  'dependencies',
  'dev-dependencies',
  'dev_dependencies',
  'build-dependencies',
  'build_dependencies',
];

/** Cargo.toml, by the names that the code uses; `package = "..."` is part of the requirement. */
export function readCargoToml(text: string): Map<string, string> | null {
  const manifest = readToml(text);
  if (manifest === null) return null;
  const requirements = new Requirements();
  const addGroups = (table: Table) => {
    for (const group of GROUPS) addVersions(requirements, tableAt(table, group));
  };
  addGroups(manifest);
  addVersions(requirements, tableAt(manifest, 'workspace', 'dependencies'));
  for (const target of Object.values(tableAt(manifest, 'target'))) addGroups(asTable(target));
  return requirements.toMap();
}
