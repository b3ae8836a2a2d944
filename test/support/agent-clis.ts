/** The real agent CLIs, installed from the registry at pinned versions, and how each is pointed at a model API of ours. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../scripts/lib/process/command.ts';

export interface AgentCli {
  /** Its backend and its program are named alike. */
  backend: string;
  /** The slot that it serves. */
  model: string;
  package: string;
  version: string;
  /** What its package would run after installation, from the package's folder; no other package's scripts are run. */
  postinstall?: string;
  /** Settings below a throwaway home, and variables: no login, and as few retries of its own as it can be told to make. */
  configure(setup: { apiUrl: string; home: string }): Promise<NodeJS.ProcessEnv>;
}

/** Versions and settings as in CLI-FACTS 1 and 4. */
export const AGENT_CLIS: readonly AgentCli[] = [
  {
    backend: 'codex',
    model: 'gpt',
    package: '@openai/codex',
    version: '0.169.0',
    configure: async ({ apiUrl, home }) => {
      await writeSettings(home, '.codex/config.toml', codexSettings(apiUrl));
      return {};
    },
  },
  {
    backend: 'gemini',
    model: 'gemini',
    package: '@google/gemini-cli',
    version: '0.61.0',
    configure: async ({ apiUrl, home }) => {
      const settings = {
        security: { auth: { selectedType: 'gemini-api-key' } },
        general: { maxAttempts: 1 },
      };
      await writeSettings(home, '.gemini/settings.json', JSON.stringify(settings));
      return { GEMINI_API_KEY: 'dummy', GOOGLE_GEMINI_BASE_URL: apiUrl };
    },
  },
  {
    backend: 'claude',
    model: 'claude',
    package: '@anthropic-ai/claude-code',
    version: '2.1.197',
    postinstall: 'install.cjs',
    configure: async ({ apiUrl }) => ({
      // A login as of a subscription, which alone has limits that reset.
      CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-dummy',
      ANTHROPIC_BASE_URL: apiUrl,
      CLAUDE_CODE_MAX_RETRIES: '1',
    }),
  },
  {
    backend: 'opencode',
    model: 'opencode',
    package: 'opencode-ai',
    version: '1.18.33',
    postinstall: 'postinstall.mjs',
    configure: async ({ apiUrl, home }) => {
      const mock = {
        npm: '@ai-sdk/openai-compatible',
        name: 'Mock',
        options: { baseURL: `${apiUrl}/v1`, apiKey: 'dummy' },
        models: { 'mock-model': { name: 'Mock' } },
      };
      const settings = { model: 'mock/mock-model', provider: { mock } };
      await writeSettings(home, '.config/opencode/opencode.json', JSON.stringify(settings));
      return {};
    },
  },
  {
    backend: 'qwen',
    model: 'qwen',
    package: '@qwen-code/qwen-code',
    version: '0.15.10',
    configure: async ({ apiUrl, home }) => {
      const settings = { security: { auth: { selectedType: 'openai' } } };
      await writeSettings(home, '.qwen/settings.json', JSON.stringify(settings));
      const model = { OPENAI_API_KEY: 'dummy', OPENAI_MODEL: 'mock-model' };
      return { ...model, OPENAI_BASE_URL: `${apiUrl}/v1` };
    },
  },
  {
    backend: 'copilot',
    model: 'copilot',
    package: '@github/copilot',
    version: '1.0.102',
    configure: async ({ apiUrl }) => ({
      COPILOT_PROVIDER_BASE_URL: `${apiUrl}/v1`,
      COPILOT_PROVIDER_API_KEY: 'dummy',
      COPILOT_PROVIDER_TYPE: 'openai',
      COPILOT_MODEL: 'mock-model',
      COPILOT_OFFLINE: 'true',
    }),
  },
];

export function agentCli(backend: string): AgentCli {
  const found = AGENT_CLIS.find((it) => it.backend === backend);
  if (found === undefined) throw new Error(`There is no agent CLI "${backend}".`);
  return found;
}

