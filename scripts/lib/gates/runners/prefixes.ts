/** How a line begins with which a runner of many packages says that it starts one, and what stands before its others. */
const BEGINS: readonly RegExp[] = [
  // pnpm: `packages/one test$ node --test`, then `packages/one test: `.
  /^(\S+ [\w:.-]+)\$ \S/,
  // turbo: `one:test: cache miss, executing 0f3a`.
  /^(\S+:[\w:.-]+): cache (?:miss|hit|bypass)\b/,
  // lerna, nx and yarn, by what the package manager says within: `one: > one@1.0.0 test`, `[one]: ...`.
  /^(\S+): (?:> \S+@\S+ \S|> nx run )/,
];

/**
 * A log of many packages as if they had run one after the other: without the prefixes of its lines, and the lines of
 * each package together. Any other log as it is.
 */
export function withoutPrefixes(log: string): string {
  const groups = new Map<string, string[]>();
  const rest: string[] = [];
  for (const line of log.split('\n')) {
    const begun = BEGINS.map((pattern) => pattern.exec(line)?.[1]).find((it) => it !== undefined);
    if (begun !== undefined) groups.set(begun, groups.get(begun) ?? []);
    const prefix = begun ?? prefixOf(line, groups);
    const group = prefix === null ? undefined : groups.get(prefix);
    if (prefix === null || group === undefined) rest.push(line);
    else group.push(line.slice(prefix.length + 1).replace(/^ /, ''));
  }
  return [...[...groups.values()].flat(), ...rest].join('\n');
}

function prefixOf(line: string, groups: ReadonlyMap<string, unknown>): string | null {
  if (groups.size === 0) return null;
  const ends = [...line.slice(0, 300).matchAll(/:(?= |$)/g)].map(({ index }) => index);
  const prefix = ends.map((end) => line.slice(0, end)).find((it) => groups.has(it));
  return prefix ?? null;
}
