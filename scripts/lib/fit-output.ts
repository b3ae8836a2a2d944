type Json = Record<string, unknown>;

/**
 * Shortens lists (and very long strings) until the JSON text fits, always the largest first, so that every field stays
 * and short lists stay whole. Returns the object itself when it fits as it is.
 */
export function fitOutput(whole: Json, maxBytes: number): Json {
  if (bytesOf(whole) <= maxBytes) return whole;
  const copy: Json = structuredClone(whole);
  // Room for `truncated` and `full`.
  const limit = maxBytes - 600;
  while (bytesOf(copy) > limit) {
    const largest = findLargest(copy);
    if (largest === null) break;
    largest.shorten();
  }
  return copy;
}

interface Shortenable {
  bytes: number;
  /** How many things are in it: a list's items, a text's lines of usual length. */
  items: number;
  shorten(): void;
}

const USUAL_LINE = 80;
/** Cut in small steps, so that as much as fits is shown. */
const KEPT_EACH_TIME = 0.8;

const SHORT_STRING = 200;

/** The list or string to shorten next: the heaviest one. */
function findLargest(container: Json | unknown[]): Shortenable | null {
  let best: Shortenable | null = null;
  const entries: [string | number, unknown][] = Array.isArray(container)
    ? [...container.entries()]
    : Object.entries(container);
  for (const [key, value] of entries) {
    const candidate = weigh(container as Record<string | number, unknown>, key, value);
    if (candidate !== null && (best === null || candidate.bytes > best.bytes)) best = candidate;
  }
  return best;
}

function weigh(
  parent: Record<string | number, unknown>,
  key: string | number,
  value: unknown,
): Shortenable | null {
  if (typeof value === 'string') {
    if (value.length <= SHORT_STRING) return null;
    const shorten = () => {
      parent[key] = `${value.slice(0, Math.max(SHORT_STRING - 2, Math.floor(value.length / 2)))}…`;
    };
    return { bytes: bytesOf(value), items: value.length / USUAL_LINE, shorten };
  }
  if (typeof value !== 'object' || value === null) return null;
  const inner = findLargest(value as Json);
  if (!Array.isArray(value) || value.length === 0) return inner;
  // Few heavy items are each shortened inside; many light ones are cut at the end of their list.
  if (inner !== null && inner.items > value.length) return inner;
  const shorten = () => value.splice(Math.floor(value.length * KEPT_EACH_TIME));
  return { bytes: bytesOf(value), items: value.length, shorten };
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}
