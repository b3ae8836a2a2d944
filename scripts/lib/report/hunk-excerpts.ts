/** The lines of single hunks, out of a patch in which git has put several of them together with lines around. */

/** Lines of base, counted from 1; where there are none, the line after which something is put in. */
export interface HunkPlace {
  old_start: number;
  old_lines: number;
}

export interface HunkExcerpt {
  /** The first lines with their signs, and some unchanged ones around where all are shown. */
  lines: string[];
  /** All of these lines. */
  line_count: number;
}

/** A place as a key; the hunks of one patch are never at the same one. */
export function placeKey({ old_start, old_lines }: HunkPlace): string {
  return `${old_start},${old_lines}`;
}

/** The rest is in the diff. */
const LINES_OF_A_HUNK = 60;
/** Unchanged lines on either side: so many as git writes. */
const LINES_AROUND = 3;

/** Lines that follow each other with a sign, until an unchanged one: git has these as one hunk where it writes no lines around. */
interface Run {
  from: number;
  removed: number;
  excerpt: HunkExcerpt;
}

/** Reads the hunk lines of one file, one after the other. */
export class HunkReader {
  readonly found = new Map<string, HunkExcerpt>();
  private nextOld = 1;
  private run: Run | null = null;
  private before: string[] = [];
  private after: { excerpt: HunkExcerpt; left: number } | null = null;

  /**
   * @param wanted places, as keys
   * @param purse characters that may still be kept, of all files of the patch
   */
  constructor(
    private readonly wanted: ReadonlySet<string>,
    private readonly purse: { left: number },
  ) {}

  /** @param text the line as it is shown, with its sign */
  take(text: string): void {
    const sign = text[0];
    if (sign === '@') this.begin(text);
    else if (sign === '+' || sign === '-') this.takeChange(sign, text);
    else if (sign === '\\') this.takeRemark(text);
    else this.takeUnchanged(text);
  }

  /** Keeps the last one; what was found is complete then. */
  end(): void {
    const { run } = this;
    this.run = null;
    if (run === null) return;
    const { from, removed, excerpt } = run;
    const key = placeKey({ old_start: removed === 0 ? from - 1 : from, old_lines: removed });
    if (!this.wanted.has(key)) return;
    const length = excerpt.lines.reduce((sum, line) => sum + line.length + 1, 0);
    if (this.purse.left < length) excerpt.lines = [];
    else this.purse.left -= length;
    this.found.set(key, excerpt);
    const isWhole = excerpt.lines.length === excerpt.line_count;
    this.after = isWhole ? { excerpt, left: LINES_AROUND } : null;
  }

  private begin(header: string): void {
    this.end();
    const [, start = '1', lines = '1'] = /^@@ -(\d+)(?:,(\d+))? /.exec(header) ?? [];
    // Without lines of base the header names the line before.
    this.nextOld = Number(start) + (lines === '0' ? 1 : 0);
    this.before = [];
    this.after = null;
  }

  private takeChange(sign: '+' | '-', text: string): void {
    const { before } = this;
    this.run ??= {
      from: this.nextOld,
      removed: 0,
      excerpt: { lines: before, line_count: before.length },
    };
    this.before = [];
    this.after = null;
    add(this.run.excerpt, text);
    if (sign === '+') return;
    this.run.removed++;
    this.nextOld++;
  }

  private takeUnchanged(text: string): void {
    this.end();
    this.nextOld++;
    this.before = [...this.before, text].slice(-LINES_AROUND);
    if (this.after === null) return;
    // Beyond the limit of a hunk: these three make it readable, and none of them is left to be told of.
    this.after.excerpt.lines.push(text);
    this.after.excerpt.line_count++;
    if (--this.after.left === 0) this.after = null;
  }

  /** git's word on the line above: that no newline ends it. */
  private takeRemark(text: string): void {
    const excerpt = this.run?.excerpt ?? this.after?.excerpt;
    if (excerpt !== undefined) add(excerpt, text);
  }
}

function add(excerpt: HunkExcerpt, text: string): void {
  excerpt.line_count++;
  if (excerpt.lines.length < LINES_OF_A_HUNK) excerpt.lines.push(text);
}
