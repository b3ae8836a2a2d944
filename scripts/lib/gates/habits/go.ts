import type { Candidate, Project } from '../project.ts';
import { assumed } from './assumed.ts';

/** go.mod: go's own commands. */
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
