import yargs, { type Options as YargsOptions } from 'yargs';
import { z } from 'zod';
import { UsageError } from './errors.ts';
import { didYouMean } from './nearest.ts';
import type { Script } from './script.ts';

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

export type ParsedOptions<Options> =
  | { kind: 'help' | 'version' | 'schema' }
  | { kind: 'options'; options: Options };

/**
 * Words -> typed options: yargs reads the words, the zod schema decides.
 * @throws UsageError on an unknown, repeated or invalid option, with the nearest known one
 */
export async function parseOptions<Schema extends z.ZodObject>(
  script: string,
  schema: Schema,
  argv: readonly string[],
): Promise<ParsedOptions<z.output<Schema>>> {
  const words = await readWords(script, yargsOptions(schema), argv);
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

/** The text of --help: what the script does, its options, examples; as wide as the terminal, within reason. */
export async function printHelp(
  script: Script,
  schema: z.ZodObject,
  columns: number = Math.min(110, process.stdout.columns ?? 100),
): Promise<string> {
  const parser = yargs([])
    .scriptName('mm.mjs')
    .version(false)
    .help(false)
    .usage(`mm.mjs ${script.name} [options]\n\n${script.summary}`)
    .options(yargsOptions(schema))
    .options(metaOptions)
    .wrap(columns)
    .epilogue(
      [
        'Examples:',
        ...script.examples.flatMap(([line, does]) => [`  # ${does}`, `  mm.mjs ${line}`]),
        '',
        'stdout is one JSON object (see --schema).',
        'Exit status: 0 done, 1 failed, 2 usage, 3 refused, 4 missing program.',
      ].join('\n'),
    );
  return `${await parser.getHelp()}\n`;
}

const metaOptions = {
  help: { type: 'boolean', describe: 'show this' },
  schema: { type: 'boolean', describe: 'print the JSON Schema of the output' },
  version: { type: 'boolean', describe: 'print the version of the skill' },
} as const satisfies Record<string, YargsOptions>;

async function readWords(
  script: string,
  options: Record<string, YargsOptions>,
  argv: readonly string[],
): Promise<Record<string, unknown>> {
  return await yargs([...argv])
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'greedy-arrays': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'short-option-groups': false,
    })
    .exitProcess(false)
    .version(false)
    .help(false)
    .options(options)
    .options(metaOptions)
    .fail((message, error) => {
      throw invalid(script, message ?? String(error), {});
    })
    .parseAsync();
}

/** The zod schema's keys as yargs options; values stay text, so that zod refuses what is no number. */
function yargsOptions(schema: z.ZodObject): Record<string, YargsOptions> {
  const options: Record<string, YargsOptions> = {};
  for (const [key, field] of Object.entries(schema.shape)) {
    const type = isSwitch(field) ? 'boolean' : isList(field) ? 'array' : 'string';
    options[kebab(key)] = {
      type: type === 'array' ? 'string' : type,
      array: type === 'array',
      requiresArg: type !== 'boolean',
      ...(describe(field) === undefined ? {} : { describe: describe(field) }),
    } as YargsOptions;
  }
  return options;
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
    hint: `mm.mjs ${script} --help shows the options and examples.`,
    details,
  });
}

/** The schema under `.optional()`, `.default()` and the like. */
function unwrap(field: unknown): z.core.$ZodType {
  let schema = field as z.core.$ZodType;
  while ('innerType' in schema._zod.def) schema = schema._zod.def.innerType as z.core.$ZodType;
  return schema;
}

function isSwitch(field: unknown): boolean {
  return unwrap(field)._zod.def.type === 'boolean';
}

function isList(field: unknown): boolean {
  return unwrap(field)._zod.def.type === 'array';
}

/** An option's description with its choices and its default, where it has them. */
function describe(field: unknown): string | undefined {
  const schema = field as z.ZodType;
  const text = schema.description ?? (unwrap(field) as z.ZodType).description;
  const { def } = schema._zod as { def: { type: string; defaultValue?: unknown } };
  const inner = unwrap(field)._zod.def as { type: string; entries?: Record<string, string> };
  const choices = inner.entries === undefined ? '' : ` [${Object.keys(inner.entries).join('|')}]`;
  const standard = ['string', 'number'].includes(typeof def.defaultValue)
    ? ` [default: ${def.defaultValue}]`
    : '';
  return text === undefined ? undefined : `${text}${choices}${standard}`;
}

function kebab(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
