import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { plainText } from './runners/plain-text.ts';

/** A log may have 200 MB; summaries stand at its end. */
const READ_BYTES = 4 * 1024 ** 2;
const TAIL_LINES = 20;
const TAIL_CHARACTERS = 2000;

/** Each gate with its log file, `<label>-<gate>.log`, whatever characters the names hold. */
export function withLogs<Named extends { name: string }>(
  gates: readonly Named[],
  directory: string,
  label: string,
): { gate: Named; log: string }[] {
  const taken = new Set<string>();
  return gates.map((gate) => {
    const stem = `${label}-${gate.name}`.replaceAll(/[^\w.-]+/g, '-');
    let file = `${stem}.log`;
    // Some disks do not tell `Test.log` from `test.log`.
    for (let count = 2; taken.has(file.toLowerCase()); count++) file = `${stem}-${count}.log`;
    taken.add(file.toLowerCase());
    return { gate, log: join(directory, file) };
  });
}

/** The last part of a file as text. */
export async function readEnd(path: string): Promise<string> {
  await using file = await open(path, 'r');
  const { size } = await file.stat();
  const length = Math.min(size, READ_BYTES);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
  return buffer.toString('utf8', 0, bytesRead);
}

/** The last lines, fit to be shown: no escape sequences, and of a progress line only its last state. */
export function tailOf(output: string): string {
  const lines = plainText(output)
    .trimEnd()
    .split('\n')
    .slice(-TAIL_LINES)
    .map((line) => visible(line.trimEnd()));
  return lines.join('\n').slice(-TAIL_CHARACTERS).trim();
}

function visible(line: string): string {
  return line.slice(line.lastIndexOf('\r') + 1).replaceAll(/[^\P{Cc}\t]/gu, '');
}
