/** Names and what is asked of them, as a manifest says it. */
export class Requirements {
  private readonly found = new Map<string, Set<string>>();

  /** The same name may stand in several groups, or for several platforms: what differs is all kept. */
  add(name: string, requirement: string): void {
    if (name === '') return;
    const known = this.found.get(name) ?? new Set();
    this.found.set(name, known.add(requirement.trim()));
  }

  /** Name -> requirement; several of them are joined by commas, in the order of the manifest. */
  toMap(): Map<string, string> {
    return new Map(
      [...this.found].map(([name, all]) => [name, [...all].filter((it) => it !== '').join(', ')]),
    );
  }
}

export type Table = Record<string, unknown>;

export function asTable(value: unknown): Table {
  return isTable(value) ? value : {};
}

/** An object of keys; neither a list nor a date. */
export function isTable(value: unknown): value is Table {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
  );
}

export function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The table below some keys; an empty one where there is none. */
export function tableAt(table: Table, ...keys: string[]): Table {
  // Own keys only: `constructor` is a name like any other.
  return keys.reduce((at, key) => asTable(Object.hasOwn(at, key) ? at[key] : null), table);
}
