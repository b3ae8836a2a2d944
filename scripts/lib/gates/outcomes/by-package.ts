/** `packages/one test$ node --test`, as pnpm begins what it prints for a package. */
const BEGINS = /^(\S+ [\w:.-]+)\$ \S/;

/**
 * A log of `pnpm --recursive` as if the packages had run one after the other: without the prefixes of its lines, and the
 * lines of each package together. Any other log as it is.
 */
export function byPackage(log: string): string {
  const groups = new Map<string, string[]>();
  const rest: string[] = [];
  for (const line of log.split('\n')) {
    const begun = BEGINS.exec(line)?.[1];
    if (begun !== undefined) groups.set(begun, groups.get(begun) ?? []);
    const prefix = begun ?? /^(\S+ [\w:.-]+):(?= |$)/.exec(line)?.[1] ?? '';
    const group = groups.get(prefix);
    if (group === undefined) rest.push(line);
    else group.push(line.slice(prefix.length + ': '.length));
  }
  return [...[...groups.values()].flat(), ...rest].join('\n');
}
