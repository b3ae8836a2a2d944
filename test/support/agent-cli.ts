import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../scripts/lib/process/command.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = join(PROJECT, 'node_modules/.cache/agent-clis');
const INSTALL_TIMEOUT_MS = 300_000;
/** npm's own two retries take more than a minute to say that there is no network. */
const FEW_RETRIES = ['--fetch-retries=1', '--fetch-retry-mintimeout=2000'];

/**
 * The absolute path of a real agent CLI, installed once from the registry at a pinned version into a cache folder.
 * Two tests that need it at the same time both install it; the folder that is renamed first is the one that counts.
 * @throws Error when the registry cannot be reached: the test fails, it is never skipped
 */
export async function installAgentCli(
  packageName: string,
  version: string,
  program: string,
): Promise<string> {
  const folder = join(CACHE, `${program}-${version}`);
  const binary = join(folder, 'node_modules/.bin', program);
  if (existsSync(binary)) return binary;

  await mkdir(CACHE, { recursive: true });
  const fresh = await mkdtemp(join(CACHE, `.${program}-`));
  try {
    await npmInstall(`${packageName}@${version}`, fresh);
    await rename(fresh, folder).catch((error) => {
      if (!existsSync(binary)) throw error;
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  if (!existsSync(binary))
    throw new Error(`${packageName}@${version} has no program "${program}".`);
  return binary;
}

async function npmInstall(specifier: string, folder: string): Promise<void> {
  await writeFile(join(folder, 'package.json'), '{"private":true}\n');
  const { exitCode, timedOut, stderr } = await runCommand({
    file: 'npm',
    args: [
      'install',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--no-package-lock',
      ...FEW_RETRIES,
      specifier,
    ],
    cwd: folder,
    env: npmEnvironment(),
    timeoutMs: INSTALL_TIMEOUT_MS,
  });
  if (exitCode === 0) return;
  const why = timedOut ? `no answer within ${INSTALL_TIMEOUT_MS / 1000} s` : stderr.slice(-1_000);
  throw new Error(
    `${specifier} could not be installed from the npm registry, and this test needs it: ${why}`,
  );
}

/** Inside `npm test` npm tells its children which project they belong to; an npm of our own must not believe it. */
function npmEnvironment(): NodeJS.ProcessEnv {
  const kept = /^npm_config_(registry|cache|userconfig|cafile|.*proxy)$/i;
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) || kept.test(name)),
  );
}

export interface CodexSetup {
  /** As installAgentCli gives it. */
  binary: string;
  /** The `url` of a model API (model-api.ts). */
  apiUrl: string;
  /** A throwaway home folder; codex's configuration and state go there. */
  home: string;
  /** Put `model = "..."` into the configuration; by default codex's own default model is asked for. */
  model?: string;
}

/**
 * An environment in which the unchanged command line `codex exec --yolo ...` talks to our model API: codex is first on
 * PATH, has a home of its own and no login, and gives up at the first refusal (CLI-FACTS 1 and 4).
 */
export async function codexEnvironment(setup: CodexSetup): Promise<NodeJS.ProcessEnv> {
  const { binary, apiUrl, home, model } = setup;
  await mkdir(join(home, '.codex'), { recursive: true });
  await writeFile(
    join(home, '.codex/config.toml'),
    `${model === undefined ? '' : `model = "${model}"\n`}model_provider = "mock"

[model_providers.mock]
name = "mock"
base_url = "${apiUrl}/v1"
wire_api = "responses"
experimental_bearer_token = "dummy"
request_max_retries = 0
stream_max_retries = 0
`,
  );
  return {
    PATH: `${dirname(binary)}:${process.env.PATH}`,
    HOME: home,
    LANG: 'C.UTF-8',
  };
}
