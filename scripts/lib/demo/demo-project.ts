/** The sample of the demo: a real repository with a seeded bug, and three scripted models that serve as real CLIs would. */
import { realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cp, mkdir, mkdtemp, writeFile } from '../disk.ts';
import { git } from '../git/git.ts';
import { skillFolder } from '../skill-folder.ts';

export interface DemoProject {
  /** Everything of the demo lies below it. */
  folder: string;
  /** The repository. */
  project: string;
  /** The state root, so that the user's own stays untouched. */
  state: string;
  task: string;
}

const IDENTITY = [
  '-c',
  'user.name=Demo',
  '-c',
  'user.email=demo@localhost',
  '-c',
  'commit.gpgSign=false',
];

/** The best of two models: a mix that is green where neither alone does the whole task. */
export const PICKS = [
  {
    path: 'src/parse-duration.js',
    from: 'steady',
    why: 'adds up all units and refuses what is no duration',
  },
  { path: 'test/parse-duration.test.js', from: 'steady', why: 'tests the refusal' },
  { path: 'src/format-duration.js', from: 'bold', why: 'the only one that wrote the inverse' },
  { path: 'test/format-duration.test.js', from: 'bold', why: 'goes with it' },
  { path: 'src/legacy.js', from: 'bold', why: 'removed, as asked' },
];

/** Makes it below `parent`, or in a temporary folder. */
export async function makeDemoProject(parent: string = tmpdir()): Promise<DemoProject> {
  await mkdir(parent, { recursive: true });
  const folder = await realpath(await mkdtemp(join(parent, 'mm-demo-')));
  const source = join(skillFolder, 'scripts', 'lib', 'demo');
  const project = join(folder, 'durations');
  await cp(join(source, 'sample'), project, { recursive: true });
  const state = join(folder, 'state');
  await mkdir(state);
  await writeFile(
    join(project, '.multi-model.json'),
    `${JSON.stringify(configuration(source, state), null, 2)}\n`,
  );
  await git(project, ['init', '--quiet', '--initial-branch=main']);
  await git(project, ['add', '--all']);
  await git(project, [...IDENTITY, 'commit', '--quiet', '-m', 'Durations']);
  return { folder, project, state, task: join(source, 'task.md') };
}

/** What flaky keeps of itself lies in the state: beside the worktrees it would be noticed as a stranger. */
function configuration(source: string, state: string) {
  const agent = (name: string, ...args: string[]) => ({
    command: [process.execPath, join(source, 'agents', `${name}.mjs`), ...args],
  });
  return {
    models: ['steady', 'bold', 'flaky'],
    backends: {
      steady: agent('steady'),
      bold: agent('bold'),
      flaky: agent('flaky', join(state, 'flaky-attempts')),
    },
  };
}
