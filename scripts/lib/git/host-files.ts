/**
 * What the host needs is nobody's content: the skill itself, wherever it was installed, and settings of the host that
 * are for this machine alone. Untracked, it is no change of the user's and no part of a capture, as if it were ignored;
 * what git tracks of it stays content like any other. In a model's worktree nobody installed a skill: there only such
 * settings count.
 */
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { skillFolder } from '../skill-folder.ts';
import { directoryOf, git, type Place } from './git.ts';
import { pathText, type RawPath, rawPathOf, splitNul } from './paths.ts';

/** What `npx skills` writes down beside what it installs. */
const LOCK = 'skills-lock.json';
/** In the folder of each agent: `.claude/settings.local.json`, `.agents/skills/multi-model-execute`, ... */
const LOCAL_SETTINGS = 'settings.local.json';
const IN_AGENT_FOLDERS = [LOCAL_SETTINGS, 'skills/multi-model-execute'];

/**
 * Files, folders and links in a working tree of which git tracks nothing.
 * @param env GIT_INDEX_FILE, where another index than the repository's own says what is tracked
 */
export async function hostFiles(
  place: Place,
  env: Record<string, string> = {},
): Promise<RawPath[]> {
  const found = presentHostFiles(directoryOf(place));
  if (found.length === 0) return [];
  const words = found.map((path) => `:(top,literal)${path}`);
  const { stdout } = await git(place, ['ls-files', '-z', '--cached', '--', ...words], { env });
  const tracked = splitNul(stdout).map(pathText);
  return found.filter((path) => !tracked.some((it) => isIn(it, path))).map(rawPathOf);
}

/** An agent's own program writes it wherever it works. */
export function isLocalSettings(path: string): boolean {
  return path.endsWith(`/${LOCAL_SETTINGS}`);
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** Looks at a few names only, none of them deep: it is asked whenever a working tree is read. */
export function presentHostFiles(directory: string, running: string = skillFolder): string[] {
  const agents = namesIn(directory).filter((name) => /^\.(?!git$)./.test(name));
  const names = [
    LOCK,
    ...agents.flatMap((agent) => IN_AGENT_FOLDERS.map((name) => `${agent}/${name}`)),
    ...runningBelow(directory, running),
  ];
  return [...new Set(names.flatMap((name) => asGitSees(directory, name)))];
}

/** What cannot be read holds nothing that is known; git says what is wrong with it. */
function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** The skill that runs, if it lies in the working tree; whoever works on the skill itself has it for a working tree. */
function runningBelow(directory: string, running: string): string[] {
  const path = relative(directory, running);
  return path === '' || isAbsolute(path) || /^\.\.(\/|$)/.test(path)
    ? []
    : [path.replaceAll(sep, '/')];
}

/** The path, or the link on its way, behind which git does not look; none where nothing lies, or in another repository. */
function asGitSees(directory: string, path: string): string[] {
  if (!existsSync(join(directory, path))) return [];
  const names = path.split('/');
  for (let depth = 1; depth < names.length; depth++) {
    const folder = names.slice(0, depth).join('/');
    if (lstatSync(join(directory, folder)).isSymbolicLink()) return [folder];
    if (existsSync(join(directory, folder, '.git'))) return [];
  }
  return [path];
}
