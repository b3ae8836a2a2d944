import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../errors.ts';
import { startDetached } from '../process/detached.ts';

/** Openers hand the page over and end; one that is still there after this long shows it. */
const OPENER_MS = 1500;

/** The program that opens a page for the user, or why there is none. */
export function openerFor(
  platform: NodeJS.Platform,
  env: NodeJS.ProcessEnv,
): { program: string } | { reason: string } {
  if (platform === 'darwin') return { program: 'open' };
  if (platform === 'win32') return { reason: 'Opening a browser is not supported on Windows.' };
  const hasDisplay = Boolean(env.DISPLAY) || Boolean(env.WAYLAND_DISPLAY);
  return hasDisplay
    ? { program: 'xdg-open' }
    : { reason: 'There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set).' };
}

/** Opens a page detached from us. Never fails: it gives the reason why the page was not opened, or null. */
export async function openPage(
  file: string,
  { platform = process.platform, env = process.env } = {},
): Promise<string | null> {
  const opener = openerFor(platform, env);
  if ('reason' in opener) return opener.reason;
  try {
    const { ended } = await startDetached({
      ...{ file: opener.program, args: [file], cwd: dirname(file), env, logFile: null },
    });
    const code = await Promise.race([ended, sleep(OPENER_MS, 0)]);
    return code === 0 ? null : `${opener.program} ended with exit status ${code}.`;
  } catch (error) {
    return `${opener.program}: ${messageOf(error)}`;
  }
}
