import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdtemp, rm } from './disk.ts';

/** Gives `action` a private folder that is gone when it ends. */
export async function withTemporaryFolder<T>(action: (path: string) => Promise<T>): Promise<T> {
  const path = await mkdtemp(join(tmpdir(), 'mm-'));
  try {
    return await action(path);
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}
