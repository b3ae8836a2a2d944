import * as z from 'zod';
import { UsageError } from '../errors.ts';
import { gateKinds, kindOf } from './gate-kind.ts';

export { type GateKind, gateKinds, kindOf } from './gate-kind.ts';

/** A gate's name stands in tables and file names: letters, digits and `. _ : -`. */
const nameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][\w.:-]{0,63}$/, 'a gate name is letters, digits and any of . _ : -');

const commandSchema = z.string().trim().min(1, 'the command is empty');

const directorySchema = z
  .string()
  .min(1)
  .refine(
    (path) => !path.startsWith('/') && !path.split('/').includes('..'),
    'a directory inside the repository, relative to its top',
  );

const timeoutSchema = z.number().positive();

export const gateSchema = z.strictObject({
  name: nameSchema,
  kind: z.enum(gateKinds),
  command: commandSchema,
  /** Repository-relative; `.` for the top. */
  cwd: directorySchema,
  /** Where it was found: `package.json scripts.test`, `AGENTS.md:12`, `--gate`. */
  source: z.string(),
  timeout_s: timeoutSchema.optional(),
});

/** One quality-gate command of a project. */
export type Gate = z.output<typeof gateSchema>;

/** What speaks of a check, and is no gate all the same. */
export const leftOutSchema = gateSchema
  .pick({ name: true, command: true, cwd: true, source: true })
  .extend({ reason: z.string() });

export type LeftOut = z.output<typeof leftOutSchema>;

/** `gates` in `.multi-model.json`: a command for each name, alone or with its particulars. */
export const gatesConfigurationSchema = z.record(
  nameSchema,
  z.union([
    commandSchema,
    z.strictObject({
      command: commandSchema,
      kind: z.enum(gateKinds).optional(),
      cwd: directorySchema.optional(),
      timeout_s: timeoutSchema.optional(),
    }),
  ]),
);

export type GatesConfiguration = z.output<typeof gatesConfigurationSchema>;

/** The gates that a configuration names, in its order: whoever lists gates by hand means that order. */
export function configuredGates(configuration: GatesConfiguration, source: string): Gate[] {
  return Object.entries(configuration).map(([name, entry]) => {
    const {
      command,
      kind,
      cwd = '.',
      timeout_s,
    } = typeof entry === 'string' ? { command: entry } : entry;
    return {
      name,
      kind: kind ?? kindOf(name, command),
      command,
      cwd,
      source,
      ...(timeout_s === undefined ? {} : { timeout_s }),
    };
  });
}

/**
 * `--gate NAME=CMD`; the command may hold further `=`.
 * @throws UsageError `bad-gate`
 */
export function parseGateOption(text: string): Gate {
  const at = text.indexOf('=');
  const name = nameSchema.safeParse(text.slice(0, Math.max(at, 0)).trim());
  const command = commandSchema.safeParse(at < 0 ? '' : text.slice(at + 1));
  if (name.success && command.success) {
    return {
      name: name.data,
      kind: kindOf(name.data, command.data),
      command: command.data,
      cwd: '.',
      source: '--gate',
    };
  }
  const issue = (name.success ? command.error : name.error)?.issues[0]?.message ?? '';
  throw new UsageError({
    code: 'bad-gate',
    message: `--gate ${JSON.stringify(text)} is not NAME=CMD: ${at < 0 ? 'there is no "="' : issue}.`,
    hint: 'Give a name, "=" and a command, such as --gate "test=npm test".',
    details: { gate: text },
  });
}
