import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { git, gitLine } from '../../scripts/lib/git/git.ts';
import { runCommand } from '../../scripts/lib/process/command.ts';
import { launcher } from '../../scripts/lib/skill-folder.ts';

/** File contents by path; a function makes more of it than text. */
export type Files = Record<string, string | Buffer>;

// biome-ignore lint/suspicious/noExplicitAny: tests look at fields, and a wrong guess of a type fails there anyway
export type Json = any;

export interface ScriptResult {
  exitCode: number;
  /** The one JSON object on stdout. */
  json: Json;
  stdout: string;
  stderr: string;
}

/** A machine of its own for one test: HOME, state, configuration and repositories below one temporary folder. */
export interface Sandbox extends AsyncDisposable {
  folder: string;
  /** The environment of everything that the test starts; change it freely. */
  env: NodeJS.ProcessEnv;
  /** Makes a repository with one commit; returns its folder. */
  repository(files?: Files, name?: string): Promise<string>;
  /** Runs a script through the launcher, and insists on exactly one JSON object on stdout. */
  mm(cwd: string, ...words: string[]): Promise<ScriptResult>;
  /** Runs git for the test itself. */
  git(cwd: string, ...words: string[]): Promise<string>;
}

export async function sandbox(): Promise<Sandbox> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'mm-test-')));
  await mkdir(join(folder, 'home'), { recursive: true });
  await writeFile(
    join(folder, 'gitconfig'),
    '[user]\n\tname = Test\n\temail = test@localhost\n[init]\n\tdefaultBranch = main\n[commit]\n\tgpgSign = false\n',
  );
  return sandboxIn(folder);
}

/** A sandbox of the folder of one, with what is in it. */
export function sandboxIn(folder: string): Sandbox {
  const env = testEnvironment(folder);
  return {
    folder,
    env,
    repository: (files = { 'README.md': '# Test\n' }, name = 'project') =>
      makeRepository(join(folder, name), files),
    mm: (cwd, ...words) => runScript(cwd, env, words),
    git: (cwd, ...words) =>
      gitLine(cwd, words, { env: { GIT_CONFIG_GLOBAL: join(folder, 'gitconfig') } }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** PATH without agent CLIs that this machine may have, and no host's session variables. */
function testEnvironment(folder: string): NodeJS.ProcessEnv {
  return {
    PATH: [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
    HOME: join(folder, 'home'),
    XDG_STATE_HOME: join(folder, 'xdg-state'),
    XDG_CONFIG_HOME: join(folder, 'xdg-config'),
    AI_AIP_ROOT: join(folder, 'state'),
    GIT_CONFIG_GLOBAL: join(folder, 'gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
    TMPDIR: process.env.TMPDIR ?? '/tmp',
    LANG: 'C.UTF-8',
    // Where the coverage of the scripts is measured, it is that of what the tests start, too.
    ...(process.env.NODE_V8_COVERAGE && { NODE_V8_COVERAGE: process.env.NODE_V8_COVERAGE }),
  };
}

async function makeRepository(directory: string, files: Files): Promise<string> {
  await writeFiles(directory, files);
  const env = { GIT_CONFIG_GLOBAL: join(dirname(directory), 'gitconfig') };
  await git(directory, ['init', '--quiet'], { env });
  await git(directory, ['add', '--all'], { env });
  await git(directory, ['commit', '--quiet', '--allow-empty', '-m', 'Start'], { env });
  return directory;
}

export async function writeFiles(directory: string, files: Files): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
}

async function runScript(
  cwd: string,
  env: NodeJS.ProcessEnv,
  words: string[],
): Promise<ScriptResult> {
  const { exitCode, stdout, stderr } = await runCommand({
    file: process.execPath,
    args: [launcher, ...words],
    cwd,
    env,
  });
  const text = stdout.toString('utf8');
  return { exitCode, stdout: text, stderr, json: parseOnly(text, stderr) };
}

function parseOnly(stdout: string, stderr: string): Json {
  const lines = stdout.split('\n');
  if (lines.length !== 2 || lines[1] !== '') {
    throw new Error(
      `stdout is not one JSON object and a newline: ${JSON.stringify(stdout.slice(0, 2000))}\n${stderr}`,
    );
  }
  return JSON.parse(lines[0] ?? '');
}
