/** A clone of this repository in which its own tools run. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { skillFolder } from '../../scripts/lib/skill-folder.ts';
import type { Sandbox } from './sandbox.ts';

/** @param dependencies some of our own: all of them would be a gigabyte, with the programs that other tests install */
export async function ownClone(box: Sandbox, dependencies: readonly string[]): Promise<string> {
  const clone = join(box.folder, 'clone');
  await box.git(box.folder, 'clone', '--quiet', skillFolder, clone);
  const modules = join(clone, 'node_modules');
  await mkdir(modules);
  const installed = dependencies.map((name) => join(skillFolder, 'node_modules', name));
  execFileSync('cp', ['-a', ...installed.filter((folder) => existsSync(folder)), modules]);
  return clone;
}
