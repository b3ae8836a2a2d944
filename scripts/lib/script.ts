/** Every script's frame: words in, one JSON object out. The only place that prints to stdout or sets the exit status. */
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { ExpectedError, Interrupted, messageOf } from './errors.ts';
import { fitOutput } from './fit-output.ts';
import { parseOptions } from './options.ts';
import { enableTrace } from './process/trace.ts';

/** Where a script tells people what it does, and what it noticed. */
export interface Reporter {
  /** Prose on stderr, silenced by --quiet. */
  progress(message: string): void;
  /** Goes into `warnings` of the output (and to stderr). */
  warn(message: string): void;
}

export interface ScriptContext extends Reporter {
  /** Aborts on SIGINT and SIGTERM, with the Interrupted error as its reason. */
  signal: AbortSignal;
  /** Where the whole JSON goes when stdout's share of it must be cut. */
  keepFullOutputIn(directory: string): void;
  /** A result that is data and still asks for another exit status (`--check`). */
  exitWith(status: number): void;
}

export interface Script<
  Options extends z.ZodObject = z.ZodObject,
  Output extends z.ZodObject = z.ZodObject,
> {
  name: string;
  /** One line for the list of scripts. */
  summary: string;
  options: Options;
  output: Output;
  /** Command lines without the launcher, each with what it does. */
  examples: readonly (readonly [commandLine: string, does: string])[];
  run(
    options: z.output<Options>,
    context: ScriptContext,
  ): Promise<z.input<Output> & { next: string }>;
}

export const SCHEMA_VERSION = 1;
/** stdout's limit (CONTRACT 2): what an agent can take in one answer. */
const MAX_OUTPUT_BYTES = 24_000;
/** After a signal, this long for a clean end; then the answer is given as things stand. */
const INTERRUPTION_GRACE_MS = 15_000;

/** Every script takes these. */
export const universalOptions = {
  quiet: z.boolean().default(false).describe('no progress on stderr'),
  trace: z.boolean().default(false).describe('print every command that is run to stderr'),
};

/** Types a script; nothing runs until main() is called with it. */
export function defineScript<Options extends z.ZodObject, Output extends z.ZodObject>(
  script: Script<Options, Output>,
): Script<Options, Output> {
  return script;
}

/** Runs the script when its file was started itself (`tsx scripts/x.ts`), also through a symbolic link. */
export async function runWhenMain(moduleUrl: string, script: Script): Promise<void> {
  const started = process.argv[1];
  if (started === undefined) return;
  const own = realpathSync(fileURLToPath(moduleUrl));
  for (const candidate of [started, `${started}.ts`]) {
    try {
      if (realpathSync(candidate) === own) return await main(script, process.argv.slice(2));
    } catch {
      // No such file: it was named without its ending.
    }
  }
}

/** Runs a script on its words: prints one JSON object and sets the exit status, whatever happens. */
export async function main(script: Script, argv: readonly string[]): Promise<void> {
  const answer = new Answer(script.name);
  const interruption = interruptOnSignals(answer);
  process.on('uncaughtException', (error) => answer.fail(error));
  process.on('unhandledRejection', (error) => answer.fail(error));
  process.on('beforeExit', () => answer.fail(new Error('It came to its end without an answer.')));
  try {
    const schema = script.options.extend(universalOptions);
    const parsed = await parseOptions(script.name, schema, argv);
    if (parsed.kind !== 'options') return answer.text(await describeScript(script, parsed.kind));
    const options = parsed.options as z.output<z.ZodObject<typeof universalOptions>>;
    answer.quiet = options.quiet;
    if (options.trace) enableTrace();
    const result = await script.run(options, {
      signal: interruption,
      progress: (message) => answer.progress(message),
      warn: (message) => answer.warn(message),
      keepFullOutputIn: (directory) => {
        answer.fullOutputDirectory = directory;
      },
      exitWith: (status) => {
        answer.exitStatus = status;
      },
    });
    interruption.throwIfAborted();
    answer.succeed(result);
  } catch (error) {
    answer.fail(interruption.aborted ? interruption.reason : error);
  }
}

