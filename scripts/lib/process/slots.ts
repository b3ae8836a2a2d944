import { availableParallelism } from 'node:os';

/** Half the cores, at least one: so many gates may run at once beside the user's own work. */
export const GATE_BUDGET = Math.max(1, Math.floor(availableParallelism() / 2));

/** Ahead of everything that waits. */
const FIRST = -1;

/** So many at once, the most urgent first; among equals whoever came first. */
export class Slots {
  private free: number;
  private begun = 0;
  private running = 0;
  private readonly waiting: { rank: number; width: number; start: () => void }[] = [];

  constructor(private readonly count: number) {
    this.free = count;
  }

  /**
   * Does `work` as soon as a slot is free.
   * @param rank the smaller, the sooner
   * @param work is given a way to ask whether anything else has had a slot since it began
   * @throws the signal's reason when it is aborted while this waits
   */
  use<Result>(
    rank: number,
    work: (wasBeside: () => boolean) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    return this.hold(rank, 1, work, signal);
  }

  /** Does `work` while nothing else has a slot. Whoever asks must have none: two would wait for each other. */
  alone<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    return this.hold(FIRST, this.count, work, signal);
  }

  private async hold<Result>(
    rank: number,
    width: number,
    work: (wasBeside: () => boolean) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    await this.take(rank, width);
    const wereOthers = this.running++ > 0;
    const begun = ++this.begun;
    try {
      signal?.throwIfAborted();
      return await work(() => wereOthers || this.begun > begun);
    } finally {
      this.running--;
      // A moment later: who had it may be about to ask for the next, more urgent thing.
      setImmediate(() => {
        this.free += width;
        this.startNext();
      });
    }
  }

  private take(rank: number, width: number): Promise<void> {
    return new Promise((start) => {
      const at = this.waiting.findIndex((other) => other.rank > rank);
      this.waiting.splice(at < 0 ? this.waiting.length : at, 0, { rank, width, start });
      this.startNext();
    });
  }

  /** None overtakes the first: one that needs all slots would wait for ever. */
  private startNext(): void {
    for (let next = this.waiting[0]; next && next.width <= this.free; next = this.waiting[0]) {
      this.waiting.shift();
      this.free -= next.width;
      next.start();
    }
  }
}
