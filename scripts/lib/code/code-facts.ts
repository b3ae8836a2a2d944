/** What one source file offers and what it needs, as its parser reads it. */
export type Language = 'typescript' | 'tsx' | 'javascript' | 'python' | 'go';

export interface Import {
  /** As written: `./a.ts`, `lodash/fp`, `..pkg.mod`, `example.com/mod/pkg`. */
  specifier: string;
  /**
   * What is taken from it, by the names that the other file gives them; `*` for all of it, `default` for the default export.
   * Of a namespace or module the members that are taken by name follow the `*`; of a Go package they stand alone.
   */
  names: string[];
  /** From 1. */
  line: number;
}

export interface Export {
  name: string;
  /** One line, white space squeezed, without the body: two equal ones are the same promise to callers. */
  signature: string;
}

export interface CodeFacts {
  language: Language;
  /** Imports, requires, dynamic imports with a literal name, and re-exports. */
  imports: Import[];
  /** Public names; in Go those with a capital letter, in Python those of `__all__`, or else without a leading underscore. */
  exports: Export[];
  /** Specifiers of `export * from` and `from x import *`: what they export is exported here too. */
  passedOn: string[];
  /** Every name declared at the top level, public or not; in Python, imports declare names too. Methods in Go: `Type.Method`. */
  declares: string[];
  /** Names used anywhere in the file, those declared in it left out: imports', the package's, globals. In Go also `pkg.Name`. */
  uses: string[];
  /** The parser found text that is no code of the language: what it read is not the whole. */
  isDamaged: boolean;
}
