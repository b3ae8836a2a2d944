/** Compiles TypeScript of this project with esbuild: for users at the first start, for a package, and for the tests. */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What else the launcher loads, beside the scripts. */
const FRAME = ['scripts/lib/script.ts', 'scripts/lib/list-scripts.ts'];

/**
 * What the launcher loads, below the skill's folder.
 * @param {string} skill
 */
export function launchedModules(skill) {
  const scripts = fs.readdirSync(join(skill, 'scripts')).filter((file) => file.endsWith('.ts'));
  return [...scripts.map((file) => `scripts/${file}`), ...FRAME];
}

/**
 * Compiles modules and all that they use into a folder, which appears as a whole or not at all.
 * @param {object} what
 * @param {string} what.skill
 * @param {string} what.modules the folder that holds `node_modules` with esbuild and what the modules import
 * @param {readonly string[]} what.entryPoints relative to the skill's folder
 * @param {string} what.outbase what is cut off their names
 * @param {string} what.folder
 * @throws Error of esbuild, or of the disk
 */
export async function compile({ skill, modules, entryPoints, outbase, folder }) {
  const esbuild = await importEsbuild(modules);
  try {
    const { outputFiles } = await esbuild.build({
      absWorkingDir: skill,
      entryPoints: [...entryPoints],
      outbase,
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      tsconfig: join(skill, 'tsconfig.json'),
      plugins: [dependenciesFrom(modules, skill)],
      // Dependencies in CommonJS ask for Node's own modules with require().
      banner: {
        js: "import { createRequire as mmRequire } from 'node:module'; const require = mmRequire(import.meta.url);",
      },
      logLevel: 'silent',
      // Names stay, for stack traces; what is not there need not be parsed at every start.
      minifyWhitespace: true,
      minifySyntax: true,
      legalComments: 'none',
      // Nobody loads the maps but `node --enable-source-maps` and coverage.
      sourcemap: 'linked',
      sourcesContent: false,
      write: false,
    });
    writeWhole(folder, outputFiles);
  } finally {
    await esbuild.stop();
  }
}

/**
 * Packages come from one place, whatever `node_modules` folders lie around the skill.
 * @param {string} modules
 * @param {string} skill
 * @returns {import('esbuild').Plugin}
 */
function dependenciesFrom(modules, skill) {
  const sources = ['scripts', 'test'].map((folder) => join(skill, folder, sep));
  return {
    name: 'dependencies',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, ({ path, importer, kind, pluginData }) => {
        const isOwn = sources.some((folder) => importer.startsWith(folder));
        if (!isOwn || path.startsWith('node:') || pluginData === modules) return undefined;
        return build.resolve(path, { kind, importer, resolveDir: modules, pluginData: modules });
      });
    },
  };
}

/**
 * @param {string} modules
 * @returns {Promise<typeof import('esbuild')>}
 */
async function importEsbuild(modules) {
  const file = createRequire(join(modules, 'package.json')).resolve('esbuild');
  return (await import(pathToFileURL(file).href)).default;
}

/**
 * Writes the files beside their place, then renames the folder.
 * @param {string} folder
 * @param {readonly { path: string, contents: Uint8Array }[]} files
 */
function writeWhole(folder, files) {
  const parent = dirname(folder);
  fs.mkdirSync(parent, { recursive: true });
  const unfinished = fs.mkdtempSync(join(parent, `unfinished-${basename(folder)}-`));
  try {
    for (const { path, contents } of files) {
      const file = join(unfinished, relative(folder, path));
      fs.mkdirSync(dirname(file), { recursive: true });
      fs.writeFileSync(file, contents);
    }
    // mkdtemp makes it for its maker alone; others of the machine may use the same skill.
    fs.chmodSync(unfinished, 0o755);
    moveIntoPlace(unfinished, folder);
  } finally {
    fs.rmSync(unfinished, { recursive: true, force: true });
  }
}

/**
 * Renames a folder; where somebody else was faster, theirs is as good.
 * @param {string} from
 * @param {string} to
 */
export function moveIntoPlace(from, to) {
  try {
    fs.renameSync(from, to);
  } catch (error) {
    const { code = '' } = /** @type {NodeJS.ErrnoException} */ (error);
    if (!['ENOTEMPTY', 'EEXIST'].includes(code)) throw error;
  }
}
