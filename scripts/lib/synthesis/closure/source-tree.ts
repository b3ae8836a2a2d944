/** Trees of the repository as far as they were read: what base lists, what differs from it, and the texts. */
import type { CodeFacts } from '../../code/code-facts.ts';
import { isManifest, readDependencies } from '../../code/dependencies.ts';
import { definedTasks, definesTasks } from './defined-tasks.ts';

/** The files of base. Paths are text: a name that is no UTF-8 cannot be imported. */
export class Listing {
  private byFolder: Map<string, string[]> | null = null;
  private sizes: Map<string, number> | null = null;

  /** @param blobs path -> object id */
  constructor(readonly blobs: ReadonlyMap<string, string>) {}

  /** The files directly in a folder (ends in its slash; the top is empty) that are looked up by their folder. */
  filesIn(folder: string): readonly string[] {
    this.byFolder ??= groupByFolder([...this.blobs.keys()].filter(isFoundByFolder));
    return this.byFolder.get(folder) ?? [];
  }

  /** How many files lie below a folder, which has no slash at its end. */
  sizeOf(folder: string): number {
    this.sizes ??= countByFolder(this.blobs.keys());
    return this.sizes.get(folder) ?? 0;
  }
}

/** What was read of the contents; another version of a path has another blob. */
export interface Contents {
  textOf(path: string, blob: string): string | null;
  /** Null for what is no code, or was not read. */
  factsOf(path: string, blob: string): CodeFacts | null;
}

export interface GoModule {
  dir: string;
  module: string;
}

export class SourceTree {
  /** Where Go's modules lie; read from the go.mod files of this tree. */
  goModules: GoModule[] = [];
  private readonly added: ReadonlyMap<string, string[]>;
  /** Files that are new below a folder, and files that are gone. */
  private readonly come: ReadonlyMap<string, number>;
  private readonly gone: ReadonlyMap<string, number>;
  private readonly dependencies = new Map<string, ReadonlyMap<string, string> | null>();
  private readonly tasks = new Map<string, ReadonlySet<string> | null>();

  /**
   * @param name a model, `base`, or `synthesis`
   * @param changes what differs from base: path -> blob, null where it is gone
   */
  constructor(
    readonly name: string,
    private readonly listing: Listing,
    readonly changes: ReadonlyMap<string, string | null>,
    private readonly contents: Contents,
  ) {
    this.added = groupByFolder([...changes.keys()].filter(isFoundByFolder));
    const [come, gone]: [string[], string[]] = [[], []];
    for (const [path, blob] of changes) {
      if (listing.blobs.has(path) === (blob === null)) (blob === null ? gone : come).push(path);
    }
    this.come = countByFolder(come);
    this.gone = countByFolder(gone);
  }

  blobOf(path: string): string | null {
    const changed = this.changes.get(path);
    return changed === undefined ? (this.listing.blobs.get(path) ?? null) : changed;
  }

  has(path: string): boolean {
    return this.blobOf(path) !== null;
  }

  hasFolder(path: string): boolean {
    const size = this.listing.sizeOf(path);
    return size + (this.come.get(path) ?? 0) - (this.gone.get(path) ?? 0) > 0;
  }

  textOf(path: string): string | null {
    const blob = this.blobOf(path);
    return blob === null ? null : this.contents.textOf(path, blob);
  }

  factsOf(path: string): CodeFacts | null {
    const blob = this.blobOf(path);
    return blob === null ? null : this.contents.factsOf(path, blob);
  }

  /** What a manifest of the tree asks for; null where it was not read, or cannot be. */
  dependenciesOf(path: string): ReadonlyMap<string, string> | null {
    return remembered(this.dependencies, path, () => {
      const text = this.textOf(path);
      return text === null ? null : readDependencies(path, text);
    });
  }

  /** The scripts, targets or recipes of a file; null where it was not read, or cannot be. */
  tasksOf(path: string): ReadonlySet<string> | null {
    return remembered(this.tasks, path, () => {
      const text = this.textOf(path);
      return text === null ? null : definedTasks(path, text);
    });
  }

  /** Go files, manifests and task files directly in a folder, by name; see Listing. */
  filesIn(folder: string): string[] {
    const names = new Set([...this.listing.filesIn(folder), ...(this.added.get(folder) ?? [])]);
    return [...names].filter((path) => this.has(path)).sort();
  }
}

/** Texts are all read before the first question. */
function remembered<T>(known: Map<string, T>, path: string, make: () => T): T {
  const made = known.has(path) ? (known.get(path) as T) : make();
  known.set(path, made);
  return made;
}

export function isFoundByFolder(path: string): boolean {
  return path.endsWith('.go') || isManifest(path) || definesTasks(path) || OTHERS.test(path);
}

/** Settings that say what imports mean, and the manifest that is a program. */
const OTHERS = /(^|\/)([tj]sconfig[\w.-]*\.json|setup\.py)$/;

/** The folder of a path with its slash; the top is empty. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/** The folder of a path and those around it, from the inside to the top. */
export function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let folder = folderOf(path); ; folder = folderOf(folder.slice(0, -1))) {
    folders.push(folder);
    if (folder === '') return folders;
  }
}

function countByFolder(paths: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const path of paths) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const folder = path.slice(0, end);
      counts.set(folder, (counts.get(folder) ?? 0) + 1);
    }
  }
  return counts;
}

function groupByFolder(paths: readonly string[]): Map<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const path of paths) {
    const folder = folderOf(path);
    const known = folders.get(folder);
    if (known === undefined) folders.set(folder, [path]);
    else known.push(path);
  }
  return folders;
}
