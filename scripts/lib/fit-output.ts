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
  shorten(): void;
}

const SHORT_STRING = 200;

/** The list or string that weighs most by itself: a list's weight is that of its items, less its heaviest part inside. */
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
    return { bytes: bytesOf(value), shorten };
  }
  if (typeof value !== 'object' || value === null) return null;
  const inner = findLargest(value as Json);
  if (!Array.isArray(value) || value.length === 0) return inner;
  const bytes = bytesOf(value);
  // A list of few heavy items is shortened inside, a long list of light ones at its end.
  if (inner !== null && inner.bytes * 2 > bytes) return inner;
  return { bytes, shorten: () => value.splice(Math.floor(value.length / 2)) };
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}
