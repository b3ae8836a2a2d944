/** Where things lie (CONTRACT 5). */
import { createHash, randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';

/** The root of all state: `$AI_AIP_ROOT`, else `$XDG_STATE_HOME/ai-aip`, else the platform's usual place. */
export function stateRoot(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env.AI_AIP_ROOT) return resolve(env.AI_AIP_ROOT);
  if (env.XDG_STATE_HOME) return join(resolve(env.XDG_STATE_HOME), 'ai-aip');
  const home = env.HOME || homedir();
  return platform === 'darwin'
    ? join(home, 'Library', 'Application Support', 'ai-aip')
    : join(home, '.local', 'state', 'ai-aip');
}

export interface RepositoryIdentity {
  slug: string;
  id: string;
}

/** A repository's name in the state root: readable by its folder's name, unique by origin or place. */
export function repositoryIdentity(topLevel: string, origin: string | null): RepositoryIdentity {
  const slug = slugOf(topLevel);
  const key = origin === null ? topLevel : `${origin}|${slug}`;
  return { slug, id: sha256(key).slice(0, 12) };
}

/** The folder's name in lower case, other than `a-z0-9._-` replaced by `-`. */
export function slugOf(topLevel: string): string {
  const slug = basename(topLevel)
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]/g, '-');
  return slug === '' ? 'repository' : slug;
}

export function repositoryFolder(root: string, { slug, id }: RepositoryIdentity): string {
  return join(root, 'repos', `${slug}--${id}`);
}

/** `<YYYYMMDD-HHMMSSZ>-<pid>-<4 hex>` */
export function newSessionId(now: Date, pid: number = process.pid): string {
  return `${compactTime(now)}Z-${pid}-${randomBytes(2).toString('hex')}`;
}

/** `YYYYMMDD-HHMMSS` in UTC, as in session ids and branch names. */
export function compactTime(now: Date): string {
  const [date = '', time = ''] = now.toISOString().split('T');
  return `${date.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}`;
}

export function passName(pass: number): string {
  return `pass-${String(pass).padStart(4, '0')}`;
}

/** The directory of the lock that all sessions of one repository share, whatever worktree they were started in. */
export function repositoryLock(root: string, commonDir: string): string {
  return join(root, 'locks', sha256(commonDir).slice(0, 12));
}

/** Where the user's own settings lie. */
export function configurationHome(env: NodeJS.ProcessEnv = process.env): string {
  return env.XDG_CONFIG_HOME
    ? resolve(env.XDG_CONFIG_HOME)
    : join(env.HOME || homedir(), '.config');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
