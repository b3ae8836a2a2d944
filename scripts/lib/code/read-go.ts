import type { CodeFacts, Import } from './code-facts.ts';
import { freeNames, type Names } from './free-names.ts';
import { declarationsOf } from './go-declarations.ts';
import { GO_NAMES } from './go-names.ts';
import { signaturesByName } from './signature.ts';
import { childOf, childrenOf, lineCounter, type SyntaxNode } from './syntax.ts';

interface GoImport extends Import {
  /** By what the file may call the package: its own path does not say for sure. */
  local: string[];
}

/** Go's packages: what is public has a capital letter; other files of the package need no import. */
export function readGo(root: SyntaxNode): Omit<CodeFacts, 'language' | 'isDamaged'> {
  const { free } = freeNames(root, GO_NAMES);
  const imports = readImports(root, free);
  const declared = signaturesByName(root.children.flatMap(declarationsOf));
  return {
    imports: imports.map(({ specifier, names, line }) => ({ specifier, names, line })),
    exports: [...declared]
      .filter(([name]) => isExported(name))
      .map(([name, signature]) => ({ name, signature })),
    passedOn: [],
    declares: [...declared.keys()],
    uses: usesOf(free, new Set(imports.flatMap(({ local }) => local))),
  };
}

/** A method is public if its type is too. */
function isExported(name: string): boolean {
  return name.split('.').every((part) => /^\p{Lu}/u.test(part));
}

/** Names of this package as they are, names of others as `pkg.Name`. */
function usesOf(free: Names, packages: ReadonlySet<string>): string[] {
  const uses: string[] = [];
  for (const [name, members] of free) {
    if (name === '_') continue;
    if (!packages.has(name)) uses.push(name);
    for (const member of members) uses.push(`${name}.${member}`);
  }
  return uses;
}

function readImports(root: SyntaxNode, used: Names): GoImport[] {
  const lineOf = lineCounter(root.source);
  const declarations = childrenOf(root, 'import_declaration');
  const specs = declarations.flatMap((it) => [
    ...childrenOf(it, 'import_spec'),
    ...childrenOf(it, 'import_spec_list').flatMap((list) => childrenOf(list, 'import_spec')),
  ]);
  return specs.map((spec) => {
    const specifier = childOf(spec, 'path')?.text.slice(1, -1) ?? '';
    const alias = childOf(spec, 'name')?.text ?? null;
    const local = alias === null ? packageNames(specifier) : [alias];
    return { specifier, names: takenNames(alias, local, used), line: lineOf(spec.start), local };
  });
}

function takenNames(alias: string | null, local: readonly string[], used: Names): string[] {
  if (alias === '_') return [];
  const name = local.find((it) => used.has(it));
  // `.`, or a package that is not called as its path says.
  if (alias === '.' || name === undefined) return ['*'];
  return [...(used.get(name) ?? [])];
}

/** What a package at this path may be called: `yaml` at `gopkg.in/yaml.v3`, `redis` at `github.com/redis/go-redis/v9`. */
function packageNames(path: string): string[] {
  const parts = path.split('/').filter((part) => !/^v\d+$/.test(part));
  const last = parts.at(-1) ?? path;
  const plain = last.replace(/\.v\d+$/, '');
  const short = plain.replace(/^go-|[-.]go$/g, '');
  return [
    ...new Set([
      last,
      plain,
      short,
      short.replace(/[-.]/g, ''),
      short.split(/[-.]/).at(-1) ?? short,
    ]),
  ];
}
