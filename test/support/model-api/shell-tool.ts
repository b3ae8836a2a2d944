import type { ShellCall } from './turn.ts';

/** The tool by which each agent lets its model run a shell command, and how it is called: as seen in their requests. */
const SHELL_TOOLS: Record<string, (command: string) => Record<string, unknown>> = {
  // codex, for a model that it does not know
  exec_command: (cmd) => ({ cmd }),
  // claude
  Bash: (command) => ({ command, description: 'Runs it' }),
  // opencode and copilot
  bash: (command) => ({ command, description: 'Runs it' }),
  // gemini and qwen
  run_shell_command: (command) => ({ command, is_background: false, description: 'Runs it' }),
};

/** codex gives its default model one tool that runs JavaScript, in which the other tools are functions (CLI-FACTS 1). */
const CODE_TOOL = 'exec';

export function shellCall(command: string, offered: readonly string[]): ShellCall {
  const tool = offered.find((name) => Object.hasOwn(SHELL_TOOLS, name)) ?? CODE_TOOL;
  return { tool, arguments: SHELL_TOOLS[tool]?.(command) ?? { cmd: command } };
}
