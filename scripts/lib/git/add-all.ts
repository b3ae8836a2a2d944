/** All that lies in a working tree, added to an index: the one way in which what lies there becomes a tree. */
import { Failure } from '../errors.ts';
import { git, type TrustedPlace } from './git.ts';
import { joinNul, type RawPath, splitNul } from './paths.ts';

type Env = { GIT_INDEX_FILE: string };

/**
 * Adds what is changed, new or gone; what is ignored and not tracked is left out.
 * @param without files and folders that stay as the index has them
 * @throws Failure `git-failed`
 */
export async function addAll(
  place: TrustedPlace,
  env: Env,
  without: readonly RawPath[],
  signal?: AbortSignal,
): Promise<void> {
  const pathspecs = [':/', ...without.map((path) => `:(top,exclude,literal)${path}`)];
  // --sparse: what lies outside of a sparse checkout counts as soon as it lies there.
  const words = ['add', '--all', '--sparse', '--pathspec-from-file=-', '--pathspec-file-nul'];
  const options = { env, input: joinNul(pathspecs), answers: [0, 1], ...(signal && { signal }) };
  const { exitCode, stderr } = await git(place, words, options);
  // All is added then, but git finds it worth a failure that an excluded path was ignored anyway.
  if (exitCode === 0 || stderr.startsWith('The following paths are ignored')) return;
  throw new Failure({
    code: 'git-failed',
    message: `git add failed in ${place.directory}: ${stderr.trim().split('\n').at(-1)}`,
    hint: 'Run the same script with --trace to see the git commands; the repository itself was left as it is.',
    details: { args: words, directory: place.directory, stderr: stderr.slice(-2000) },
  });
}

/** Those of the paths that are not ignored; what is tracked never is. No path may lie in a submodule. */
export async function notIgnored(
  place: TrustedPlace,
  env: Env,
  paths: readonly RawPath[],
  more: readonly string[],
): Promise<RawPath[]> {
  if (paths.length === 0) return [];
  const words = ['check-ignore', ...more, '-z', '--stdin'];
  const options = { env, input: joinNul(paths), answers: [0, 1] };
  const ignored = new Set(splitNul((await git(place, words, options)).stdout));
  return paths.filter((path) => !ignored.has(path));
}
