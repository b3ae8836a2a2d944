/**
 * Eight releases of real libraries: what the next version's own tests call right, and what hurried agents make of the
 * task instead. The marks `mistaken` were set after the first ranking had been seen.
 */
import {
  type Library,
  librariesFolder,
  type Release,
  readRelease,
  runTape,
  type Texts,
} from './library.ts';
import { comments, comparator, names, pollution } from './library-proofs.ts';
import { fastq, redirections, unknown, values } from './library-ways.ts';
import type { RankedProject } from './projects.ts';

export interface LibraryProject extends RankedProject {
  /** Nobody is right alone, and a mix is: the proof looks for it. */
  isMix: boolean;
  /** The suggestion is wrong here, and why: known, and no more than the user's question answers it. */
  mistaken?: string;
}

const GATE = 'node check.js';

async function projectOf(folder: string, library: Library): Promise<LibraryProject> {
  const { name, from, to, tests, leftOut = [], models, right, never, mistaken, more } = library;
  const runs = (test: string) => !leftOut.includes(test) && (tests?.includes(test) ?? true);
  const texts = async (release: Release) => withoutMatch(await readRelease(folder, release, runs));
  const [base, next] = [await texts(from), await texts(to)];
  const hidden = Object.entries(next).filter(([path]) => path.startsWith('test/'));
  return {
    name: `${name}: ${from} to ${to.split('-').at(-1)}`,
    base: { ...base, ...more, 'check.js': runTape('test') },
    gate: GATE,
    models: models(base, next),
    hidden: "import './hidden.cjs';\n",
    hiddenFiles: {
      'hidden.cjs': runTape('hidden'),
      ...Object.fromEntries(hidden.map(([path, text]) => [path.replace('test/', 'hidden/'), text])),
    },
    right,
    ...(never && { never }),
    ...(mistaken && { mistaken }),
    isMix: right.length === 0,
  };
}

/** This tape has no `match`. */
function withoutMatch(texts: Texts): Texts {
  const entries = Object.entries(texts).map(([path, text]) => [
    path,
    text.replaceAll(/t\.match\((.+?), (\/.+\/), /g, 't.ok($2.test($1), '),
  ]);
  return Object.fromEntries(entries);
}

const LIBRARIES = [fastq, redirections, unknown, values, pollution, comparator, comments, names];

/** @throws Error when the registry cannot be reached */
export async function libraryProjects(): Promise<[folder: string, LibraryProject[]]> {
  const folder = await librariesFolder();
  return [folder, await Promise.all(LIBRARIES.map((library) => projectOf(folder, library)))];
}
