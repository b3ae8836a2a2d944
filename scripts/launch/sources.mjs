/** Which files the compiled copy is made of, and two ways to tell whether they are still the same. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { join } from 'node:path';

/** Beside the code: what names the dependencies, and how it is compiled. */
const MANIFESTS = ['package.json', 'package-lock.json', 'tsconfig.json'];

/** @param {string} skill */
function sourceFiles(skill) {
  const scripts = fs.readdirSync(join(skill, 'scripts'), { recursive: true });
  const code = scripts.filter((file) => /\.(ts|mjs)$/.test(String(file)));
  return [...code.map((file) => `scripts/${file}`), ...MANIFESTS];
}

/**
 * Changes whenever a byte may have changed, without reading any: change time and inode tell it also where an archive
 * gave all files one time.
 * @param {string} skill
 */
export function sourceKey(skill) {
  const hash = createHash('sha256').update(`${skill}\n${process.versions.node} ${process.arch}`);
  for (const file of sourceFiles(skill)) {
    const stat = fs.statSync(`${skill}/${file}`, { throwIfNoEntry: false });
    hash.update(`\n${file} ${stat?.size} ${stat?.mtimeMs} ${stat?.ctimeMs} ${stat?.ino}`);
  }
  return hash.digest('hex').slice(0, 16);
}

/**
 * What a package's compiled copy was made from, byte for byte. npm packs no package-lock.json, and its scripts and their
 * samples are the same wherever they lie.
 * @param {string} skill
 */
export function sourceDigest(skill) {
  const hash = createHash('sha256');
  for (const file of sourceFiles(skill).sort()) {
    if (file === 'package-lock.json') continue;
    hash
      .update(`${file}\0`)
      .update(fs.readFileSync(join(skill, file)))
      .update('\0');
  }
  return hash.digest('hex');
}
