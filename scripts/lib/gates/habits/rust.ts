import type { Candidate, Project } from '../project.ts';
import { assumed } from './assumed.ts';
import { hasSection } from './toml.ts';

/** Cargo.toml: its own commands, and the tools that are configured beside it. */
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
