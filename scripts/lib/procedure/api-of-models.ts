/** What each model did to the public names of the project's own code. */
import { apiChanges } from '../code/api-changes.ts';
import type { CodeFacts } from '../code/code-facts.ts';
import { languageOf } from '../code/language.ts';
import { isTest } from '../gates/tampering/names.ts';
import { pathText } from '../git/paths.ts';
import type { ComparedFile } from '../synthesis/compare.ts';
import type { ApiOfModel } from './evidence.ts';
import { type ReadContents, versionsOf } from './read-contents.ts';

/** By model. Tests have no public names. */
export async function readApi(
  contents: ReadContents,
  files: readonly ComparedFile[],
): Promise<Map<string, ApiOfModel>> {
  const code = files.filter(({ path }) => isOwnCode(pathText(path)));
  await contents.readFacts(code.flatMap(versionsOf));
  const models = [...new Set(code.flatMap(({ versions }) => versions.map(({ model }) => model)))];
  return new Map(models.map((model) => [model, apiOf(model, code, contents)]));
}

function isOwnCode(path: string): boolean {
  return languageOf(path) !== null && !isTest(path);
}

function apiOf(model: string, files: readonly ComparedFile[], contents: ReadContents): ApiOfModel {
  const api: ApiOfModel = { added: [], removed: [], changed: [], unread: [] };
  for (const { path: raw, base, versions } of files) {
    const version = versions.find((it) => it.model === model);
    if (version === undefined) continue;
    const path = pathText(raw);
    const factsOf = (oid: string | null | undefined): CodeFacts | 'unread' | null =>
      oid == null ? null : (contents.factsOf(path, oid) ?? 'unread');
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
