export interface HeadingPath {
  /** A heading at an indentation; deeper and equal ones end there. */
  open(indent: number, name: string, mark?: number): void;
  /** Whether this is the heading's own last line, after what stands under it: its mark, else null. */
  close(indent: number, name: string): number | null;
  /** The headings above a line of this indentation, outermost first. */
  above(indent: number): string[];
}

/** Deeper than any real list; a hostile one would make each name cost thousands of headings. */
const DEEPEST = 50;

/** Keeps account of the headings in an indented list, line by line. */
export function headingPath(): HeadingPath {
  const open: { indent: number; name: string; mark: number }[] = [];
  const leave = (indent: number) => {
    while ((open.at(-1)?.indent ?? -1) >= indent) open.pop();
  };
  return {
    open(indent, name, mark = 0) {
      leave(indent);
      if (open.length < DEEPEST) open.push({ indent, name, mark });
    },
    close(indent, name) {
      leave(indent + 1);
      const last = open.at(-1);
      if (last?.indent !== indent || last.name !== name) return null;
      open.pop();
      return last.mark;
    },
    above(indent) {
      leave(indent);
      return open.map(({ name }) => name);
    },
  };
}
