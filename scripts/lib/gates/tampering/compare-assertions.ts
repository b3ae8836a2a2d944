/** What became of a test's assertions. */
import type { Assertion } from './assertions.ts';
import { grouped } from './grouped.ts';
import { type Finding, shortened, strong, weak } from './kinds.ts';
import { EXACT, NARROW, NOTHING, PRESENCE } from './strength.ts';

/**
 * The findings about one test, or about what stands outside of tests. `moved` has the texts of assertions that are new
 * elsewhere in the changed tests, with how many; those that are accounted for are taken out of it.
 */
export function compareAssertions(
  label: string,
  before: readonly Assertion[],
  after: readonly Assertion[],
  moved: Map<string, number>,
): Finding[] {
  const changed = withoutEqual(before, after);
  const pairs = pairUp(changed.before, changed.after);
  const loosened = pairs.filter(({ old, now }) => isLooser(old, now));
  const others = pairs.filter(({ old, now }) => !isLooser(old, now));
  return [
    ...removed(label, before, after, pairs.length, changed.before, moved),
    ...loosened.map(({ old, now }) =>
      strong('assertion-loosened', `${label}: ${shortened(old.text)} -> ${shortened(now.text)}`),
    ),
    ...differing(label, others),
  ];
}

interface Pair {
  old: Assertion;
  now: Assertion;
}

function differing(label: string, pairs: readonly Pair[]): Finding[] {
  const [first] = pairs;
  if (first === undefined) return [];
  const more = pairs.length > 1 ? `, and ${pairs.length - 1} more` : '';
  const { old, now } = first;
  return [
    weak('assertion-changed', `${label}: ${shortened(old.text)} -> ${shortened(now.text)}${more}`),
  ];
}

function removed(
  label: string,
  before: readonly Assertion[],
  after: readonly Assertion[],
  paired: number,
  unequal: readonly Assertion[],
  moved: Map<string, number>,
): Finding[] {
  if (after.length >= before.length) return [];
  const detail = `${label}: assertions: ${before.length} before, ${after.length} now`;
  const gone = unequal.length - paired;
  // What moved into a helper, or into a test of its own, is still asserted somewhere: for people to see.
  const found = unequal.filter(({ text }) => take(moved, text)).length;
  return found >= gone
    ? [weak('assertions-removed', `${detail}; they are elsewhere in the changed tests`)]
    : [strong('assertions-removed', detail)];
}

function take(counts: Map<string, number>, text: string): boolean {
  const count = counts.get(text) ?? 0;
  if (count > 0) counts.set(text, count - 1);
  return count > 0;
}

export function countTexts(assertions: Iterable<Assertion>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { text } of assertions) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

function withoutEqual(before: readonly Assertion[], after: readonly Assertion[]) {
  const old = countTexts(before);
  const now = countTexts(after);
  return {
    before: before.filter(({ text }) => !take(now, text)),
    after: after.filter(({ text }) => !take(old, text)),
  };
}

/** Those about the same thing belong together, then the rest: the most demanding ones first, in their order. */
function pairUp(before: readonly Assertion[], after: readonly Assertion[]): Pair[] {
  const bySubject = grouped(after.toReversed(), ({ subject }) => subject);
  const partners = new Map<Assertion, Assertion>();
  for (const old of before) {
    const now = bySubject.get(old.subject)?.pop();
    if (now !== undefined) partners.set(old, now);
  }
  const taken = new Set(partners.values());
  const free = byDemand(after.filter((assertion) => !taken.has(assertion))).reverse();
  for (const old of byDemand(before.filter((assertion) => !partners.has(assertion)))) {
    const now = free.pop();
    if (now !== undefined) partners.set(old, now);
  }
  return before.flatMap((old) => {
    const now = partners.get(old);
    return now === undefined ? [] : [{ old, now }];
  });
}

function byDemand(assertions: readonly Assertion[]): Assertion[] {
  return assertions.toSorted((a, b) => (b.level ?? EXACT) - (a.level ?? EXACT));
}

function isLooser(old: Assertion, now: Assertion): boolean {
  if (old.level === null || now.level === null) return now.level === NOTHING;
  // `equal(a, true)` and `isTrue(a)` say the same.
  const level = old.isBoolean ? Math.min(old.level, NARROW) : old.level;
  if (level > now.level) {
    // About something else, only next to nothing is less for sure.
    return (
      old.subject === now.subject || now.level <= PRESENCE || now.subject.includes(old.subject)
    );
  }
  if (old.tolerance === null || now.tolerance === null || old.level === EXACT) return false;
  return old.level === now.level && now.tolerance > old.tolerance;
}

/** Whether anything is asserted at all. */
export function assertsSomething(assertions: readonly Assertion[]): boolean {
  return assertions.some(({ level }) => level !== NOTHING);
}
