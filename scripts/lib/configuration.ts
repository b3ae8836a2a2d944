/** The user's settings: `.multi-model.json` at base, then the user's own file, then flags (CONTRACT 6). */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { messageOf, systemErrorCode, UsageError } from './errors.ts';
import { gatesConfigurationSchema } from './gates/gate.ts';
import type { FilesAt } from './git/files-at.ts';
import { configuredBackendSchema, configuredModelSchema } from './models/backend.ts';
import { MAX_PASSES } from './models/triggers.ts';
import { didYouMean } from './nearest.ts';
import { configurationHome } from './session/paths.ts';

export const configurationSchema = z.strictObject({
  $schema: z.string().optional(),
  models: z.array(configuredModelSchema).optional().describe('the models that take part'),
  backends: z
    .record(z.string(), configuredBackendSchema)
    .optional()
    .describe('programs that serve models, added to the built-in ones or in their place'),
  gates: gatesConfigurationSchema
    .optional()
    .describe('the quality gates, instead of the discovered ones'),
  setup: z
    .union([z.string(), z.literal(false)])
    .optional()
    .describe('a command that is run in every new worktree; false: none, also where one is found'),
  include: z
    .array(z.string())
    .optional()
    .describe('ignored files to copy into worktrees (gitignore syntax)'),
  provide: z
    .strictObject({
      folders: z
        .array(z.string())
        .optional()
        .describe('names of ignored folders to copy besides the dependencies, such as target'),
      link: z
        .array(z.string())
        .optional()
        .describe('paths that are symlinks into the main tree instead of copies'),
      copy_limit_mb: z
        .union([z.number().positive(), z.literal('none')])
        .optional()
        .describe('the most that one folder may have to be copied where the disk cannot share it'),
      network: z
        .boolean()
        .optional()
        .describe(
          'whether packages that a result newly asks for may be installed from the network, if its package manager has them in no cache',
        ),
    })
    .optional()
    .describe('how worktrees get what the gates need'),
  hooks: z
    .boolean()
    .optional()
    .describe("whether the repository's post-checkout hook runs in new worktrees"),
  timeout_s: z
    .union([z.number().positive(), z.literal('none')])
    .optional()
    .describe('time limit of a model, in seconds'),
  prefer: z
    .array(z.string())
    .optional()
    .describe(
      'models, best first: a small word where facts leave wholes equal, in the place of whose wholes were taken before; []: none',
    ),
  sandbox: z
    .boolean()
    .optional()
    .describe('whether models run in a sandbox in which they can write only what is theirs'),
  passes: z.number().int().min(1).max(MAX_PASSES).optional(),
});

export type Configuration = z.output<typeof configurationSchema>;

const REPOSITORY_FILE = '.multi-model.json';

/**
 * Both files, the user's own over the repository's; backends and gates are merged by name.
 * @param files the repository's files at base, or null outside a repository
 * @throws UsageError `bad-configuration` that names the file, the key and the nearest known one
 */
export async function readConfiguration(files: FilesAt | null): Promise<Configuration> {
  const own = join(configurationHome(), 'multi-model', 'config.json');
  const repository = parse(REPOSITORY_FILE, (await files?.read(REPOSITORY_FILE)) ?? null);
  const user = parse(own, await readOwn(own));
  return {
    ...repository,
    ...user,
    ...(repository.backends || user.backends
      ? { backends: { ...repository.backends, ...user.backends } }
      : {}),
    ...(repository.gates || user.gates ? { gates: { ...repository.gates, ...user.gates } } : {}),
  };
}

async function readOwn(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT' || systemErrorCode(error) === 'ENOTDIR') return null;
    throw bad(path, messageOf(error), {});
  }
}

function parse(file: string, text: string | null): Configuration {
  if (text === null) return {};
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw bad(file, `it is no JSON (${messageOf(error)})`, {});
  }
  const parsed = configurationSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  const place = issue?.path.join('.') || 'the top level';
  if (issue?.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const near = didYouMean(key, knownKeys(issue.path));
    throw bad(file, `"${key}" at ${place} is no known key. ${near}`, { key });
  }
  throw bad(file, `${place}: ${issue?.message}`, { key: place });
}

/** The keys that may stand at a place, read off the schema itself. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  interface Node {
    properties?: Record<string, Node>;
    additionalProperties?: Node | boolean;
    items?: Node;
    anyOf?: Node[];
  }
  let nodes = [z.toJSONSchema(configurationSchema, { io: 'input' }) as Node];
  const choices = (node: Node): Node[] => [node, ...(node.anyOf ?? []).flatMap(choices)];
  for (const step of path) {
    nodes = nodes.flatMap(choices).flatMap(({ properties, additionalProperties, items }) => {
      const next = properties?.[String(step)] ?? items ?? additionalProperties;
      return typeof next === 'object' ? [next] : [];
    });
  }
  return nodes.flatMap(choices).flatMap(({ properties }) => Object.keys(properties ?? {}));
}

function bad(file: string, problem: string, details: Record<string, unknown>): UsageError {
  return new UsageError({
    code: 'bad-configuration',
    message: `${file} cannot be used: ${problem}`,
    hint: `Mend it (references/multi-model.schema.json describes it) and run the same command again.${file === REPOSITORY_FILE ? " It is read as the session's base has it: commit the change, or start with --user-changes include." : ''}`,
    details: { file, ...details },
  });
}
