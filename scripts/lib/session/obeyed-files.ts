import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import * as z from 'zod';
import { git } from '../git/git.ts';
import { bytesOf, type RawPath, rawPathOf, splitNul } from '../git/paths.ts';
import type { Repository } from '../git/repository.ts';
import { type FileReader, fileFactsSchema, isWithin, joinRaw, namesIn } from './file-facts.ts';
import { configurationHome } from './paths.ts';

export const obeyedFileSchema = fileFactsSchema.extend({
  what: z.enum(['config', 'hook', 'info']),
});

export type ObeyedFile = z.output<typeof obeyedFileSchema>;

/** A place to look at: of a folder, everything below it. */
export interface ObeyedPlace {
  what: ObeyedFile['what'];
  path: string;
}

/** A setting and the file that it stands in. */
export interface FoundSetting {
  file: string | null;
  key: string;
  value: string;
}

/** More than that below one folder are no hooks. */
const MOST_FILES = 1000;

/** Every setting that holds in a working tree. Nothing is run. */
export async function readSettingsWithFiles({ topLevel }: Repository): Promise<FoundSetting[]> {
  const { stdout } = await git(topLevel, ['config', '--list', '--show-origin', '--includes', '-z']);
  return parseSettings(splitNul(stdout), topLevel);
}

/** Parses `config --list --show-origin -z`: the origin, then key and value with a line break between them. */
export function parseSettings(items: readonly RawPath[], topLevel: string): FoundSetting[] {
  const settings: FoundSetting[] = [];
  for (let at = 0; at + 1 < items.length; at += 2) {
    const [origin = '', setting = ''] = items.slice(at, at + 2).map(textOf);
    const end = setting.indexOf('\n');
    settings.push({
      file: origin.startsWith('file:') ? resolve(topLevel, origin.slice('file:'.length)) : null,
      key: end < 0 ? setting : setting.slice(0, end),
      value: end < 0 ? '' : setting.slice(end + 1),
    });
  }
  return settings;
}

function textOf(raw: RawPath): string {
  return bytesOf(raw).toString('utf8');
}

/** Where to look: the places that git always looks at, and those that the settings name. */
export function obeyedPlaces(
  { topLevel, commonDir, gitDir }: Repository,
  settings: readonly FoundSetting[],
  env: NodeJS.ProcessEnv = process.env,
): ObeyedPlace[] {
  const home = env.HOME || homedir();
  const ofUser = join(configurationHome(env), 'git');
  // Those of no file are our own, for our own commands only.
  const named = (key: string) =>
    settings.findLast((it) => it.key === key && it.file !== null)?.value;
  const expanded = (path: string | undefined) =>
    path === undefined || path === '' ? [] : [resolve(topLevel, path.replace(/^~(?=\/)/, home))];
  const hooks = expanded(named('core.hookspath')).filter((it) => isOutside(it, topLevel));
  const config = [
    ...[commonDir, gitDir].flatMap((folder) =>
      ['config', 'config.worktree'].map((it) => join(folder, it)),
    ),
    ...(env.GIT_CONFIG_GLOBAL ? expanded(env.GIT_CONFIG_GLOBAL) : [join(home, '.gitconfig')]),
    ...['config', 'attributes', 'ignore'].map((name) => join(ofUser, name)),
    // Not git's, but ours: it says which programs are started.
    join(configurationHome(env), 'multi-model', 'config.json'),
    ...['core.attributesfile', 'core.excludesfile'].flatMap((key) => expanded(named(key))),
    ...settings.flatMap(({ file }) => file ?? []),
  ];
  const info = [
    join(commonDir, 'info'),
    join(gitDir, 'info'),
    join(commonDir, 'objects/info/alternates'),
  ];
  const places = [
    ...config.map((path) => ({ what: 'config' as const, path })),
    ...[join(commonDir, 'hooks'), ...hooks].map((path) => ({ what: 'hook' as const, path })),
    ...info.map((path) => ({ what: 'info' as const, path })),
  ];
  return places.filter(({ path }, at) => places.findIndex((it) => it.path === path) === at);
}

/** Hooks below the main tree are files of the main tree; those in its `.git` are not. */
function isOutside(path: string, topLevel: string): boolean {
  return isAbsolute(path) && !isWithin(path, topLevel);
}

/** What lies at the places. */
export function readObeyedFiles(places: readonly ObeyedPlace[], reader: FileReader): ObeyedFile[] {
  return places.flatMap(({ what, path }) =>
    filesBelow(rawPathOf(path), reader).map((facts) => ({ what, ...facts })),
  );
}

function filesBelow(top: RawPath, reader: FileReader) {
  const found = [];
  const waiting: RawPath[] = [top];
  for (let at = 0; at < waiting.length && at < MOST_FILES; at++) {
    const path = waiting[at] ?? '';
    const facts = reader.read(path, bytesOf(path));
    if (facts === null) continue;
    if (facts.kind === 'folder') waiting.push(...namesIn(path).map((name) => joinRaw(path, name)));
    // git gc writes info/refs anew from the refs, for old web servers; nobody obeys it.
    else if (!path.endsWith('/info/refs')) found.push(facts);
  }
  return found;
}
