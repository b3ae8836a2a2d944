/** Options about how gates run, shared by the scripts that run them. */
import * as z from 'zod';

export const gateOptions = {
  gate: z
    .array(z.string())
    .default([])
    .describe('NAME=CMD: use these gates instead of the configured or discovered ones'),
  timeout: z.coerce
    .number()
    .positive()
    .default(1200)
    .describe('SECONDS: limit of each gate that names none'),
  jobs: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .describe('N: gates that run at once, each on another tree (default: half the cores)'),
  noCache: z
    .boolean()
    .default(false)
    .describe('run again what this session has run on the same tree'),
};
