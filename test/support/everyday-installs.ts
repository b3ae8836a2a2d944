/** What everyday repositories need from a registry: installed once by the real package manager, then copied. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { runCommand } from '../../scripts/lib/process/command.ts';
import { skillFolder } from '../../scripts/lib/skill-folder.ts';
import { type Files, writeFiles } from './sandbox.ts';

/** Manifests, and the command that makes the dependencies out of them. */
export interface Installation {
  files: Files;
  command: readonly string[];
}

export const CACHE = join(skillFolder, 'node_modules/.cache/everyday');

const INSTALL_TIMEOUT_MS = 300_000;

/** `npm install` of pinned packages, as a project without a lockfile does it. */
export function npmInstall(files: Files): Installation {
  const quietly = ['--no-audit', '--no-fund', '--ignore-scripts', '--fetch-retries=1'];
  return { files, command: ['npm', 'install', ...quietly] };
}

/** The package managers that Node does not bring. */
const MANAGERS = npmInstall({
  'package.json': JSON.stringify({
    private: true,
    dependencies: { pnpm: '9.15.9', yarn: '1.22.22' },
  }),
});

/** The folder with the programs `pnpm` and `yarn`. */
export async function managersFolder(): Promise<string> {
  return join(await installed(MANAGERS), 'node_modules/.bin');
}

/** Its successor has a name of its own in the registry. */
const YARN4 = npmInstall({
  'package.json': JSON.stringify({ private: true, dependencies: { '@yarnpkg/cli-dist': '4.9.2' } }),
});

/** The folder with a `yarn` of now. */
export async function yarn4Folder(): Promise<string> {
  return join(await installed(YARN4), 'node_modules/.bin');
}

/**
 * The folder in which a command has installed what its manifests ask for. Two tests that need it at the same time both
 * install it; the folder that is renamed first is the one that counts.
 * @throws Error when the registry cannot be reached: the test fails, it is never skipped
 */
export async function installed(installation: Installation): Promise<string> {
  const key = createHash('sha256').update(JSON.stringify(installation)).digest('hex').slice(0, 16);
  const folder = join(CACHE, key);
  if (existsSync(folder)) return folder;
  await mkdir(CACHE, { recursive: true });
  const fresh = await mkdtemp(join(CACHE, '.fresh-'));
  try {
    await writeFiles(fresh, installation.files);
    await install(installation.command, fresh);
    await rename(fresh, folder).catch((error) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return folder;
}

async function install([program = '', ...args]: readonly string[], cwd: string): Promise<void> {
  const managers = program === 'npm' ? [] : [await managersFolder()];
  const path = [...managers, dirname(process.execPath), process.env.PATH].join(delimiter);
  const { exitCode, stdout, stderr } = await runCommand({
    ...{ file: program, args, cwd, timeoutMs: INSTALL_TIMEOUT_MS },
    env: { ...withoutOuterNpm(), PATH: path, CI: '1' },
  });
  if (exitCode !== 0)
    throw new Error(
      `${program} ${args.join(' ')} failed, and this test needs it: ${stdout}${stderr}`.slice(
        -1500,
      ),
    );
}

/** Inside `npm test` npm tells its children which project they belong to; an npm of our own must not believe it. */
function withoutOuterNpm(): NodeJS.ProcessEnv {
  const kept = /^npm_config_(registry|cache|userconfig|cafile|.*proxy)$/i;
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) || kept.test(name)),
  );
}

/** Copies a folder with its links; files are linked, which costs nothing, as nobody writes into them in place. */
export function copyFolder(from: string, to: string): void {
  const how = process.platform === 'linux' ? '-al' : '-a';
  execFileSync('cp', [how, from, to]);
}
