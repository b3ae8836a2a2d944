import { refusalOfName, speaksOfChecks } from '../choosing/refusal.ts';
import { kebab } from '../commands.ts';
import { kindOf } from '../gate-kind.ts';
import type { Candidate, Project } from '../project.ts';
import { assumed } from './assumed.ts';

/** Rakefile: the tasks that check; Gemfile: the tools that it names. */
export async function rubyGates(project: Project): Promise<Candidate[]> {
  const gemfile = await project.read('Gemfile');
  const file = RAKEFILES.find((path) => project.paths.has(path));
  const rakefile = file === undefined ? '' : ((await project.read(file)) ?? '');
  const runner = gemfile === null ? '' : 'bundle exec ';
  const tasks = rakeTasks(rakefile).filter((name) => speaksOfChecks(name));
  const written = tasks.map((name) => ({
    name: kebab(name),
    kind: kindOf(name, ''),
    command: `${runner}rake ${name}`,
    cwd: '.',
    source: `${file} ${name}`,
    runs: runsOf(name, rakefile, runner),
    assumed: false,
    refused: refusalOfName(name),
  }));
  const names = (gem: string) =>
    new RegExp(String.raw`^\s*gem\s+["']${gem}["']`, 'm').test(gemfile ?? '');
  return [
    ...written,
    ...(names('rubocop') ? [assumed('lint', 'bundle exec rubocop', 'Gemfile rubocop')] : []),
    ...(names('rspec|rspec-rails') && hasFolder(project, 'spec')
      ? [assumed('test', 'bundle exec rspec', 'Gemfile rspec')]
      : []),
  ];
}

const RAKEFILES = ['Rakefile', 'rakefile', 'Rakefile.rb'];

/** `task :test`, `task "test" => :x`, and the tasks that libraries define: `Rake::TestTask.new(:unit)`. */
function rakeTasks(rakefile: string): string[] {
  const own = [...rakefile.matchAll(/^\s*task[ (]+(?::|["'])?([A-Za-z][\w:]*)/gm)].map(
    ([, name]) => name,
  );
  const defined = [
    ...rakefile.matchAll(
      /^\s*(Rake::TestTask|RSpec::Core::RakeTask|RuboCop::RakeTask)\.new(?:\(:?["']?(\w+))?/gm,
    ),
  ].map(([, library = '', name]) => name ?? DEFINED_BY[library]);
  return [...new Set([...defined, ...own])].filter(
    (name) => name !== undefined && name !== 'default',
  ) as string[];
}

const DEFINED_BY: Record<string, string> = {
  'Rake::TestTask': 'test',
  'RSpec::Core::RakeTask': 'spec',
  'RuboCop::RakeTask': 'rubocop',
};

/** RSpec's own task runs rspec: then the assumed one would be the same again. */
function runsOf(name: string, rakefile: string, runner: string): string[] {
  const isRspec = name === 'spec' && rakefile.includes('RSpec::Core::RakeTask');
  return isRspec ? [`${runner}rspec`] : [];
}

function hasFolder({ paths }: Project, folder: string): boolean {
  return [...paths].some((path) => path.startsWith(`${folder}/`));
}
