/** What each model did to the public names of the project's own code. */
import { apiChanges } from '../code/api-changes.ts';
import type { CodeFacts } from '../code/code-facts.ts';
import { languageOf } from '../code/language.ts';
import { readCode } from '../code/read-code.ts';
import { isTest } from '../gates/tampering/names.ts';
import { pathText } from '../git/paths.ts';
import type { ComparedFile } from '../synthesis/compare.ts';
import type { ApiOfModel } from './evidence.ts';
import { readSources, type Sources } from './sources.ts';

/** By model. Tests have no public names. */
export async function readApi(
  directory: string,
  files: readonly ComparedFile[],
): Promise<Map<string, ApiOfModel>> {
  const isCode = (path: string) => languageOf(path) !== null && !isTest(path);
  const code = files.filter(({ path }) => isCode(pathText(path)));
  const sources = await readSources(directory, code, isCode);
  const read = await readVersions(code, sources);
  const models = [...new Set(code.flatMap(({ versions }) => versions.map(({ model }) => model)))];
  return new Map(models.map((model) => [model, apiOf(model, code, read)]));
}

type ReadVersions = ReadonlyMap<string, CodeFacts>;

/** Every version once, though several models may have it. */
async function readVersions(
  files: readonly ComparedFile[],
  sources: Sources,
): Promise<ReadVersions> {
  const read = new Map<string, CodeFacts>();
  for (const { path: raw, base, versions } of files) {
    const path = pathText(raw);
    for (const oid of new Set([base?.oid, ...versions.map(({ blob }) => blob)])) {
      const text = sources.get(oid ?? '');
      if (text === undefined) continue;
      const facts = (await readCode([{ path, text }])).get(path);
      if (facts !== undefined) read.set(`${path}\0${oid}`, facts);
    }
  }
  return read;
}

function apiOf(model: string, files: readonly ComparedFile[], read: ReadVersions): ApiOfModel {
  const api: ApiOfModel = { added: [], removed: [], changed: [], unread: [] };
  for (const { path: raw, base, versions } of files) {
    const version = versions.find((it) => it.model === model);
    if (version === undefined) continue;
    const path = pathText(raw);
    const factsOf = (oid: string | null | undefined): CodeFacts | 'unread' | null =>
      oid == null ? null : (read.get(`${path}\0${oid}`) ?? 'unread');
    const [before, after] = [factsOf(base?.oid), factsOf(version.blob)];
    if (isUnread(before) || isUnread(after)) {
      api.unread.push(path);
      continue;
    }
    const { added, removed, changed } = apiChanges(before, after);
    api.added.push(...added.map((name) => ({ path, name })));
    api.removed.push(...removed.map((name) => ({ path, name })));
    api.changed.push(...changed.map((it) => ({ path, ...it })));
  }
  return api;
}

function isUnread(facts: CodeFacts | 'unread' | null): facts is 'unread' {
  return facts === 'unread' || facts?.isDamaged === true;
}
