import { statSync } from 'node:fs';

/** Words that are at most so far apart were said in one go. */
const ONE_GO_MS = 5_000;

/** How long a program has printed nothing, by the times at which its output files were written. */
export class Silence {
  /** The last silence that was broken: how long it was, and when that happened. */
  private broken = { lengthMs: 0, at: 0 };

  /** @param lastOutput when it printed something last, in milliseconds since 1970; its start, where it has not yet */
  constructor(private lastOutput: number) {}

  /** To be told now and then when it printed something last. */
  heard(at: number): void {
    if (at - this.lastOutput > ONE_GO_MS) {
      this.broken = { lengthMs: at - this.lastOutput, at };
    }
    this.lastOutput = Math.max(this.lastOutput, at);
  }

  /** Since its last output. */
  lengthMs(now: number): number {
    return Math.max(0, now - this.lastOutput);
  }

  /** The same, but of a program that has just ended the silence that its last words broke. */
  beforeTheEndMs(end: number): number {
    const { lengthMs, at } = this.broken;
    return Math.round(Math.max(this.lengthMs(end), end - at <= ONE_GO_MS ? lengthMs : 0));
  }
}

/** When something was written to one of the files last; 0: nothing was. */
export function lastWritten(files: readonly string[]): number {
  const found = files.flatMap((file) => statSync(file, { throwIfNoEntry: false }) ?? []);
  return Math.max(0, ...found.map(({ size, mtimeMs }) => (size > 0 ? mtimeMs : 0)));
}
