/** Lines about what goes on now: redrawn in their place on a terminal, printed now and then elsewhere. */

export interface BoardStream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

/** Elsewhere than on a terminal, where every line stays. */
const SPARSE_MS = 30_000;

export class Board {
  private lines: readonly string[] = [];
  /** When the lines were printed last, or first given. */
  private printedAt: number | null = null;

  constructor(
    private readonly stream: BoardStream,
    private readonly isLive: boolean,
  ) {}

  /** Shows these lines in the place of those before. */
  show(lines: readonly string[], now = Date.now()): void {
    if (this.isLive) {
      const above = this.above();
      this.lines = lines;
      this.stream.write(`${above}${this.drawn()}`);
      return;
    }
    this.printedAt ??= now;
    if (now - this.printedAt < SPARSE_MS) return;
    this.printedAt = now;
    for (const line of lines) this.stream.write(`${line}\n`);
  }

  /** Prints a line that stays, above the board. */
  print(text: string): void {
    this.stream.write(this.isLive ? `${this.above()}${text}\n${this.drawn()}` : `${text}\n`);
  }

  /** Takes the board away. */
  clear(): void {
    if (this.isLive) this.stream.write(this.above());
    this.lines = [];
    this.printedAt = null;
  }

  /** Goes back to the board's first line, and wipes from there. */
  private above(): string {
    return this.lines.length === 0 ? '' : `\u001b[${this.lines.length}A\r\u001b[J`;
  }

  /** A line that wrapped would take two rows, and the way back up would be wrong. */
  private drawn(): string {
    const width = Math.max(20, this.stream.columns ?? 80) - 1;
    return this.lines.map((line) => `${line.slice(0, width)}\n`).join('');
  }
}

/** Whether lines can be redrawn there. */
export function isLiveTerminal({ isTTY }: BoardStream, env: NodeJS.ProcessEnv): boolean {
  return isTTY === true && env.TERM !== 'dumb' && (env.CI ?? '') === '';
}
