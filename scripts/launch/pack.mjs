/** `npm pack` runs this: the compiled copy that a package brings, so that its first start installs and compiles nothing. */
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile, launchedModules } from './compile.mjs';
import { DIGEST, packedCopy } from './prepare.mjs';
import { sourceDigest } from './sources.mjs';

const skill = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = packedCopy(skill);
fs.rmSync(folder, { recursive: true, force: true });
const entryPoints = launchedModules(skill);
await compile({ skill, modules: skill, entryPoints, outbase: 'scripts', folder });
fs.writeFileSync(join(folder, DIGEST), sourceDigest(skill));
