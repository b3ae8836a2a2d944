/** Options about who takes part, shared by the scripts that detect models. */
import * as z from 'zod';

export const modelOptions = {
  models: z
    .string()
    .optional()
    .describe(
      'A,B,C: the models that take part (default: the configuration, else claude,gemini,gpt)',
    ),
  host: z
    .enum(['claude', 'gemini', 'gpt', 'none'])
    .optional()
    .describe('the model that runs this skill (default: told by the environment, else none)'),
};

/** `a,b, c` -> names; null when the option was not given. */
export function splitModels(models: string | undefined): string[] | null {
  if (models === undefined) return null;
  return models
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** `600` or `none`; zod refuses the rest. */
export const timeoutOption = z
  .union([z.literal('none'), z.coerce.number().positive()], 'expected seconds or "none"')
  .optional();

/** How models are run, wherever some are. */
export const runOptions = {
  idleTimeout: z.coerce
    .number()
    .positive()
    .optional()
    .describe('SECONDS: end a model that neither prints nor changes anything for so long'),
  sandbox: z
    .boolean()
    .default(false)
    .describe(
      'let models write only their worktree and what is their own; refuse where that cannot be',
    ),
  noSandbox: z.boolean().default(false).describe('no sandbox, whatever the configuration says'),
};

/** Null: as the configuration says. */
export function sandboxWish(options: { sandbox: boolean; noSandbox: boolean }): boolean | null {
  if (options.noSandbox) return false;
  return options.sandbox ? true : null;
}
