/** Which lockfiles belong to which manifests. */

interface Family {
  manifest: string;
  lockfiles: readonly string[];
  /** One lockfile at the top of a workspace stands for the manifests of all its packages. */
  hasWorkspaces: boolean;
}

const FAMILIES: readonly Family[] = [
  {
    manifest: 'package.json',
    lockfiles: [
      'package-lock.json',
      'npm-shrinkwrap.json',
      'yarn.lock',
      'pnpm-lock.yaml',
      'bun.lock',
      'bun.lockb',
    ],
    hasWorkspaces: true,
  },
  {
    manifest: 'pyproject.toml',
    lockfiles: ['poetry.lock', 'uv.lock', 'pdm.lock'],
    hasWorkspaces: true,
  },
  { manifest: 'Pipfile', lockfiles: ['Pipfile.lock'], hasWorkspaces: false },
  { manifest: 'go.mod', lockfiles: ['go.sum'], hasWorkspaces: false },
  { manifest: 'Cargo.toml', lockfiles: ['Cargo.lock'], hasWorkspaces: true },
  { manifest: 'Gemfile', lockfiles: ['Gemfile.lock'], hasWorkspaces: false },
  { manifest: 'composer.json', lockfiles: ['composer.lock'], hasWorkspaces: false },
];

/** The lockfiles that a manifest may have, those of its own folder first, then of the folders around it. */
export function lockfilesOf(manifestPath: string): string[] {
  const { folder, name } = split(manifestPath);
  const family = FAMILIES.find(({ manifest }) => manifest === name);
  if (family === undefined) return [];
  const folders = family.hasWorkspaces ? [folder, ...foldersAround(folder)] : [folder];
  return folders.flatMap((one) => family.lockfiles.map((lockfile) => `${one}${lockfile}`));
}

/** The manifest beside a lockfile; those of a workspace's packages are found the other way, by lockfilesOf(). */
export function manifestsOf(lockfilePath: string): string[] {
  const { folder, name } = split(lockfilePath);
  return FAMILIES.filter(({ lockfiles }) => lockfiles.includes(name)).map(
    ({ manifest }) => `${folder}${manifest}`,
  );
}

export function isLockfile(path: string): boolean {
  return manifestsOf(path).length > 0;
}

/** A folder ends in its slash; the top is empty. */
function split(path: string): { folder: string; name: string } {
  const end = path.lastIndexOf('/') + 1;
  return { folder: path.slice(0, end), name: path.slice(end) };
}

/** `a/b/c/` -> `a/b/`, `a/`, and the top. */
function foldersAround(folder: string): string[] {
  const steps = folder.split('/').slice(0, -1);
  return steps.map((_, index) =>
    steps
      .slice(0, steps.length - 1 - index)
      .map((step) => `${step}/`)
      .join(''),
  );
}
