/** Texts and facts of files, read when they are asked for, each once. */
import type { CodeFacts } from '../code/code-facts.ts';
import { languageOf } from '../code/language.ts';
import { readCode } from '../code/read-code.ts';
import { readBlobSizes } from '../git/blob-sizes.ts';
import { readBlobs } from '../git/blobs.ts';
import { pathText } from '../git/paths.ts';
import type { Contents } from '../synthesis/closure/source-tree.ts';
import type { ComparedFile } from '../synthesis/compare.ts';
import { isRegularFile } from '../synthesis/read-hunks.ts';

/** One version of a path. */
export interface Version {
  path: string;
  blob: string;
}

/** Nobody writes larger ones by hand. */
const MOST_BYTES = 1_000_000;
/** All texts stay in memory; what is asked for first is read first. */
const MOST_BYTES_IN_ALL = 128 * 1024 ** 2;
/** Some milliseconds each. */
const MOST_PARSED = 4000;

/** All versions of a file that can be read as text, that of base included. */
export function versionsOf({ path, base, versions }: ComparedFile): Version[] {
  const name = pathText(path);
  const ofBase = base !== null && isRegularFile(base.mode) ? [base.oid] : [];
  const ofModels = versions.flatMap(({ blob, mode, binary }) =>
    blob !== null && mode !== null && isRegularFile(mode) && !binary ? blob : [],
  );
  return [...new Set([...ofBase, ...ofModels])].map((blob) => ({ path: name, blob }));
}

export class ReadContents implements Contents {
  /** By blob; null: too large, not text, or not there. */
  private readonly texts = new Map<string, string | null>();
  private readonly facts = new Map<string, CodeFacts>();
  private readonly parsed = new Set<string>();
  private bytesLeft = MOST_BYTES_IN_ALL;

  constructor(private readonly directory: string) {}

  textOf(_path: string, blob: string): string | null {
    return this.texts.get(blob) ?? null;
  }

  factsOf(path: string, blob: string): CodeFacts | null {
    return this.facts.get(keyOf({ path, blob })) ?? null;
  }

  async readTexts(versions: readonly Version[]): Promise<void> {
    const unknown = versions.map(({ blob }) => blob).filter((blob) => !this.texts.has(blob));
    const sizes = await readBlobSizes(this.directory, unknown);
    const small = [...sizes].flatMap(([blob, size]) => {
      if (size > MOST_BYTES || size > this.bytesLeft) return [];
      this.bytesLeft -= size;
      return [blob];
    });
    const blobs = await readBlobs(this.directory, small);
    for (const blob of unknown) this.texts.set(blob, asText(blobs.get(blob)));
  }

  /** What of these versions is code is parsed; the rest has no facts. */
  async readFacts(versions: readonly Version[]): Promise<void> {
    await this.readTexts(versions);
    const fresh = new Map(
      versions
        .filter(({ path }) => languageOf(path) !== null)
        .map((version) => [keyOf(version), version]),
    );
    const files = [...fresh].flatMap(([key, { path, blob }]) => {
      const text = this.texts.get(blob) ?? null;
      if (text === null || this.parsed.has(key) || this.parsed.size >= MOST_PARSED) return [];
      this.parsed.add(key);
      return [{ path, blob, text }];
    });
    for (const layer of layersOf(files)) {
      const facts = await readCode(layer);
      for (const version of layer) {
        const found = facts.get(version.path);
        if (found !== undefined) this.facts.set(keyOf(version), found);
      }
    }
  }
}

function keyOf({ path, blob }: Version): string {
  return `${blob} ${path}`;
}

function asText(content: Buffer | undefined): string | null {
  return content === undefined || content.includes(0) ? null : content.toString('utf8');
}

/** Facts come by path, so that each path is asked for once at a time. */
function layersOf<Some extends Version>(versions: readonly Some[]): Some[][] {
  const layers: Map<string, Some>[] = [];
  for (const version of versions) {
    const free = layers.find((layer) => !layer.has(version.path));
    if (free === undefined) layers.push(new Map([[version.path, version]]));
    else free.set(version.path, version);
  }
  return layers.map((layer) => [...layer.values()]);
}
