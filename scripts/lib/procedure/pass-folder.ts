import { join } from 'node:path';
import { mkdir } from '../disk.ts';
import type { FilesAt } from '../git/files-at.ts';

/** Everything that a pass's scripts write into. */
export async function makePassFolders(pass: string): Promise<void> {
  for (const folder of ['outputs', 'stderr', 'diffs', 'files', 'logs', 'runs']) {
    await mkdir(join(pass, folder), { recursive: true, mode: 0o700 });
  }
}

/** The convention files that the project has at base, for the prompts. */
export function conventionFiles(files: FilesAt): Promise<string[]> {
  return files.which(['AGENTS.md', 'CLAUDE.md', 'GEMINI.md']);
}
