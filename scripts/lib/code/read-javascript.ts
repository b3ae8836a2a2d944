import type { CodeFacts } from './code-facts.ts';
import { freeNames } from './free-names.ts';
import { type Declaration, declarationsOf } from './javascript-declarations.ts';
import { offeredBy } from './javascript-exports.ts';
import { readJavaScriptImports } from './javascript-imports.ts';
import { JAVASCRIPT_NAMES } from './javascript-names.ts';
import { signaturesByName } from './signature.ts';
import type { SyntaxNode } from './syntax.ts';

/** Of JavaScript and TypeScript, with JSX or without. */
export function readJavaScript(root: SyntaxNode): Omit<CodeFacts, 'language' | 'isDamaged'> {
  const { free, own } = freeNames(root, JAVASCRIPT_NAMES);
  const { imports, local } = readJavaScriptImports(root, new Map([...free, ...own]));
  const declarations = root.children.flatMap((statement) => declarationsOf(statement));
  const declared = signaturesByName(seenByCallers(declarations));
  const known = { declared, imported: local };
  const offers = root.children.map((statement) => offeredBy(statement, known));
  const exports = signaturesByName(offers.flatMap((offer) => offer.exports));
  return {
    imports,
    exports: [...exports].map(([name, signature]) => ({ name, signature })),
    passedOn: [...new Set(offers.flatMap(({ passedOn }) => passedOn))],
    declares: [...declared.keys()],
    uses: [...free.keys()],
  };
}

/** Where a function has overloads, callers do not see the function behind them. */
function seenByCallers(declarations: readonly Declaration[]): Declaration[] {
  const overloaded = new Set(
    declarations.filter(({ type }) => type === 'function_signature').map(({ name }) => name),
  );
  return declarations.filter(
    ({ name, type }) => !type.endsWith('function_declaration') || !overloaded.has(name),
  );
}
