/**
 * Names in lines of whatever language, by their words alone: which a line speaks of, and which it defines. Lines are
 * bytes, one character a byte, as patches have them.
 */

/** A name that a line defines. */
export interface Definition {
  name: string;
  indent: string;
  /** A value inside of something: nobody outside of its file can use it. */
  isLocal: boolean;
}

/** Shorter words are everywhere. */
const WORD = /[A-Za-z_$\x80-\xff][\w$\x80-\xff]{2,}/g;

/** Nobody defines anything farther to the right. */
const HEAD = 300;

const COMMENT = /^\s*(?:\/\/|\/\*|\*+(?:[\s/]|$)|#(?:[\s#!]|$)|--\s)/;
const NO_DEFINITION =
  /^\s*(?:import|from|use|using|include|require|return|await|throws?|new|yield|else|case|delete|raise|assert|print|puts|echo|go|defer|if|elif|for|while|goto|package)\b/;
const NAME = String.raw`(?:[\w$]+(?:\.|::?))*([\w$\x80-\xff]+)`;
const ACCESS =
  '(?:export|default|public|private|protected|internal|static|pub|final|readonly|declare|global|override)';

/** `export function name`, `func (r *R) name`, `class name`, `#define name`; `type name,` is part of an import. */
const KIND = new RegExp(
  String.raw`^([ \t]*)(?:[\w.!()-]+[ \t]+)*?(?:func|function\*?|fun|fn|def|defp|sub|proc|class|interface|struct|enum|trait|type|module|namespace|record|object|protocol|union|macro_rules!|#[ \t]*define)[ \t]+(?:\([^()]*\)[ \t]*)?${NAME}(?![\w$\x80-\xff])(?![ \t]*[,}])`,
);
/** `const name`, `pub static name: T =`, `name =`, `exports.name =`, `name :=`. */
const VALUE = new RegExp(
  String.raw`^([ \t]*)((?:${ACCESS}[ \t]+)*)(?:(?:const|let|var|val)[ \t]+(?:mut[ \t]+)?)?${NAME}[ \t]*(?::(?![:=])[^=]*)?(?::=|=(?![=>~]))`,
);
/** `name(a, b) {`: a method, or a function of the shell. */
const BARE = /^([ \t]*)()(?:async[ \t]+|[*])?([\w$\x80-\xff]+)[ \t]*(\().*\)[^(){};]*\{\s*$/;
/** `public static String name(`, `int name;`. */
const TYPED =
  /^([ \t]*)((?:(?:[\w$<>[\].*&]|::)+[ \t]+)+)[*&]*(?:[\w$]+(?:\.|::))*([\w$\x80-\xff]+)[ \t]*([(;[]|=(?!=))/;
const NO_NAME =
  /^(?:if|for|while|switch|catch|with|function|extends|implements|exports|return|typeof|default|class|of|in|do|then|super|constructor|init|__\w+__|\d.*|..?)$/;
const NO_TYPE = /\b(?:default|new|await|return|in|of|as|and|or|not|is|do|then|run|import|from)\b/;
const IS_ACCESS = new RegExp(String.raw`\b${ACCESS}\b`);

export function wordsIn(line: string): string[] {
  return line.match(WORD) ?? [];
}

export function isComment(line: string): boolean {
  return COMMENT.test(line);
}

/** The name that a line defines, where its words say so; null: none. */
export function definitionIn(line: string): Definition | null {
  const head = line.slice(0, HEAD);
  if (COMMENT.test(head) || NO_DEFINITION.test(head)) return null;
  const [, indent = '', name = ''] = KIND.exec(head) ?? [];
  const found = name === '' ? (valueIn(head) ?? typedIn(head)) : { indent, name, isLocal: false };
  return found === null || NO_NAME.test(found.name) ? null : found;
}

function valueIn(head: string): Definition | null {
  const [, indent = '', access, name = ''] = VALUE.exec(head) ?? [];
  return name === '' ? null : { indent, name, isLocal: indent !== '' && access === '' };
}

function typedIn(head: string): Definition | null {
  const [, indent = '', before = '', name = '', next] = BARE.exec(head) ?? TYPED.exec(head) ?? [];
  if (name === '' || NO_TYPE.test(before)) return null;
  const isMethod = next === '(' && /\{\s*$/.test(head);
  const isOpen = isMethod || indent === '' || IS_ACCESS.test(before);
  return next === '(' && !isOpen ? null : { indent, name, isLocal: !isOpen };
}

const PARAMETER =
  /[(,|][ \t]*(?:\.{3}|[*&]+|[\w$<>[\].]+[ \t]+)?([a-z_$][\w$]*)[ \t]*(?=[,:)=?|]|$)/g;

/** What a line that defines a function calls its parameters: of names inside of it they are the meaning. */
export function parametersIn(line: string): string[] {
  const head = line.slice(0, HEAD);
  const arrow = head.indexOf('=>');
  if (arrow < 0 && definitionIn(line) === null) return [];
  const end = arrow < 0 ? head.indexOf(')') + 1 : arrow;
  return [...head.slice(0, end).matchAll(PARAMETER)].map(([, name = '']) => name);
}
