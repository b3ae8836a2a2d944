import { type Backend, slotOf } from './backend.ts';

export interface CommandLineFacts {
  model: string;
  agentModel: string | null;
  worktree: string;
  promptFile: string;
  /** The prompt itself; looked at only where it goes in as an argument. */
  prompt: string;
}

/** Linux takes at most 128 KiB as one argument (`MAX_ARG_STRLEN`); above this the prompt is pointed to instead. */
export const MAX_ARGUMENT_BYTES = 100_000;

/** The arguments of one run. The prompt comes by stdin where `backend.prompt` says so, and is then not among them. */
export function commandLine(backend: Backend, facts: CommandLineFacts): string[] {
  const { agentModel, worktree, promptFile } = facts;
  const values = {
    model: agentModel ?? slotOf(facts.model),
    worktree,
    prompt_file: promptFile,
    prompt: backend.prompt === 'argument' ? promptArgument(facts) : '{prompt}',
  };
  const template = backend.args.flatMap((argument) => {
    if (typeof argument === 'string') return [argument];
    return agentModel === null ? [] : [...argument];
  });
  const appends = backend.prompt === 'argument' && !template.some((word) => PROMPT.test(word));
  return [...template.map((word) => fill(word, values)), ...(appends ? [values.prompt] : [])];
}

const PROMPT = /\{prompt\}/;

/** In one go, so that braces inside a filled-in value stay what they are. */
function fill(word: string, values: Record<string, string>): string {
  return word.replaceAll(
    /\{(prompt_file|prompt|worktree|model)\}/g,
    (whole, name: string) => values[name] ?? whole,
  );
}

function promptArgument({ prompt, promptFile }: CommandLineFacts): string {
  if (Buffer.byteLength(prompt) > MAX_ARGUMENT_BYTES || prompt.includes('\0')) {
    return `Read the whole file ${promptFile}: it holds your task and its rules. Then carry it out in the current directory.`;
  }
  // A prompt that starts like an option would be taken for one.
  return prompt.startsWith('-') ? `\n${prompt}` : prompt;
}
