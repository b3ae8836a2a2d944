import { folderOf, pathFrom } from './repository-path.ts';
import type { ImportContext, ResolvedImport } from './resolve-import.ts';

/** A package is a folder of a module (Go Modules Reference, "Module paths"); of modules in each other, the inner one's. */
export function resolveGo(
  fromPath: string,
  specifier: string,
  { has, goModules }: ImportContext,
): ResolvedImport {
  if (/^\.\.?(?:\/|$)/.test(specifier)) return folder(pathFrom(folderOf(fromPath), specifier), has);
  const [owner] = goModules
    .filter(({ module }) => specifier === module || specifier.startsWith(`${module}/`))
    .sort((one, other) => other.module.length - one.module.length);
  if (owner !== undefined)
    return folder(pathFrom(owner.dir, specifier.slice(owner.module.length + 1)), has);
  // Only a module's path begins with a domain; the standard library's packages do not.
  const [first = ''] = specifier.split('/', 1);
  return first.includes('.') ? { kind: 'package', name: specifier } : { kind: 'builtin' };
}

function folder(path: string | null, has: ImportContext['has']): ResolvedImport {
  if (path === null) return { kind: 'unknown' };
  return path === '' || has(path)
    ? { kind: 'file', path }
    : { kind: 'missing-file', candidates: [path] };
}
