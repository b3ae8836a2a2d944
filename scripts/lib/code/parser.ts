/** Text in, syntax tree out. The parser (WebAssembly) is loaded when the first file is parsed: few scripts need it. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as TreeSitter from '@vscode/tree-sitter-wasm';
import { skillFolder } from '../skill-folder.ts';
import type { Language } from './code-facts.ts';
import { SyntaxNode } from './syntax.ts';

export interface Limits {
  bytes: number;
  /**
   * Of the processor's time: what else runs on the machine makes no difference. Asked between the parser's steps, of
   * which one can take seconds where the text is made for that.
   */
  milliseconds: number;
  /** Of the parser's tree, punctuation too. Code has one for two to six bytes, text that is made for it two a byte. */
  nodes: number;
}

const LIMITS: Limits = { bytes: 1_000_000, milliseconds: 5000, nodes: 1_000_000 };
/** Pages of 64 KB: 32 MB, which is enough for 1 MB of code, up to 256 MB; text that is no code would take 2 GB. */
const MEMORY = { initial: 512, maximum: 4096 };
const PACKAGE = '@vscode/tree-sitter-wasm';

interface Runtime {
  library: typeof TreeSitter;
  folder: string;
  parsers: Map<Language, Promise<TreeSitter.Parser>>;
  /** It ran out of memory: nothing in it can be used again. */
  isOver: boolean;
}

/** Node has it; neither `lib` nor @types/node 20 declares it. */
declare const WebAssembly: {
  Memory: new (pages: { initial: number; maximum: number }) => object;
  RuntimeError: ErrorConstructor;
};

let runtime: Promise<Runtime> | null = null;

export interface Parsed {
  root: SyntaxNode;
  /** Some of the text is no code of the language. */
  isDamaged: boolean;
}

/** The tree of a text; null: larger, slower or hungrier than the limits allow. */
export async function parse(
  language: Language,
  text: string,
  limits: Limits = LIMITS,
): Promise<Parsed | null> {
  if (Buffer.byteLength(text) > limits.bytes) return null;
  const { parser, owner } = await loaded(language);
  // Another call may have worn it out meanwhile; from here on nothing waits, and no other call comes between.
  if (owner.isOver) return parse(language, text, limits);
  try {
    return parseWithin(parser, sourceOf(language, text), limits);
  } catch (error) {
    // Out of memory, or of stack: nothing in WebAssembly's memory can be used again.
    const isOver = error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
    if (!isOver) throw error;
    owner.isOver = true;
    runtime = null;
    return null;
  }
}

/** A byte order mark is no code; Go's grammar wants the last line to end, Go does not. */
function sourceOf(language: Language, text: string): string {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  return language === 'go' && !source.endsWith('\n') ? `${source}\n` : source;
}

function parseWithin(
  parser: TreeSitter.Parser,
  source: string,
  { milliseconds, nodes }: Limits,
): Parsed | null {
  const start = process.cpuUsage();
  // Its declaration says void; a true answer ends the parsing (web-tree-sitter's documentation).
  const progressCallback = () => {
    const { user, system } = process.cpuUsage(start);
    return user + system >= milliseconds * 1000;
  };
  const tree = parser.parse(source, null, { progressCallback });
  if (tree === null) {
    // Else it would go on with this text at the next.
    parser.reset();
    return null;
  }
  const { descendantCount, hasError } = tree.rootNode;
  const root = descendantCount > nodes ? null : plainTree(tree, source);
  // It lies in a memory that JavaScript does not clean up; where that is worn out, it goes as a whole.
  tree.delete();
  return root === null ? null : { root, isDamaged: hasError };
}

async function loaded(language: Language) {
  runtime ??= loadRuntime();
  const owner = await runtime;
  const parser = owner.parsers.get(language) ?? newParser(owner, language);
  owner.parsers.set(language, parser);
  return { owner, parser: await parser };
}

async function newParser({ library, folder }: Runtime, language: Language) {
  const grammar = await library.Language.load(join(folder, `tree-sitter-${language}.wasm`));
  return new library.Parser().setLanguage(grammar);
}

/**
 * Loaded from the skill's own modules, never bundled: it finds its .wasm files beside itself. Each time anew, because it
 * keeps its memory in variables of its module.
 */
async function loadRuntime(): Promise<Runtime> {
  const require = createRequire(import.meta.url);
  // Beside the compiled copy, or in the skill's own folder, which may be another place (launch/prepare.mjs).
  const file = require.resolve(PACKAGE, {
    paths: [dirname(fileURLToPath(import.meta.url)), skillFolder],
  });
  const library = require(file) as typeof TreeSitter;
  delete require.cache[file];
  const options = {
    locateFile: (name: string) => join(dirname(file), name),
    wasmMemory: new WebAssembly.Memory(MEMORY),
    // What it has to say when it ends is the error's message too.
    print: () => {},
    printErr: () => {},
  };
  await library.Parser.init(options);
  return { library, folder: dirname(file), parsers: new Map(), isOver: false };
}

function plainTree(tree: TreeSitter.Tree, source: string): SyntaxNode {
  const { types, fields, named } = namesOf(tree.language);
  const cursor = tree.walk();
  const read = (parent: SyntaxNode | null, typeId: number): SyntaxNode => {
    const type = types[typeId] ?? 'ERROR';
    const field = fields[cursor.currentFieldId] ?? null;
    const node = new SyntaxNode(type, field, cursor.startIndex, cursor.endIndex, parent, source);
    parent?.add(node);
    return node;
  };
  const root = read(null, cursor.nodeTypeId);
  // `parent` is the node that the cursor's siblings belong to; tokens without a name have nothing below them.
  let parent = root;
  let isInside = cursor.gotoFirstChild();
  while (isInside) {
    const typeId = cursor.nodeTypeId;
    const node = named[typeId] === false ? null : read(parent, typeId);
    if (node !== null && cursor.gotoFirstChild()) {
      parent = node;
      continue;
    }
    while (isInside && !cursor.gotoNextSibling()) {
      isInside = parent !== root && cursor.gotoParent();
      parent = parent.parent ?? root;
    }
  }
  cursor.delete();
  return root;
}

interface GrammarNames {
  types: string[];
  fields: (string | null)[];
  named: boolean[];
}

const grammarNames = new WeakMap<TreeSitter.Language, GrammarNames>();

/** Read once for a grammar: asking for each node takes most of the time. */
function namesOf(grammar: TreeSitter.Language): GrammarNames {
  const known = grammarNames.get(grammar);
  if (known !== undefined) return known;
  const { types, fields } = grammar;
  const names = { types, fields, named: types.map((_, id) => grammar.nodeTypeIsNamed(id)) };
  grammarNames.set(grammar, names);
  return names;
}
