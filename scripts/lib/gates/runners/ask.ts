/** Asks the runner of a gate for a report, where that changes nothing else that the gate does or prints. */
import { randomUUID } from 'node:crypto';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import glob from 'fast-glob';
import * as z from 'zod';
import { mkdir, rm, writeFile } from '../../disk.ts';
import { scriptRun, splitChain, withoutRunner } from '../commands.ts';
import type { Gate } from '../gate.ts';
import { RUNNERS } from './all.ts';
import type { Asked, Runner, Test } from './runner.ts';

/** Where runners are told what to do; what a project says there is kept. */
const SETTINGS = [
  '{,*/,*/*/}package.json',
  '{.mocharc*,.rspec,Rakefile,pytest.ini,.pytest.ini,pyproject.toml,tox.ini,setup.cfg,noxfile.py}',
  '{vitest,vite,jest}{,.*}.config.*',
  '{phpunit.xml,phpunit.xml.dist,phpunit.dist.xml,Makefile,[Jj]ustfile,Taskfile.y*ml}',
];

const scriptsSchema = z.object({ scripts: z.record(z.string(), z.string()) });

const MOST_FILES = 200;
const MOST_BYTES = 1024 ** 2;
const MOST_BYTES_OF_REPORTS = 50 * 1024 ** 2;

/** A gate as it is run, with what it was asked. */
export interface Asking {
  command: string;
  env: NodeJS.ProcessEnv;
  /** The tests of all reports that were written. */
  tests: () => Promise<Test[]>;
  /** Leaves a log as if nothing had been asked. */
  removeTraces: (log: string) => Promise<void>;
  /** Whether a log speaks of what was asked: then it may be to blame for what went wrong. */
  isNoticed: (log: string) => boolean;
  [Symbol.asyncDispose]: () => Promise<void>;
}

/**
 * @param folder does not exist yet; holds what is asked with, and the reports
 * @returns null where nothing can be asked
 */
export async function askForReport(
  { command }: Pick<Gate, 'command'>,
  { cwd, folder, env }: { cwd: string; folder: string; env: NodeJS.ProcessEnv },
): Promise<Asking | null> {
  // Runners split their variables at spaces, each with quotes of its own.
  if (!/^[\w./-]+$/.test(folder)) return null;
  const words = `${command}\n${await settingsIn(cwd)}`;
  const scripts = await scriptsIn(cwd);
  const token = randomUUID().slice(0, 8);
  const asked = RUNNERS.flatMap((runner) => {
    const path = join(folder, `${token}-${runner.name.replaceAll(/\W+/g, '-')}`);
    const one = runner.ask?.({ path, words, env }) ?? null;
    const longer = one?.argument && withArgument(command, one.argument, runner, scripts);
    return one === null || (one.argument && !longer) ? [] : { runner, path, ...one, longer };
  });
  if (asked.length === 0) return null;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await Promise.all(asked.map(writeProgram));
  const longer = asked.find((it) => it.longer);
  return {
    command: longer?.longer || command,
    env: Object.assign({}, env, ...asked.map((it) => it.env)),
    tests: () => readReports(folder, asked),
    removeTraces: async (log) => {
      const text = await readSmall(log, MOST_BYTES_OF_REPORTS);
      if (text.includes(token)) await writeFile(log, withoutTraces(text, token, longer?.argument));
    },
    isNoticed: (log) =>
      [token, '--test-reporter', ...(longer ? ['--outputFile', '--log-junit'] : [])].some((it) =>
        log.includes(it),
      ) || /(?:NODE|MOCHA)_OPTIONS|PYTEST_ADDOPTS|SPEC_OPTS/.test(log),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** `JSON report written to ...`, `- generated xml file: ... -`, and the command that package managers print. */
function withoutTraces(log: string, token: string, argument: string | undefined): string {
  const plain = argument === undefined ? log : log.replaceAll(` ${argument}`, '');
  const notice = new RegExp(`^.*\\b(?:written to|xml file):? .*${token}.*(?:\\n|$)`, 'gm');
  return plain.replaceAll(notice, '');
}

async function writeProgram({ path, program }: Asked & { path: string }): Promise<void> {
  if (program !== undefined)
    await writeFile(`${path}${program.suffix}`, program.text, { mode: 0o600 });
}

async function settingsIn(cwd: string): Promise<string> {
  const files = await glob(SETTINGS, {
    cwd,
    dot: true,
    absolute: true,
    followSymbolicLinks: false,
    suppressErrors: true,
    ignore: ['**/node_modules/**', '**/vendor/**'],
  });
  const texts = await Promise.all(
    files.slice(0, MOST_FILES).map((it) => readSmall(it, MOST_BYTES)),
  );
  return texts.join('\n');
}

/**
 * The command of a gate with an argument for its runner; null where it is not sure that the argument gets there: the
 * runner must be the whole command, or the whole of the script that the command runs.
 */
function withArgument(
  command: string,
  argument: string,
  runner: Runner,
  scripts: ReadonlyMap<string, string>,
) {
  const starts = new RegExp(`^(?:\\S+/)?${runner.name}(?= |$)`);
  const isRunner = (text: string) =>
    splitChain(text)?.length === 1 && starts.test(withoutRunner(text)) && !text.includes(' -- ');
  if (isRunner(command)) return `${command} ${argument}`;
  const run = splitChain(command)?.length === 1 ? scriptRun(command, scripts) : null;
  if (run === null || run.args.length > 0 || !isRunner(scripts.get(run.script) ?? '')) return null;
  return /\bnpm\b/.test(command) ? `${command} -- ${argument}` : `${command} ${argument}`;
}

async function scriptsIn(cwd: string): Promise<ReadonlyMap<string, string>> {
  try {
    const manifest = scriptsSchema.parse(
      JSON.parse(await readFile(join(cwd, 'package.json'), 'utf8')),
    );
    return new Map(Object.entries(manifest.scripts));
  } catch {
    return new Map();
  }
}

async function readReports(
  folder: string,
  asked: readonly { runner: Runner; path: string }[],
): Promise<Test[]> {
  const files = (await readdir(folder)).filter((it) => it.endsWith('.report')).sort();
  const texts = files.map(async (file): Promise<Test[]> => {
    const path = join(folder, file);
    const runner = asked.find((it) => path.startsWith(`${it.path}.`))?.runner;
    const text = await readSmall(path, MOST_BYTES_OF_REPORTS);
    return text === '' ? [] : (readReport(runner, text) ?? []);
  });
  return (await Promise.all(texts)).flat();
}

/** A report may be cut off: its writer was ended. */
function readReport(runner: Runner | undefined, text: string): Test[] | null {
  try {
    return runner?.read?.(text) ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** '' for what is no plain file, or too long. */
async function readSmall(path: string, most: number): Promise<string> {
  const status = await lstat(path).catch(() => null);
  if (!status?.isFile() || status.size > most) return '';
  return readFile(path, 'utf8');
}
