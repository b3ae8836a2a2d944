import { Failure } from '../errors.ts';
import { didYouMean } from '../nearest.ts';
import { type Backend, type ConfiguredBackend, toBackend } from './backend.ts';

const CLAUDE: Backend = {
  name: 'claude',
  program: 'claude',
  args: ['-p', '--dangerously-skip-permissions', '--output-format', 'json', ['--model', '{model}']],
  prompt: 'stdin',
  output: 'claude-json',
  env: {},
  rootEnv: { IS_SANDBOX: '1' },
  agentModel: null,
  versionArgs: ['--version'],
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
};

const CODEX: Backend = {
  name: 'codex',
  program: 'codex',
  args: ['exec', '--yolo', '-c', 'model_reasoning_effort=medium', '--json', ['-m', '{model}'], '-'],
  prompt: 'stdin',
  output: 'codex-jsonl',
  env: {},
  rootEnv: {},
  agentModel: null,
  versionArgs: ['--version'],
  // Seen in the environment of its shell tool, codex 0.169. CODEX_SANDBOX* stay: they say what the machine forbids.
  hostVariables: ['CODEX_THREAD_ID', 'CODEX_SESSION_ID', 'CODEX_TOOL_CALL_ID', 'CODEX_CI'],
};

const GEMINI: Backend = {
  name: 'gemini',
  program: 'gemini',
  args: [['-m', '{model}'], '-y', '-o', 'json', '-p', ''],
  prompt: 'stdin',
  output: 'gemini-json',
  env: { GEMINI_CLI_TRUST_WORKSPACE: 'true' },
  rootEnv: {},
  agentModel: 'pro',
  versionArgs: ['--version'],
  // Set by gemini 0.61 for itself and its shells, read in its code.
  hostVariables: [
    'GEMINI_CLI',
    'GEMINI_CLI_NO_RELAUNCH',
    'GEMINI_CLI_WORKTREE_HANDLED',
    'GEMINI_CLI_IDE_SERVER_PORT',
    'GEMINI_CLI_IDE_WORKSPACE_PATH',
    'GEMINI_CLI_IDE_PID',
  ],
};

/** Cursor's CLI, by its documentation: it is not on npm and was not tested. */
const AGENT: Backend = {
  name: 'agent',
  program: 'agent',
  args: ['-p', '-f', ['--model', '{model}']],
  prompt: 'argument',
  output: 'text',
  env: {},
  rootEnv: {},
  agentModel: null,
  versionArgs: ['--version'],
  hostVariables: ['CURSOR_AGENT', 'CURSOR_TRACE_ID'],
};

export const BUILT_IN_BACKENDS: Readonly<Record<string, Backend>> = {
  claude: CLAUDE,
  codex: CODEX,
  gemini: GEMINI,
  agent: AGENT,
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
    { backend: 'agent', agentModel: 'gemini-3-pro' },
  ],
  gpt: [
    { backend: 'codex', agentModel: null },
    { backend: 'agent', agentModel: 'gpt-5.2' },
  ],
};

export const DEFAULT_MODELS: readonly string[] = Object.keys(SLOTS);

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
