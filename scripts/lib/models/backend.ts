import * as z from 'zod';

/** How a backend is given its prompt. */
export type PromptWay = 'stdin' | 'argument' | 'file';
/** How its stdout is to be read: see read-output.ts. */
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

export const OUTPUT_FORMATS = [
  'text',
  'claude-json',
  'codex-jsonl',
  'copilot-jsonl',
  'gemini-json',
  'gemini-stream-json',
  'opencode-jsonl',
  'qwen-json',
] as const;

/** A word of a command line; a list of words is left out whole when no model of the backend's own is named. */
export type Argument = string | readonly string[];

/** A command-line program that serves a model: everything that is particular to it, as data. */
export interface Backend {
  name: string;
  /** A name to be looked up, or an absolute path. */
  program: string;
  /** May hold `{prompt_file}`, `{worktree}`, `{model}` and `{prompt}`. */
  args: readonly Argument[];
  prompt: PromptWay;
  output: OutputFormat;
  env: Readonly<Record<string, string>>;
  /** On top of `env` for the superuser, whom some CLIs refuse. */
  rootEnv: Readonly<Record<string, string>>;
  /** Set only where the user's own environment says nothing of it. */
  defaultEnv: Readonly<Record<string, string>>;
  /** The model that the program is told to use where the slot names none; null: its own choice. */
  agentModel: string | null;
  /** Settings that it takes from a file of defaults: everybody's own win over them. */
  defaultSettings: DefaultSettings | null;
  /** Null: it has no version to ask for. */
  versionArgs: readonly string[] | null;
  /** Variables by which a session of this program tells its children about itself; a nested run must not see them. */
  hostVariables: readonly string[];
  /** Who pays: when a quota is used up, nothing more is started that would be charged to the same account. */
  account: string;
  /** A line on stderr by which it says that it asks the API again, once more than is worth waiting for. */
  givesUpAt: RegExp | null;
  /** What it must be able to write beside its worktree; `~/` is the home folder, `$NAME` a variable that may name one. */
  writes: readonly string[];
}

export interface DefaultSettings {
  /** Names the file. */
  variable: string;
  /** Where the file lies without it, such as one of the machine's own: then that counts. */
  usualPlaces: readonly string[];
  settings: unknown;
}

const SLOT_NAME = /^[a-z][a-z0-9_.-]*(#\d+)?$/;

/** What gates and picks call things that are no models. */
const RESERVED_NAMES = new Set(['base', 'main', 'synthesis', 'none']);

/** A participant slot. It becomes part of a branch name, hence what git refuses in one is refused here. */
export const slotNameSchema = z
  .string()
  .regex(SLOT_NAME, 'a model is named by small letters, digits, ".", "_" and "-", such as "gpt#2"')
  .refine((name) => !/\.\.|\.$|\.lock$/.test(fileNameOf(name)) && !name.includes('.#'), {
    message: 'git takes no branch name with "..", or one that ends with "." or ".lock"',
  })
  .refine((name) => !RESERVED_NAMES.has(name), {
    message: `${[...RESERVED_NAMES].join(', ')} stand for something else among gates and picks`,
  });

const commandSchema = z
  .array(z.string())
  .min(1)
  .and(z.tuple([z.string().min(1)], z.string()));

/** `backends.NAME` of `.multi-model.json`. */
export const configuredBackendSchema = z
  .strictObject({
    command: commandSchema.describe(
      'The program and its arguments; {prompt_file}, {worktree}, {model} and {prompt} are filled in.',
    ),
    prompt: z.enum(['stdin', 'argument', 'file']).default('stdin'),
    output: z.enum(OUTPUT_FORMATS).default('text'),
    env: z.record(z.string(), z.string()).default({}),
    agent_model: z.string().min(1).optional(),
    version_args: z.array(z.string()).min(1).optional(),
    account: z
      .string()
      .min(1)
      .optional()
      .describe('who pays; backends of one account stop together when its quota is used up'),
    writes: z
      .array(z.string().regex(/^(~\/|\/|\$\w+)/, 'begin it with "~/", "/" or "$NAME"'))
      .default([])
      .describe('folders that it writes beside its worktree, for --sandbox'),
  })
  .refine(({ prompt, command }) => prompt !== 'file' || holds(command, '{prompt_file}'), {
    path: ['command'],
    message: 'prompt "file" needs {prompt_file} somewhere in the command',
  })
  .refine(({ prompt, command }) => prompt === 'argument' || !holds(command, '{prompt}'), {
    path: ['prompt'],
    message: '{prompt} in the command needs prompt "argument"',
  });

export type ConfiguredBackend = z.infer<typeof configuredBackendSchema>;
/** The same before defaults are filled in, as a person writes it. */
export type ConfiguredBackendInput = z.input<typeof configuredBackendSchema>;

/** One entry of `models` in `.multi-model.json`. */
export const configuredModelSchema = z.union([
  slotNameSchema,
  z.strictObject({
    model: slotNameSchema,
    backend: z.string().min(1).optional(),
    agent_model: z.string().min(1).optional(),
  }),
]);

export type ConfiguredModel = z.infer<typeof configuredModelSchema>;

/** A model's name in file, branch and ref names: `gpt#2` -> `gpt-2`. */
export function fileNameOf(model: string): string {
  return model.replaceAll('#', '-');
}

/** The slot that a model is a run of: `gpt#2` -> `gpt`. */
export function slotOf(model: string): string {
  return model.replace(/#\d+$/, '');
}

/** The record of a backend that the user configured. */
export function toBackend(name: string, configured: ConfiguredBackend): Backend {
  const [program, ...args] = configured.command;
  return {
    name,
    program,
    args,
    prompt: configured.prompt,
    output: configured.output,
    env: configured.env,
    rootEnv: {},
    defaultEnv: {},
    defaultSettings: null,
    agentModel: configured.agent_model ?? null,
    versionArgs: configured.version_args ?? null,
    hostVariables: [],
    account: configured.account ?? name,
    givesUpAt: null,
    writes: configured.writes,
  };
}

function holds(command: readonly string[], placeholder: string): boolean {
  return command.some((word) => word.includes(placeholder));
}
