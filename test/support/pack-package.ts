import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sandbox } from './sandbox.ts';

/** A package as an archive that package managers install without a network; gives its place. */
export async function packPackage(box: Sandbox, name: string, code: string): Promise<string> {
  const folder = join(box.folder, 'packages', name, 'package');
  await mkdir(folder, { recursive: true });
  const manifest = { name, version: '1.0.0', type: 'module', exports: './index.js' };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'index.js'), code);
  const archive = join(box.folder, 'packages', `${name}-1.0.0.tgz`);
  execFileSync('tar', ['-czf', archive, '-C', join(folder, '..'), 'package']);
  return archive;
}
