import { Failure } from '../errors.ts';
import { didYouMean } from '../nearest.ts';
import { type Backend, type ConfiguredBackend, toBackend } from './backend.ts';

/** What most records have in common. */
const PLAIN = {
  env: {},
  rootEnv: {},
  defaultEnv: {},
  defaultSettings: null,
  agentModel: null,
  versionArgs: ['--version'],
  hostVariables: [],
  givesUpAt: null,
} as const;

const CLAUDE: Backend = {
  ...PLAIN,
  name: 'claude',
  program: 'claude',
  args: [
    ...['-p', '--dangerously-skip-permissions', '--output-format', 'stream-json', '--verbose'],
    ['--model', '{model}'],
  ],
  prompt: 'stdin',
  output: 'claude-json',
  rootEnv: { IS_SANDBOX: '1' },
  // Its own default of 10 takes three minutes to say that the API is down (CLI-FACTS 4).
  defaultEnv: { CLAUDE_CODE_MAX_RETRIES: '5' },
  hostVariables: [
    'CLAUDECODE',
    'CLAUDE_CODE_ENTRYPOINT',
    'CLAUDE_CODE_SESSION_ID',
    'CLAUDE_CODE_CHILD_SESSION',
    'CLAUDE_CODE_EXECPATH',
    'CLAUDE_CODE_SSE_PORT',
    'CLAUDE_EFFORT',
    'CLAUDE_PROJECT_DIR',
    'CLAUDE_ENV_FILE',
  ],
  account: 'claude',
  writes: ['~/.claude', '~/.claude.json', '$CLAUDE_CONFIG_DIR'],
};

const CODEX: Backend = {
  ...PLAIN,
  name: 'codex',
  program: 'codex',
  args: ['exec', '--yolo', '-c', 'model_reasoning_effort=medium', '--json', ['-m', '{model}'], '-'],
  prompt: 'stdin',
  output: 'codex-jsonl',
  // Seen in the environment of its shell tool, codex 0.169. CODEX_SANDBOX* stay: they say what the machine forbids.
  hostVariables: ['CODEX_THREAD_ID', 'CODEX_SESSION_ID', 'CODEX_TOOL_CALL_ID', 'CODEX_CI'],
  account: 'codex',
  writes: ['~/.codex', '$CODEX_HOME'],
};

const GEMINI: Backend = {
  ...PLAIN,
  name: 'gemini',
  program: 'gemini',
  args: [['-m', '{model}'], '-y', '-o', 'stream-json', '-p', ''],
  prompt: 'stdin',
  output: 'gemini-stream-json',
  env: { GEMINI_CLI_TRUST_WORKSPACE: 'true' },
  agentModel: 'pro',
  // Set by gemini 0.61 for itself and its shells, read in its code.
  hostVariables: [
    'GEMINI_CLI',
    'GEMINI_CLI_NO_RELAUNCH',
    'GEMINI_CLI_WORKTREE_HANDLED',
    'GEMINI_CLI_IDE_SERVER_PORT',
    'GEMINI_CLI_IDE_WORKSPACE_PATH',
    'GEMINI_CLI_IDE_PID',
  ],
  account: 'gemini',
  // Ten attempts take over three minutes, and only the user's own settings could make them fewer [seen in 0.61].
  givesUpAt: /^Attempt ([4-9]|\d\d+) failed with status \d+/m,
  writes: ['~/.gemini', '$GEMINI_CLI_HOME'],
};

/** Cursor's CLI, by its documentation: it is not on npm and was not tested. */
const AGENT: Backend = {
  ...PLAIN,
  name: 'agent',
  program: 'agent',
  args: ['-p', '-f', ['--model', '{model}']],
  prompt: 'argument',
  output: 'text',
  hostVariables: ['CURSOR_AGENT', 'CURSOR_TRACE_ID'],
  account: 'agent',
  writes: ['~/.cursor', '~/.config/cursor'],
};

/** Google's newer CLI, by what others say of it: it follows `gemini`, and was not tested. */
const AGY: Backend = {
  ...PLAIN,
  name: 'agy',
  program: 'agy',
  args: [
    ['--model', '{model}'],
    ...['--add-dir', '{worktree}', '--dangerously-skip-permissions', '-p', '{prompt}'],
  ],
  prompt: 'argument',
  output: 'text',
  account: 'gemini',
  writes: ['~/.gemini', '~/.antigravity'],
};

