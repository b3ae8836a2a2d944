/** Most nodes have nothing below them. */
const NONE: SyntaxNode[] = [];

/**
 * A file's syntax tree as plain data: what the readers walk. Named nodes only; what stands between them (punctuation,
 * key words) is found in the text. Hostile code nests as deep as its file is long: nothing here calls itself.
 */
export class SyntaxNode {
  private below: SyntaxNode[] = NONE;

  constructor(
    /** As the grammar names it. */
    readonly type: string,
    /** What it is to its parent, where the grammar says so: `name`, `body`, ... */
    readonly field: string | null,
    /** Offsets in the source. */
    readonly start: number,
    readonly end: number,
    readonly parent: SyntaxNode | null,
    readonly source: string,
  ) {}

  get text(): string {
    return this.source.slice(this.start, this.end);
  }

  get children(): readonly SyntaxNode[] {
    return this.below;
  }

  add(child: SyntaxNode): void {
    if (this.below === NONE) this.below = [child];
    else this.below.push(child);
  }
}

export function childOf(node: SyntaxNode | null, field: string): SyntaxNode | null {
  return node?.children.find((child) => child.field === field) ?? null;
}

export function childrenOf(node: SyntaxNode | null, ...types: string[]): SyntaxNode[] {
  return node?.children.filter((child) => types.includes(child.type)) ?? [];
}

/** What stands between a node and its sister before it, or the beginning of their parent: key words, punctuation. */
export function gapBefore(node: SyntaxNode): string {
  const sisters = node.parent?.children ?? [];
  const before = sisters[sisters.indexOf(node) - 1];
  return node.source.slice(before?.end ?? node.parent?.start ?? 0, node.start);
}

/** Every node below, itself first, in the order of the text; where `enter` says false, nothing below that node. */
export function walk(node: SyntaxNode, enter: (node: SyntaxNode) => boolean): void {
  const waiting = [node];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (!enter(next)) continue;
    for (let at = next.children.length - 1; at >= 0; at--)
      waiting.push(next.children[at] as SyntaxNode);
  }
}

/** Gives the line, from 1, of an offset. */
export function lineCounter(source: string): (offset: number) => number {
  const starts = [0];
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1))
    starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
