/** Every script's frame: words in, one answer out; what happens in between is the script's own story. */
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { Answer } from './answer.ts';
import { Interrupted } from './errors.ts';
import { parseOptions, universalOptions } from './options.ts';
import { enableTrace } from './process/trace.ts';

/** Where a script tells people what it does, and what it noticed. */
export interface Reporter {
  /** Prose on stderr, silenced by --quiet. */
  progress(message: string): void;
  /** Lines about what goes on now, in the place of those before; none: that is over. */
  board(lines: readonly string[]): void;
  /** Goes into `warnings` of the output (and to stderr). */
  warn(message: string): void;
}

export interface ScriptContext extends Reporter {
  /** Aborts on SIGINT and SIGTERM, with the Interrupted error as its reason. */
  signal: AbortSignal;
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

/** After a signal, this long for a clean end; then the answer is given as things stand. */
const INTERRUPTION_GRACE_MS = 15_000;

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
      board: (lines) => answer.board(lines),
      warn: (message) => answer.warn(message),
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