const OPENCODE: Backend = {
  ...PLAIN,
  name: 'opencode',
  program: 'opencode',
  args: ['run', '--format', 'json', '--auto', ['-m', '{model}']],
  prompt: 'stdin',
  output: 'opencode-jsonl',
  account: 'opencode',
  writes: [
    ...['~/.local/share/opencode', '~/.local/state/opencode', '~/.cache/opencode'],
    '~/.config/opencode',
  ],
};

const QWEN: Backend = {
  ...PLAIN,
  name: 'qwen',
  program: 'qwen',
  args: ['-y', '-o', 'stream-json', ['-m', '{model}']],
  prompt: 'stdin',
  output: 'qwen-json',
  // Else a rate limit may be waited out for ever (its settings' documentation, 0.15).
  env: { QWEN_CODE_UNATTENDED_RETRY: 'false' },
  // Its own default is to wait for a rate limit ten times, from one minute to five; so it gives up after 1.5 minutes [seen].
  defaultSettings: {
    variable: 'QWEN_CODE_SYSTEM_DEFAULTS_PATH',
    usualPlaces: [
      '/etc/qwen-code/system-defaults.json',
      '/Library/Application Support/QwenCode/system-defaults.json',
    ],
    settings: { model: { generationConfig: { maxRetries: 0 } } },
  },
  account: 'qwen',
  writes: ['~/.qwen'],
};

const COPILOT: Backend = {
  ...PLAIN,
  name: 'copilot',
  program: 'copilot',
  args: [
    ...['--allow-all-tools', '--allow-all-paths', '--no-ask-user', '--output-format', 'json'],
    ['--model', '{model}'],
  ],
  prompt: 'stdin',
  output: 'copilot-jsonl',
  account: 'copilot',
  writes: ['~/.copilot', '~/.cache/copilot', '$COPILOT_HOME'],
};

export const BUILT_IN_BACKENDS: Readonly<Record<string, Backend>> = {
  claude: CLAUDE,
  codex: CODEX,
  gemini: GEMINI,
  agent: AGENT,
  agy: AGY,
  opencode: OPENCODE,
  qwen: QWEN,
  copilot: COPILOT,
};

/** A way to serve a slot; `agentModel` null leaves the choice to the backend's record. */
export interface Service {
  backend: string;
  agentModel: string | null;
}

/** What may serve a slot, best first: its native CLI, else Cursor's with the slot's model. */
export const SLOTS: Readonly<Record<string, readonly Service[]>> = {
  claude: [
    { backend: 'claude', agentModel: null },
    { backend: 'agent', agentModel: 'opus-4.6' },
  ],
  gemini: [
    { backend: 'gemini', agentModel: null },
    { backend: 'agy', agentModel: null },
    { backend: 'agent', agentModel: 'gemini-3-pro' },
  ],
  gpt: [
    { backend: 'codex', agentModel: null },
    { backend: 'agent', agentModel: 'gpt-5.2' },
  ],
  // Not asked for unless they are named.
  opencode: [{ backend: 'opencode', agentModel: null }],
  qwen: [{ backend: 'qwen', agentModel: null }],
  copilot: [{ backend: 'copilot', agentModel: null }],
};

export const DEFAULT_MODELS: readonly string[] = ['claude', 'gemini', 'gpt'];

/** Variables that tell a program that it runs inside some agent's session, whichever that is. */
export const HOST_VARIABLES: ReadonlySet<string> = new Set(
  Object.values(BUILT_IN_BACKENDS).flatMap(({ hostVariables }) => hostVariables),
);

/** All backends by name: the user's win over built-in ones of the same name. */
export function allBackends(
  configured: Readonly<Record<string, ConfiguredBackend>>,
): Map<string, Backend> {
  return new Map([
    ...Object.entries(BUILT_IN_BACKENDS),
    ...Object.entries(configured).map(([name, record]) => [name, toBackend(name, record)] as const),
  ]);
}

/**
 * The record of a backend that detection chose, with the program where detection found it.
 * @throws Failure `unknown-backend` when the configuration no longer has it
 */
export function resolveBackend(
  detected: { backend: string | null; binary?: string | null },
  configured: Readonly<Record<string, ConfiguredBackend>>,
): Backend {
  const backends = allBackends(configured);
  const backend = detected.backend === null ? undefined : backends.get(detected.backend);
  if (backend === undefined) {
    throw new Failure({
      code: 'unknown-backend',
      message: `There is no backend "${detected.backend}" any more.`,
      hint: `Put it back into "backends" of the configuration, or start a new session. ${didYouMean(detected.backend ?? '', backends.keys())}`,
      details: { backend: detected.backend, known: [...backends.keys()] },
    });
  }
  return { ...backend, program: detected.binary ?? backend.program };
}
