import parser from 'yargs-parser';
import * as z from 'zod';
import { UsageError } from './errors.ts';
import { didYouMean } from './nearest.ts';
import { ownCommand } from './own-command.ts';

/** Options that several scripts share, each with one meaning (CONTRACT 2). */
export const commonOptions = {
  repo: z
    .string()
    .optional()
    .describe('DIR: the working tree (default: the one around the current directory)'),
  session: z
    .string()
    .optional()
    .describe(
      "ID, directory or 'latest' (default: $MM_SESSION, else the repository's newest open session)",
    ),
  pass: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .describe('N: the pass (default: the current one)'),
  dryRun: z.boolean().default(false).describe('print the plan, change nothing'),
  model: z.array(z.string()).default([]).describe('NAME: a model; repeat the option for several'),
  all: z.boolean().default(false).describe('every model of the session'),
};

/** Every script takes these beside its own. */
export const universalOptions = {
  quiet: z.boolean().default(false).describe('no progress on stderr'),
  trace: z.boolean().default(false).describe('print every command that is run to stderr'),
};

/** What most scripts of a session take: which session, which pass of it. */
export const passOptions = {
  repo: commonOptions.repo,
  session: commonOptions.session,
  pass: commonOptions.pass,
};

export type ParsedOptions<Options> =
  | { kind: 'help' | 'version' | 'schema' }
  | { kind: 'options'; options: Options };

/**
 * Words -> typed options: the parser reads the words, the zod schema decides.
 * @throws UsageError on an unknown, repeated or invalid option, with the nearest known one
 */
export async function parseOptions<Schema extends z.ZodObject>(
  script: string,
  schema: Schema,
  argv: readonly string[],
): Promise<ParsedOptions<z.output<Schema>>> {
  const words = readWords(script, schema, argv);
  for (const kind of ['help', 'version', 'schema'] as const)
    if (words[kind] === true) return { kind };
  refuseUnknown(script, Object.keys(schema.shape), words);

  const given = Object.fromEntries(
    Object.keys(schema.shape).map((key) => [key, words[kebab(key)]]),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) return { kind: 'options', options: parsed.data };
  const [issue] = parsed.error.issues;
  const option = `--${kebab(String(issue?.path[0] ?? ''))}`;
  const value = given[String(issue?.path[0])];
  throw invalid(
    script,
    issue?.path.length === 0
      ? (issue?.message ?? 'The options do not fit together.')
      : Array.isArray(value) && !isList(schema.shape[String(issue?.path[0])])
        ? `${option} was given more than once.`
        : value === undefined
          ? `${option} is missing.`
          : `${option} ${JSON.stringify(value)}: ${issue?.message}.`,
    { option, value },
  );
}

/** What every script takes beside its options and answers with text. */
export const metaOptions = {
  help: 'show this',
  schema: 'print the JSON Schema of the output',
  version: 'print the version of the skill',
} as const;

/**
 * Reads words with the parser of yargs alone: yargs itself is needed for the help text only, and loading it costs more
 * than a script's whole start.
 */
function readWords(
  script: string,
  schema: z.ZodObject,
  argv: readonly string[],
): Record<string, unknown> {
  refuseSwitchValues(script, schema, argv);
  const fields = Object.entries(schema.shape);
  const namesOf = (test: (field: unknown) => boolean) =>
    fields.filter(([, field]) => test(field)).map(([key]) => kebab(key));
  const valued = namesOf((field) => !isSwitch(field));
  const { argv: words, error } = parser.detailed([...argv], {
    boolean: [...namesOf(isSwitch), ...Object.keys(metaOptions)],
    array: namesOf(isList),
    // Values stay text, so that zod refuses what is no number.
    string: valued,
    narg: Object.fromEntries(valued.map((name) => [name, 1])),
    configuration: {
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'greedy-arrays': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'short-option-groups': false,
    },
  });
  if (error !== null) throw invalid(script, `${error.message}.`, {});
  return words;
}

/** `--dry-run=yes` would be read as false, and do what it was to show only. */
function refuseSwitchValues(script: string, schema: z.ZodObject, argv: readonly string[]): void {
  for (const word of argv) {
    const [, name = ''] = /^--([\w-]+)=/.exec(word) ?? [];
    const field = Object.entries(schema.shape).find(([key]) => kebab(key) === name)?.[1];
    if (!Object.hasOwn(metaOptions, name) && (field === undefined || !isSwitch(field))) continue;
    throw invalid(script, `--${name} takes no value.`, { option: `--${name}`, word });
  }
}

function refuseUnknown(script: string, keys: string[], words: Record<string, unknown>): void {
  const [positional] = (words._ ?? []) as unknown[];
  if (positional !== undefined) {
    throw invalid(script, `"${positional}" is no option of ${script}.`, {
      word: String(positional),
    });
  }
  const known = [...keys.map(kebab), ...Object.keys(metaOptions)];
  const unknown = Object.keys(words).find(
    (name) => name !== '_' && name !== '$0' && !known.includes(name),
  );
  if (unknown === undefined) return;
  throw invalid(script, `${script} has no option --${unknown}. ${didYouMean(unknown, known)}`, {
    option: `--${unknown}`,
  });
}

function invalid(script: string, message: string, details: Record<string, unknown>): UsageError {
  return new UsageError({
    code: 'usage',
    message,
    hint: `A value that begins with "-" is given as --option=VALUE. The options and examples: ${ownCommand(script, '--help')}`,
    details,
  });
}

/** The schema under `.optional()`, `.default()` and the like. */
export function unwrap(field: unknown): z.core.$ZodType {
  let schema = field as z.core.$ZodType;
  while ('innerType' in schema._zod.def) schema = schema._zod.def.innerType as z.core.$ZodType;
  return schema;
}

export function isSwitch(field: unknown): boolean {
  return unwrap(field)._zod.def.type === 'boolean';
}

export function isList(field: unknown): boolean {
  return unwrap(field)._zod.def.type === 'array';
}

export function kebab(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
