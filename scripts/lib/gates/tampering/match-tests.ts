/** Which test of base is which test now: by name, by body, and where neither stayed, by what they share. */

import { grouped } from './grouped.ts';
import { NOTHING } from './strength.ts';
import type { TestCase, TestFile } from './test-file.ts';

export interface TestPair {
  before: TestCase;
  after: TestCase;
}

export interface Matched {
  pairs: TestPair[];
  lost: TestCase[];
  gained: TestCase[];
}

/** Within a file. Tests of the same name are taken in their order. */
export function matchWithin(before: TestFile, after: TestFile): Matched {
  const matching = new Matching(before.tests, after.tests);
  matching.by(({ path }) => path);
  matching.by(({ body }) => body, isTelling);
  matching.by(({ name }) => name, undefined, isAlike);
  matching.inGaps();
  return matching.result();
}

/** Across files: what is gone from one may have moved into another. */
export function matchAcross(lost: readonly TestCase[], gained: readonly TestCase[]): Matched {
  const matching = new Matching(lost, gained);
  matching.by(({ body, name }) => `${name}\n${body}`);
  matching.by(({ body }) => body, isTelling);
  matching.by(
    ({ path }) => path,
    undefined,
    (a, b) => isAlike(a, b) || assertionsOf(b) >= assertionsOf(a),
  );
  matching.by(({ name }) => name, undefined, isAlike);
  return matching.result();
}

function assertionsOf({ assertions }: TestCase): number {
  return assertions.filter(({ level }) => level !== NOTHING).length;
}

/** An empty body is like any other empty one. */
function isTelling({ body }: TestCase): boolean {
  return body.length > 10;
}

/** At least half of the lines are still there. */
function isAlike(before: TestCase, after: TestCase): boolean {
  const old = before.lines();
  const now = after.lines();
  const kept = [...old].filter((line) => now.has(line)).length;
  return old.size === 0 ? before.body === after.body : kept * 2 >= old.size;
}

class Matching {
  readonly #before: readonly TestCase[];
  readonly #after: readonly TestCase[];
  readonly #pairOf = new Map<TestCase, TestCase>();
  readonly #taken = new Set<TestCase>();

  constructor(before: readonly TestCase[], after: readonly TestCase[]) {
    this.#before = before;
    this.#after = after;
  }

  #pair(before: TestCase, after: TestCase): void {
    this.#pairOf.set(before, after);
    this.#taken.add(after);
  }

  by(
    key: (test: TestCase) => string,
    filter: (test: TestCase) => boolean = () => true,
    fits: (before: TestCase, after: TestCase) => boolean = () => true,
  ): void {
    const free = this.#after.filter((test) => !this.#taken.has(test) && filter(test));
    const waiting = grouped(free.reverse(), key);
    for (const test of this.#before) {
      if (this.#pairOf.has(test) || !filter(test)) continue;
      const same = waiting.get(key(test));
      const candidate = same?.at(-1);
      if (candidate === undefined || !fits(test, candidate)) continue;
      same?.pop();
      this.#pair(test, candidate);
    }
  }

  /** A test that was renamed and changed at once is where it was: between the same neighbours. */
  inGaps(): void {
    const indexOf = new Map(this.#after.map((test, index) => [test, index]));
    let next = 0;
    for (const test of this.#before) {
      const partner = this.#pairOf.get(test);
      if (partner !== undefined) {
        next = (indexOf.get(partner) ?? 0) + 1;
        continue;
      }
      const candidate = this.#after[next];
      if (candidate === undefined || this.#taken.has(candidate) || !isAlike(test, candidate)) {
        continue;
      }
      this.#pair(test, candidate);
      next++;
    }
  }

  result(): Matched {
    return {
      pairs: this.#before.flatMap((before) => {
        const after = this.#pairOf.get(before);
        return after === undefined ? [] : [{ before, after }];
      }),
      lost: this.#before.filter((test) => !this.#pairOf.has(test)),
      gained: this.#after.filter((test) => !this.#taken.has(test)),
    };
  }
}
