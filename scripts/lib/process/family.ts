/** The processes that a run started, also those that left their group, their session or their environment. */
import { findMarked, lineOf, listProcesses, type ProcessRow } from './processes.ts';

/**
 * What is remembered of a run's processes. Looked at again and again while the run goes on, it still knows a process
 * whose parent has ended and that has cleared its environment.
 */
export class Family {
  /** When each known member started, by its pid. */
  private readonly known = new Map<number, string>();

  /**
   * @param variable the environment variable that holds the marks
   * @param mark what marks this run's processes
   */
  constructor(
    private readonly variable: string,
    private readonly mark: string,
  ) {}

  /** Adds a process that belongs to it, such as the first one. */
  async add(pid: number): Promise<void> {
    const row = (await listProcesses()).find((it) => it.pid === pid);
    if (row !== undefined) this.known.set(pid, row.started);
  }

  /** Finds relatives of the known members: cheap, for it opens no environment. */
  async observe(): Promise<void> {
    this.remember(await listProcesses(), []);
  }

  /** The members that are alive now, found also by the mark. */
  async members(): Promise<number[]> {
    const marked = await findMarked(this.variable, this.mark);
    return this.remember(await listProcesses(), marked);
  }

  private remember(rows: readonly ProcessRow[], marked: readonly number[]): number[] {
    const seeds = rows.filter(
      ({ pid, started }) => this.known.get(pid) === started || marked.includes(pid),
    );
    const family = relatives(rows, seeds, process.pid);
    this.known.clear();
    for (const { pid, started } of family) this.known.set(pid, started);
    return family.map(({ pid }) => pid);
  }
}

/**
 * The given processes, their descendants, and whatever shares a session with one of them.
 * @param own this process: neither it, nor its ancestors, nor others of its session are anybody's relatives
 */
export function relatives(
  rows: readonly ProcessRow[],
  seeds: readonly ProcessRow[],
  own: number,
): ProcessRow[] {
  const spared = lineOf(own, rows);
  const ownSession = rows.find(({ pid }) => pid === own)?.session;
  const found = new Set(seeds.filter(({ pid }) => !spared.has(pid)));
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    const pids = new Set([...found].map(({ pid }) => pid));
    const sessions = new Set([...found].map(({ session }) => session));
    sessions.delete(ownSession ?? 0);
    // Session 0 is that of the kernel, and of what a container was started with.
    sessions.delete(0);
    for (const row of rows) {
      if (!spared.has(row.pid) && (pids.has(row.parent) || sessions.has(row.session)))
        found.add(row);
    }
  }
  return [...found];
}