async function describeScript(
  script: Script,
  what: 'help' | 'version' | 'schema',
): Promise<string> {
  if (what === 'version') return version();
  const { outputSchema, printHelp } = await import('./describe-script.ts');
  return what === 'help' ? printHelp(script) : `${JSON.stringify(outputSchema(script), null, 2)}\n`;
}

/** The one answer of one run. The first of succeed() and fail() counts. */
class Answer {
  quiet = false;
  exitStatus = 0;
  fullOutputDirectory: string = tmpdir();
  private readonly warnings: string[] = [];
  private given = false;

  constructor(private readonly script: string) {}

  progress(message: string): void {
    if (!this.quiet) process.stderr.write(`${message}\n`);
  }

  warn(message: string): void {
    this.warnings.push(message);
    this.progress(`warning: ${message}`);
  }

  text(text: string): void {
    this.end(text, 0);
  }

  succeed({ next, ...result }: Record<string, unknown>): void {
    this.json(
      { ok: true, ...this.head(), ...result, warnings: this.warnings, next },
      this.exitStatus,
    );
  }

  fail(thrown: unknown): void {
    const expected = thrown instanceof ExpectedError;
    if (!expected && thrown instanceof Error) this.progress(thrown.stack ?? thrown.message);
    const error = expected
      ? { code: thrown.code, message: thrown.message, hint: thrown.hint, details: thrown.details }
      : unexpected(thrown);
    this.json({ ok: false, ...this.head(), error }, expected ? thrown.exitStatus : 1);
  }

  private head() {
    return { schema_version: SCHEMA_VERSION, script: this.script };
  }

  private json(whole: Record<string, unknown>, exitStatus: number): void {
    if (this.given) return;
    const fitted = fitOutput(whole, MAX_OUTPUT_BYTES);
    const answer =
      fitted === whole ? whole : { ...fitted, truncated: true, ...this.keepWhole(whole) };
    this.end(`${JSON.stringify(answer)}\n`, exitStatus);
  }

  /** Names the file with the whole JSON; nothing where no file can be written. */
  private keepWhole(whole: Record<string, unknown>): { full?: string } {
    const stamp = new Date().toISOString().replaceAll(/[-:.]/g, '');
    const file = join(this.fullOutputDirectory, `${this.script}-${stamp}-${process.pid}.json`);
    try {
      mkdirSync(this.fullOutputDirectory, { recursive: true, mode: 0o700 });
      writeFileSync(file, `${JSON.stringify(whole, null, 2)}\n`, { mode: 0o600 });
      return { full: file };
    } catch (error) {
      this.progress(`warning: the whole JSON could not be kept: ${messageOf(error)}`);
      return {};
    }
  }

  private end(text: string, exitStatus: number): void {
    if (this.given) return;
    this.given = true;
    process.exitCode = exitStatus;
    // A reader that went away (`| head -1`) is no reason to crash.
    process.stdout.on('error', () => process.exit());
    // Exit only when stdout has taken everything: exiting earlier cuts pipes at 64 KB.
    process.stdout.write(text, () => process.exit());
  }
}

function unexpected(thrown: unknown) {
  return {
    code: 'unexpected',
    message: messageOf(thrown),
    hint: 'This is a fault of the script, or of this machine (disk, permissions). Run it again with --trace; nothing that was captured is lost.',
    details: thrown instanceof Error ? { name: thrown.name, ...systemErrorFacts(thrown) } : {},
  };
}

function systemErrorFacts(error: Error): Record<string, unknown> {
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  return { code, syscall, path };
}

function interruptOnSignals(answer: Answer): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      const reason = new Interrupted(signal);
      if (controller.signal.aborted) return answer.fail(reason);
      controller.abort(reason);
      setTimeout(() => answer.fail(reason), INTERRUPTION_GRACE_MS).unref();
    });
  }
  return controller.signal;
}

async function version(): Promise<string> {
  const { skillFolder } = await import('./skill-folder.ts');
  const { readFile } = await import('node:fs/promises');
  const manifest = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(join(skillFolder, 'package.json'), 'utf8')));
  return `${manifest.version}\n`;
}
