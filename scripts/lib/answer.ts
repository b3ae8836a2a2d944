/** One JSON object and an exit status, whatever happens. The only place that prints a script's answer. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { answerNotes } from './answer-notes.ts';
import { Board, isLiveTerminal } from './board.ts';
import { mkdirSync, writeFileSync } from './disk.ts';
import { ExpectedError, messageOf } from './errors.ts';
import { fitOutput } from './fit-output.ts';
import { stateRoot } from './session/paths.ts';

export const SCHEMA_VERSION = 1;
/** stdout's limit (CONTRACT 2): what an agent can take in one answer. */
const MAX_OUTPUT_BYTES = 24_000;

/** The one answer of one run. The first of succeed() and fail() counts. */
export class Answer {
  quiet = false;
  exitStatus = 0;
  private readonly warnings: string[] = [];
  private given = false;
  private readonly lines = new Board(process.stderr, isLiveTerminal(process.stderr, process.env));

  constructor(private readonly script: string) {
    answerNotes.warn = (message) => this.warn(message);
  }

  progress(message: string): void {
    if (!this.quiet) this.lines.print(message);
  }

  board(lines: readonly string[]): void {
    if (this.quiet) return;
    if (lines.length === 0) this.lines.clear();
    else this.lines.show(lines);
  }

  warn(message: string): void {
    if (this.warnings.includes(message)) return;
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
    const { warnings } = this;
    this.json({ ok: false, ...this.head(), warnings, error }, expected ? thrown.exitStatus : 1);
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
    const folder = answersFolder();
    const file = join(folder, `${this.script}-${stamp}-${process.pid}.json`);
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
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
    this.lines.clear();
    process.exitCode = exitStatus;
    // A reader that went away (`| head -1`) is no reason to crash.
    process.stdout.on('error', () => process.exit());
    // Exit only when stdout has taken everything: exiting earlier cuts pipes at 64 KB.
    process.stdout.write(text, () => process.exit());
  }
}

/** Only the user may look inside; a session that is gone, or was never made, is not brought back for it. */
function answersFolder(): string {
  const { session } = answerNotes;
  return join(session !== null && existsSync(session) ? session : stateRoot(), 'answers');
}

/** What a full or read-only disk, or a missing permission, answers. */
const DISK_ERRORS = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EACCES', 'EPERM', 'EIO']);

function unexpected(thrown: unknown) {
  const system = systemErrorFacts(thrown);
  if (DISK_ERRORS.has(system?.code ?? '')) {
    return {
      code: 'cannot-write',
      message: `${system?.path ?? 'A file'} could not be written: ${messageOf(thrown)}`,
      hint: 'Check free space and permissions, and run the same command again: what is done is found done.',
      details: { ...system },
    };
  }
  return {
    code: 'unexpected',
    message: messageOf(thrown),
    hint: 'This is a fault of the script, or of this machine (disk, permissions). Run it again with --trace; nothing that was captured is lost.',
    details: thrown instanceof Error ? { name: thrown.name, ...system } : {},
  };
}

function systemErrorFacts(thrown: unknown) {
  if (!(thrown instanceof Error)) return null;
  const { code, syscall, path } = thrown as NodeJS.ErrnoException;
  return { code, syscall, path };
}
