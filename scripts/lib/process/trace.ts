import { writeSync } from 'node:fs';

let enabled = false;

/** `--trace`: from now on every command is printed to stderr when it ends. */
export function enableTrace(): void {
  enabled = true;
}

/** One line a command: its exit status, time, directory and words. */
export function traceCommand(
  words: readonly string[],
  cwd: string,
  outcome: number | string,
  durationMs: number,
): void {
  if (!enabled) return;
  const line = words.map((word) =>
    /^[\w@%+=:,./{}^-]+$/.test(word) ? word : JSON.stringify(word),
  );
  writeSync(2, `[trace] ${outcome} ${Math.round(durationMs)}ms ${cwd}$ ${line.join(' ')}\n`);
}
