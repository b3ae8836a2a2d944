/** Where something lies on this machine tells others nothing, and too much: texts that leave it name no such place. */
import { existsSync, realpathSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname } from 'node:path';
import { stateRoot } from '../../session/paths.ts';
import type { Session } from '../../session/session.ts';
import { skillFolder } from '../../skill-folder.ts';

/** An absolute path, and what stands for it: '' makes what lies below it relative. */
export type HiddenPlace = readonly [path: string, shown: string];

/** The places that the texts of a session may name, as they are called and as links lead there. */
export function placesOf({ directory, data }: Session): HiddenPlace[] {
  const places: HiddenPlace[] = [
    [directory, ''],
    [data.main_tree, ''],
    ...data.worktrees.map(({ path }) => [path, ''] as const),
    [data.common_dir, '.git'],
    ...data.models.map(({ binary }) => [binary ?? '', basename(binary ?? '')] as const),
    // Scratch worktrees lie beside the main tree.
    [dirname(data.main_tree), '..'],
    [stateRoot(), '$AI_AIP_ROOT'],
    [skillFolder, '$SKILL'],
    [process.execPath, basename(process.execPath)],
    [process.env.HOME || homedir(), '~'],
    [tmpdir(), '$TMPDIR'],
    ['/tmp', '$TMPDIR'],
  ];
  const real = (path: string) => (existsSync(path) ? realpathSync(path) : path);
  return places.flatMap(([path, shown]) => [[path, shown] as const, [real(path), shown] as const]);
}

/** A text with all places hidden: the longest first, for one may lie inside another. */
export function hidePlaces(text: string, places: readonly HiddenPlace[]): string {
  return (
    places
      .map(([path, shown]) => [path.replace(/\/+$/, ''), shown] as const)
      .filter(([path]) => path.startsWith('/'))
      .sort(([a], [b]) => b.length - a.length)
      // In a URL it may be written in another way.
      .flatMap(([path, shown]) => [[path, shown] as const, [encodeURI(path), shown] as const])
      .reduce((rest, place) => hideOne(rest, place), text)
  );
}

/** Where a path begins: not inside of another one or a word; after an option such as `-I` all the same. */
const BEGINNING = String.raw`(?:(?<![\p{L}\p{N}_.$~-])|(?<=(?:^|[\s"'=])-[A-Za-z]))`;
/** Where its last name ends. */
const END = String.raw`(?:(\/)|(?![\p{L}\p{N}_-]|\.[\p{L}\p{N}]))`;

/** A short one (`/tmp`, `/root`) is meant only where a path begins: `src/tmp/x` is a path of the repository. */
function hideOne(text: string, [path, shown]: HiddenPlace): string {
  if (!text.includes(path)) return text;
  const isShort = path.split('/').length < 4;
  const literal = path.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  const pattern = new RegExp(`${isShort ? BEGINNING : ''}${literal}${END}`, 'gu');
  return text.replaceAll(pattern, (_, slash = '') =>
    shown === '' && slash === '' ? './' : shown === '' ? '' : `${shown}${slash}`,
  );
}
