import { availableParallelism } from 'node:os';

/** Half the cores, at least one: so many gates may run at once beside the user's own work. */
export const GATE_BUDGET = Math.max(1, Math.floor(availableParallelism() / 2));

/** So many at once, the most urgent first; among equals whoever came first. */
export class Slots {
  private free: number;
  private readonly waiting: { rank: number; start: () => void }[] = [];

  constructor(count: number) {
    this.free = count;
  }

  /**
   * Does `work` as soon as a slot is free.
   * @param rank the smaller, the sooner
   * @throws the signal's reason when it is aborted while this waits
   */
  async use<Result>(
    rank: number,
    work: () => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    await this.take(rank);
    try {
      signal?.throwIfAborted();
      return await work();
    } finally {
      // A moment later: who had it may be about to ask for the next, more urgent thing.
      setImmediate(() => this.giveBack());
    }
  }

  private take(rank: number): Promise<void> {
    if (this.free > 0) {
      this.free--;
      return Promise.resolve();
    }
    return new Promise((start) => {
      const at = this.waiting.findIndex((other) => other.rank > rank);
      this.waiting.splice(at < 0 ? this.waiting.length : at, 0, { rank, start });
    });
  }

  private giveBack(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.free++;
    else next.start();
  }
}
