/** Writes what can be generated of references/; with --check it only tells whether that is up to date. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { configurationSchema } from '../../scripts/lib/configuration.ts';
import { outputSchema, printHelp } from '../../scripts/lib/describe-script.ts';
import type { Script } from '../../scripts/lib/script.ts';
import { skillFolder } from '../../scripts/lib/skill-folder.ts';
import { allScripts } from './all-scripts.ts';

type JsonSchema = {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  description?: string;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
};

/** What every script prints; told once. */
const COMMON = new Set(['ok', 'schema_version', 'script', 'warnings', 'next', 'truncated', 'full']);

const files: Record<string, string> = {
  'references/scripts.md': await scriptsPage(await allScripts()),
  'references/multi-model.schema.json': `${JSON.stringify(
    {
      title: 'multi-model-execute',
      description:
        '.multi-model.json in a repository, or multi-model/config.json in your configuration home',
      ...z.toJSONSchema(configurationSchema, { io: 'input' }),
    },
    null,
    2,
  )}\n`,
};

const isCheck = process.argv.includes('--check');
for (const [name, text] of Object.entries(files)) {
  const path = join(skillFolder, name);
  const before = await readFile(path, 'utf8').catch(() => null);
  if (before === text) continue;
  if (isCheck) {
    console.error(`${name} is out of date: run "npm run docs".`);
    process.exitCode = 1;
  } else {
    await writeFile(path, text);
    console.log(`wrote ${name}`);
  }
}

async function scriptsPage(scripts: readonly Script[]): Promise<string> {
  const sections = await Promise.all(scripts.map(scriptSection));
  return [
    '# The scripts',
    '',
    "Read this when you need a script's exact options, or a field of what it prints. Generated from the scripts",
    'themselves (`npm run docs`); `mm.mjs <script> --schema` prints the whole JSON Schema.',
    '',
    'Every answer has `ok`, `schema_version`, `script` and `warnings`; a success also `next`; a failure `error` with `code`,',
    '`message`, `hint` and `details`. A list too long for stdout is cut: then `truncated` is true and `full` names the',
    'file with the whole, in `answers/` of the session directory (without a session: of the state root).',
    '',
    ...scripts.map(({ name, summary }) => `- [${name}](#${name}): ${summary}`),
    '',
    ...sections,
  ].join('\n');
}

async function scriptSection(script: Script): Promise<string> {
  const help = await printHelp(script, 100);
  return [
    `## ${script.name}`,
    '',
    '```text',
    help.trimEnd(),
    '```',
    '',
    'Prints, beside what every script prints:',
    '',
    ...fields(successOf(outputSchema(script) as JsonSchema)),
    '',
  ].join('\n');
}

function successOf({ anyOf = [] }: JsonSchema): JsonSchema {
  return anyOf.find(({ properties }) => properties?.ok?.const === true) ?? {};
}

function fields(schema: JsonSchema, indent = ''): string[] {
  return Object.entries(schema.properties ?? {})
    .filter(([name]) => indent !== '' || !COMMON.has(name))
    .flatMap(([name, field]) => [
      `${indent}- \`${name}\` ${typeOf(field)}${field.description ? `: ${field.description}` : ''}`,
      ...fields(inner(field), `${indent}  `),
    ]);
}

/** The object inside a field: itself, its items, or what it is when it is not null. */
function inner(field: JsonSchema): JsonSchema {
  if (field.properties !== undefined) return field;
  if (field.items !== undefined) return inner(field.items);
  const choice = field.anyOf?.find((it) => it.type !== 'null');
  return choice === undefined ? {} : inner(choice);
}

function typeOf(field: JsonSchema): string {
  if (field.const !== undefined) return JSON.stringify(field.const);
  if (field.enum !== undefined) return field.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (field.anyOf !== undefined) return field.anyOf.map(typeOf).join(' | ');
  if (field.type === 'array') return `list of ${typeOf(field.items ?? {})}`;
  return Array.isArray(field.type) ? field.type.join(' | ') : (field.type ?? 'any');
}