/** @param model by default codex's own default model is asked for, which is offered other tools */
export function codexSettings(apiUrl: string, model?: string): string {
  return `${model === undefined ? '' : `model = "${model}"\n`}model_provider = "mock"

[model_providers.mock]
name = "mock"
base_url = "${apiUrl}/v1"
wire_api = "responses"
experimental_bearer_token = "dummy"
request_max_retries = 0
stream_max_retries = 0
`;
}

export async function writeSettings(home: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(home, path)), { recursive: true });
  await writeFile(join(home, path), text);
}

/**
 * An environment in which a CLI's unchanged command line talks to a model API of ours: it is first on PATH, and has a
 * home and a temporary folder of its own.
 * @param home a throwaway folder; the temporary one is beside it
 */
export async function cliEnvironment(
  cli: AgentCli,
  setup: { apiUrl: string; home: string },
): Promise<NodeJS.ProcessEnv> {
  const binary = await installAgentCli(cli);
  const temporary = `${setup.home}-tmp`;
  await mkdir(temporary, { recursive: true });
  return {
    PATH: [dirname(binary), dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(
      delimiter,
    ),
    HOME: setup.home,
    TMPDIR: temporary,
    LANG: 'C.UTF-8',
    ...(await cli.configure(setup)),
  };
}

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = join(PROJECT, 'node_modules/.cache/agent-clis');
const INSTALL_TIMEOUT_MS = 600_000;
/** npm's own two retries take more than a minute to say that there is no network. */
const FEW_RETRIES = ['--fetch-retries=1', '--fetch-retry-mintimeout=2000'];

/**
 * The absolute path of a CLI, installed once into a cache folder. Two tests that need it at the same time both install
 * it; the folder that is renamed first is the one that counts.
 * @throws Error when the registry cannot be reached: the test fails, it is never skipped
 */
export async function installAgentCli(cli: AgentCli): Promise<string> {
  const folder = join(CACHE, `${cli.backend}-${cli.version}`);
  const binary = join(folder, 'node_modules/.bin', cli.backend);
  if (existsSync(binary)) return binary;

  await mkdir(CACHE, { recursive: true });
  const fresh = await mkdtemp(join(CACHE, `.${cli.backend}-`));
  try {
    await writeFile(join(fresh, 'package.json'), '{"private":true}\n');
    const quietly = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
    const name = `${cli.package}@${cli.version}`;
    await runInstaller('npm', ['install', ...quietly, ...FEW_RETRIES, name], fresh, name);
    if (cli.postinstall !== undefined) {
      const own = join(fresh, 'node_modules', cli.package);
      await runInstaller(process.execPath, [cli.postinstall], own, name);
    }
    await rename(fresh, folder).catch((error) => {
      if (!existsSync(binary)) throw error;
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  if (!existsSync(binary))
    throw new Error(`${cli.package}@${cli.version} has no program "${cli.backend}".`);
  return binary;
}

async function runInstaller(
  file: string,
  args: string[],
  cwd: string,
  name: string,
): Promise<void> {
  const { exitCode, timedOut, stderr } = await runCommand({
    ...{ file, args, cwd },
    env: npmEnvironment(),
    timeoutMs: INSTALL_TIMEOUT_MS,
  });
  if (exitCode === 0) return;
  const why = timedOut ? `no answer within ${INSTALL_TIMEOUT_MS / 1000} s` : stderr.slice(-1_000);
  throw new Error(
    `${name} could not be installed from the npm registry, and this test needs it: ${why}`,
  );
}

/** Inside `npm test` npm tells its children which project they belong to; an npm of our own must not believe it. */
export function npmEnvironment(): NodeJS.ProcessEnv {
  const kept = /^npm_config_(registry|cache|userconfig|cafile|.*proxy)$/i;
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) || kept.test(name)),
  );
}
