/** What a script says of itself: its help and the schema of its answers. Loaded only when somebody asks. */
import yargs, { type Options as YargsOptions } from 'yargs';
import * as z from 'zod';
import { SCHEMA_VERSION } from './answer.ts';
import { isList, isSwitch, kebab, metaOptions, universalOptions, unwrap } from './options.ts';
import type { Script } from './script.ts';

/** The text of --help: what the script does, its options, examples; as wide as the terminal, within reason. */
export async function printHelp(
  script: Script,
  columns: number = Math.min(110, process.stdout.columns ?? 100),
): Promise<string> {
  const parser = yargs([])
    .scriptName('mm.mjs')
    .version(false)
    .help(false)
    .usage(`mm.mjs ${script.name} [options]\n\n${script.summary}`)
    .options(yargsOptions(script.options.extend(universalOptions)))
    .options(switches(metaOptions))
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

/** JSON Schema of everything that the script can print: its success or a failure. */
export function outputSchema(script: Script): unknown {
  const head = { schema_version: z.literal(SCHEMA_VERSION), script: z.literal(script.name) };
  const warnings = z.array(z.string());
  const cut = {
    truncated: z.boolean().optional().describe('lists were cut to keep stdout under 24 KB'),
    full: z.string().optional().describe('the file with the whole JSON'),
  };
  const success = z.object({
    ok: z.literal(true),
    ...head,
    ...script.output.shape,
    warnings,
    next: z.string().describe('the command line or the decision that usually follows'),
    ...cut,
  });
  const failure = z.object({
    ok: z.literal(false),
    ...head,
    warnings,
    error: z.object({
      code: z.string(),
      message: z.string(),
      hint: z.string(),
      details: z.record(z.string(), z.unknown()),
    }),
    ...cut,
  });
  return z.toJSONSchema(z.union([success, failure]), { io: 'output' });
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

function switches(described: Record<string, string>): Record<string, YargsOptions> {
  return Object.fromEntries(
    Object.entries(described).map(([name, text]) => [name, { type: 'boolean', describe: text }]),
  );
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
