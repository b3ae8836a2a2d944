/** The size limit of a prompt: what fits in, and what is left out. */
import { fenced } from '../foreign-text.ts';

/** Goes between the parts of a prompt. */
export const GAP = '\n\n';

/** What is left of the limit; each part is paid for with what goes between parts. */
export class PromptRoom {
  constructor(private left: number) {}

  /** So many bytes of what was spent are over the limit. */
  get missing(): number {
    return Math.max(0, -this.left);
  }

  /** A heading and the entries below it that fit, in their order. A smaller one may fit where a larger one did not. */
  fill(heading: string, entries: readonly string[]): { parts: string[]; leftOut: number } {
    const fitting: string[] = [];
    for (const entry of entries) {
      const parts = fitting.length === 0 ? [heading, entry] : [entry];
      if (this.take(parts)) fitting.push(entry);
    }
    const parts = fitting.length === 0 ? [] : [heading, ...fitting];
    return { parts, leftOut: entries.length - fitting.length };
  }

  /** The beginning of a long text, by whole lines, in a fence. */
  shorten(heading: string, long: string, mostBytes: number): { parts: string[]; leftOut: number } {
    const text = long.trim();
    const whole = Buffer.byteLength(text);
    if (whole === 0) return { parts: [], leftOut: 0 };
    const most = Math.min(mostBytes, this.left - bytesOf([heading, fenced('', 'markdown')]));
    // What a fence costs depends on what is in it.
    for (let budget = most; budget >= LEAST_BYTES; budget /= 2) {
      const begun = firstLines(text, budget);
      const parts = [heading, fenced(begun, 'markdown')];
      if (begun === '' || !this.take(parts)) continue;
      return { parts, leftOut: whole - Buffer.byteLength(begun) };
    }
    return { parts: [], leftOut: whole };
  }

  private take(parts: readonly string[]): boolean {
    const cost = bytesOf(parts);
    if (cost > this.left) return false;
    this.left -= cost;
    return true;
  }
}

/** Less of a text says nothing. */
const LEAST_BYTES = 100;

/** The first lines of a text that have no more than so many bytes; of a single line that has more, its beginning. */
function firstLines(text: string, mostBytes: number): string {
  if (Buffer.byteLength(text) <= mostBytes) return text;
  const begun = Buffer.from(text, 'utf8').subarray(0, mostBytes);
  // As a stream: of a last character that was cut in two nothing is decoded.
  const whole = new TextDecoder('utf-8', { ignoreBOM: true }).decode(begun, { stream: true });
  const end = whole.lastIndexOf('\n');
  return end > 0 ? whole.slice(0, end).trimEnd() : whole;
}

/** What parts cost, each with what goes between it and the next. */
export function bytesOf(parts: readonly string[]): number {
  return parts.reduce((sum, part) => sum + Buffer.byteLength(part) + GAP.length, 0);
}
