/** Copies of the skill as an installer makes them, and how the launcher of one is started. */
import { cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../scripts/lib/process/command.ts';
import { skillFolder } from '../../scripts/lib/skill-folder.ts';
import type { Json, Sandbox } from './sandbox.ts';

export interface SkillCopy {
  skill: string;
  /** Its launcher. */
  mm: string;
}

/** Without dependencies. */
export async function copyOfSkill(box: Sandbox, name = 'a copy of the skill'): Promise<SkillCopy> {
  const skill = join(box.folder, name);
  await mkdir(skill, { recursive: true });
  for (const part of ['package.json', 'package-lock.json', '.npmrc', 'tsconfig.json', 'scripts'])
    await cp(join(skillFolder, part), join(skill, part), { recursive: true });
  await writeFile(join(skill, 'SKILL.md'), '---\nname: multi-model-execute\n---\n');
  // npm keeps what it fetches for the next copy.
  box.env.npm_config_cache = npmCache;
  return { skill, mm: join(skill, 'scripts', 'mm.mjs') };
}

export const npmCache: string = join(skillFolder, 'node_modules', '.cache', 'npm-of-tests');

/** With this one's dependencies, linked entry by entry, so that the copy has a cache of its own. */
export async function installedCopy(box: Sandbox): Promise<SkillCopy> {
  const copy = await copyOfSkill(box);
  const modules = join(copy.skill, 'node_modules');
  await mkdir(modules);
  for (const name of await readdir(join(skillFolder, 'node_modules'))) {
    if (name !== '.cache')
      await symlink(join(skillFolder, 'node_modules', name), join(modules, name));
  }
  return copy;
}

export interface Started {
  exitCode: number;
  text: string;
  stderr: string;
  /** Null where stdout is no JSON. */
  json: Json;
}

/** @param file a launcher, or what else plain Node starts */
export async function startLauncher(
  box: Sandbox,
  cwd: string,
  file: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Started> {
  const { exitCode, stdout, stderr } = await runCommand({
    file: process.execPath,
    args: [file, ...words],
    cwd,
    env: { ...box.env, ...env },
  });
  const text = stdout.toString();
  return { exitCode, text, stderr, json: text.startsWith('{') ? JSON.parse(text) : null };
}
