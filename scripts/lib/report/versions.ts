import { pathText, type RawPath } from '../git/paths.ts';
import type { FilePatch } from './read-patch.ts';
import type { PatchExcerpt, Place, ReportVersion } from './report-data.ts';

/** Each model's patch, file by file. */
export type Patches = ReadonlyMap<string, ReadonlyMap<RawPath, FilePatch>>;

type Facts = Omit<ReportVersion, 'models' | 'new_path' | 'patch' | 'diff'>;

/**
 * The different results of a file, each with its part of a model's patch. The comparison knows a rename as a deletion
 * and an addition; the patch has it under its new name.
 */
export class VersionReader {
  /** For each model, old name to new name. */
  private readonly moves: ReadonlyMap<string, ReadonlyMap<RawPath, RawPath>>;

  constructor(
    private readonly patches: Patches,
    private readonly diffOf: (model: string) => Place,
  ) {
    this.moves = new Map([...patches].map(([model, files]) => [model, movesIn(files)]));
  }

  of(
    path: RawPath,
    file: { versions: (Facts & { model: string })[]; groups: string[][] },
  ): ReportVersion[] {
    return file.groups.flatMap((models) => {
      const version = file.versions.find(({ model }) => model === models[0]);
      return version === undefined ? [] : [this.describe(path, version, models)];
    });
  }

  private describe(
    path: RawPath,
    { model, ...facts }: Facts & { model: string },
    models: string[],
  ): ReportVersion {
    const patch = this.patches.get(model)?.get(path) ?? null;
    const moved = patch === null ? this.moves.get(model)?.get(path) : undefined;
    return {
      ...facts,
      models,
      new_path: moved === undefined ? null : pathText(moved),
      patch: patch && excerptOf(patch),
      diff: this.diffOf(model),
    };
  }
}

function excerptOf({ facts, lines, line_count }: FilePatch): PatchExcerpt {
  return { facts, lines, line_count };
}

function movesIn(files: ReadonlyMap<RawPath, FilePatch>): Map<RawPath, RawPath> {
  return new Map(
    [...files.values()].flatMap(({ path, old_path }): [RawPath, RawPath][] =>
      old_path === null ? [] : [[old_path, path]],
    ),
  );
}
