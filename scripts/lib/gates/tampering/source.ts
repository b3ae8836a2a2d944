/** A program's text told apart into code, strings and comments, without a parser of its language. All linear. */

export type Language =
  | 'javascript'
  | 'python'
  | 'ruby'
  | 'elixir'
  | 'go'
  | 'rust'
  | 'java'
  | 'kotlin'
  | 'scala'
  | 'csharp'
  | 'php'
  | 'swift'
  | 'dart'
  | 'cpp'
  | 'shell';

export interface Comment {
  start: number;
  end: number;
}

export interface Source {
  language: Language;
  text: string;
  /** The text with its comments blank; all three texts are of the same length. */
  code: string;
  /** The code with the insides of its strings filled with `~`, line ends too: what is left of it is structure. */
  shape: string;
  comments: readonly Comment[];
}

const LANGUAGE_OF_EXTENSION: Record<string, Language> = Object.fromEntries(
  Object.entries({
    javascript: 'js mjs cjs jsx ts mts cts tsx',
    python: 'py pyi',
    ruby: 'rb rake',
    elixir: 'ex exs',
    go: 'go',
    rust: 'rs',
    java: 'java groovy gradle',
    kotlin: 'kt kts',
    scala: 'scala sc',
    csharp: 'cs',
    php: 'php',
    swift: 'swift',
    dart: 'dart',
    cpp: 'c cc cpp cxx h hh hpp hxx m mm',
    shell: 'sh bash zsh',
  } satisfies Record<Language, string>).flatMap(([language, extensions]) =>
    extensions.split(' ').map((extension) => [extension, language as Language]),
  ),
);

export function languageOf(path: string): Language | null {
  const extension = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(LANGUAGE_OF_EXTENSION, extension)
    ? (LANGUAGE_OF_EXTENSION[extension] ?? null)
    : null;
}

interface Lexis {
  lineComments: readonly string[];
  /** Between slash and star; `nested` where one may hold another. */
  blockComments: 'none' | 'plain' | 'nested';
  /** Quotes of strings that end with their line at the latest. */
  quotes: string;
  /** Quotes of strings that may go on over lines. */
  longQuotes: string;
  /** Three of the same quote delimit a long string. */
  triples: boolean;
}

const C_LIKE: Lexis = {
  lineComments: ['//'],
  blockComments: 'plain',
  quotes: `'"`,
  longQuotes: '',
  triples: false,
};
const NESTING: Lexis = { ...C_LIKE, blockComments: 'nested', triples: true };
const HASHED: Lexis = { ...C_LIKE, lineComments: ['#'], blockComments: 'none' };

const LEXIS: Record<Language, Lexis> = {
  javascript: C_LIKE,
  python: { ...HASHED, triples: true },
  ruby: HASHED,
  elixir: { ...HASHED, triples: true },
  go: C_LIKE,
  rust: { ...NESTING, quotes: '', longQuotes: '"', triples: false },
  java: { ...C_LIKE, triples: true },
  kotlin: NESTING,
  scala: { ...NESTING, quotes: '"' },
  csharp: { ...C_LIKE, triples: true },
  php: { ...C_LIKE, lineComments: ['//', '#'], quotes: '', longQuotes: `'"` },
  swift: { ...NESTING, quotes: '"' },
  dart: { ...NESTING },
  cpp: C_LIKE,
  shell: { ...HASHED, quotes: '', longQuotes: `'"` },
};

interface Span {
  start: number;
  end: number;
  comment: boolean;
}

/** The text of a program, ready to be looked at; damaged text gives some answer, in time. */
export function scanSource(text: string, language: Language): Source {
  const spans = new Scanner(text, language).spans();
  return {
    language,
    text,
    code: masked(text, spans, false),
    shape: masked(text, spans, true),
    comments: spans.filter(({ comment }) => comment),
  };
}

function masked(text: string, spans: readonly Span[], strings: boolean): string {
  const pieces: string[] = [];
  let at = 0;
  for (const { start, end, comment } of spans) {
    if (!comment && !strings) continue;
    pieces.push(text.slice(at, start));
    // A blank comment keeps its line ends; a string of many lines is one thing on one line.
    if (comment) pieces.push(blank(text.slice(start, end)));
    else pieces.push('~'.repeat(end - start));
    at = end;
  }
  pieces.push(text.slice(at));
  return pieces.join('');
}

function blank(comment: string): string {
  return comment
    .split('\n')
    .map((line) => ' '.repeat(line.length))
    .join('\n');
}

const HEREDOC = /<<(?:[~-]|<[ \t]?)?(['"]?)([A-Z_]\w{0,60})\1/y;
const RAW_RUST = /b?r(#{0,20})"/y;
const CHARACTER = /'(?:\\[^\n]{1,10}?|[^\\'\n])'/y;
const RAW_CPP = /R"([^()\\\s]{0,16})\(/y;
const WORD_BEFORE = /(?:^|[^\w$.])(?:return|typeof|case|in|of|await|yield|void|delete|else|do)$/;

class Scanner {
  readonly #text: string;
  readonly #language: Language;
  readonly #lexis: Lexis;
  readonly #spans: Span[] = [];
  /** How deep in braces each open template literal was, when its code began. */
  readonly #templates: number[] = [];
  /** Up to where it is known that no such delimiter closes: no line is searched twice for what is not there. */
  readonly #unclosed = new Map<string, number>();
  #braces = 0;
  #at = 0;
  /** The last character that is neither blank nor in a comment. */
  #last = -1;
  #heredocs = true;
  #heredoc: { word: string } | null = null;

  constructor(text: string, language: Language) {
    this.#text = text;
    this.#language = language;
    this.#lexis = LEXIS[language];
  }

  spans(): Span[] {
    while (this.#at < this.#text.length) this.#step();
    return this.#spans;
  }

  #step(): void {
    const character = this.#text[this.#at] ?? '';
    if (character === '\n') {
      this.#lineEnd();
      return;
    }
    if (character === ' ' || character === '\t' || character === '\r') {
      this.#at++;
      return;
    }
    if (this.#comment(character) || this.#special(character) || this.#string(character)) return;
    this.#last = this.#at;
    // An escaped character is never a delimiter.
    this.#at += character === '\\' && this.#text[this.#at + 1] !== '\n' ? 2 : 1;
  }

  #lineEnd(): void {
    this.#at++;
    if (this.#heredoc === null) return;
    const { word } = this.#heredoc;
    this.#heredoc = null;
    const closing = new RegExp(`^[ \\t]{0,80}${word}\\b`, 'm');
    const found = this.#text.slice(this.#at).search(closing);
    // One that never ends would otherwise be looked for from every other one.
    if (found < 0) this.#heredocs = false;
    else this.#add(this.#at, this.#at + found, false);
  }

  #add(start: number, end: number, comment: boolean): void {
    if (end > start) this.#spans.push({ start, end, comment });
    this.#at = end;
  }

  #startsWith(word: string): boolean {
    return this.#text.startsWith(word, this.#at);
  }

  #comment(character: string): boolean {
    if (!'/#='.includes(character)) return false;
    const { lineComments, blockComments } = this.#lexis;
    if (lineComments.some((word) => this.#startsWith(word)) && !this.#isNoHash(character)) {
      const end = this.#text.indexOf('\n', this.#at);
      this.#add(this.#at, end < 0 ? this.#text.length : end, true);
      return true;
    }
    if (blockComments !== 'none' && this.#startsWith('/*')) {
      this.#add(this.#at, this.#blockEnd(blockComments === 'nested'), true);
      return true;
    }
    const starts = this.#at === 0 || this.#text[this.#at - 1] === '\n';
    if (this.#language === 'ruby' && starts && this.#startsWith('=begin')) {
      const end = this.#text.indexOf('\n=end', this.#at);
      this.#add(this.#at, end < 0 ? this.#text.length : end + 5, true);
      return true;
    }
    return false;
  }

  /** `#{}` inserts, `#[]` is an attribute of PHP, `$#` and `a#b` are words of a shell. */
  #isNoHash(character: string): boolean {
    if (character !== '#') return false;
    const next = this.#text[this.#at + 1];
    if (this.#language === 'php') return next === '[';
    if (this.#language === 'shell') return !/[\s;]/.test(this.#text[this.#at - 1] ?? ' ');
    return this.#language === 'ruby' && next === '{';
  }

  #blockEnd(nested: boolean): number {
    const delimiter = /\/\*|\*\//g;
    delimiter.lastIndex = this.#at + 2;
    for (let depth = 1; ; ) {
      const found = delimiter.exec(this.#text);
      if (found === null) return this.#text.length;
      if (found[0] === '*/') depth--;
      else if (nested) depth++;
      if (depth === 0) return delimiter.lastIndex;
    }
  }

  /** What only one language or two have. */
  #special(character: string): boolean {
    switch (this.#language) {
      case 'javascript':
        return this.#template(character) || (character === '/' && this.#regex());
      case 'go':
        return character === '`' && this.#raw(this.#at + 1, '`');
      case 'rust':
        return this.#rawRust(character) || (character === "'" && this.#character());
      case 'scala':
        return character === "'" && this.#character();
      case 'csharp':
        return this.#startsWith('@"') && this.#verbatim();
      case 'cpp':
        return character === 'R' && this.#rawCpp();
      case 'ruby':
        return (character === '<' && this.#openHeredoc()) || (character === '/' && this.#regex());
      case 'php':
      case 'shell':
        return character === '<' && this.#openHeredoc();
      default:
        return false;
    }
  }

  #template(character: string): boolean {
    if (character === '{') this.#braces++;
    if (character === '}') {
      if (this.#templates.at(-1) === this.#braces) {
        this.#templates.pop();
        this.#templateText(this.#at);
        return true;
      }
      this.#braces--;
    }
    if (character !== '`') return false;
    this.#templateText(this.#at + 1);
    return true;
  }

  #templateText(start: number): void {
    let end = start;
    for (; end < this.#text.length; end++) {
      const character = this.#text[end];
      if (character === '\\') end++;
      else if (character === '`') break;
      else if (character === '$' && this.#text[end + 1] === '{') {
        this.#templates.push(this.#braces);
        this.#add(start, end + 2, false);
        this.#last = -1;
        return;
      }
    }
    this.#add(start, Math.min(end, this.#text.length), false);
    this.#last = this.#at++;
  }

  #regex(): boolean {
    if (this.#at < (this.#unclosed.get('/') ?? 0) || !this.#isOperandNext()) return false;
    let inClass = false;
    for (let end = this.#at + 1; ; end++) {
      const character = this.#text[end];
      if (character === undefined || character === '\n') {
        this.#unclosed.set('/', end);
        return false;
      }
      if (character === '\\') end++;
      else if (character === '[') inClass = true;
      else if (character === ']') inClass = false;
      else if (character === '/' && !inClass) {
        this.#add(this.#at + 1, end, false);
        this.#last = this.#at++;
        return true;
      }
    }
  }

  /** Whether a slash here begins a regular expression: no value stands before it that could be divided. */
  #isOperandNext(): boolean {
    if (this.#last < 0) return true;
    const before = this.#text[this.#last] ?? '';
    if (!/[\w$)\]'"`]/.test(before)) return true;
    return WORD_BEFORE.test(this.#text.slice(Math.max(0, this.#last - 10), this.#last + 1));
  }

  #raw(start: number, closing: string): boolean {
    const end = this.#text.indexOf(closing, start);
    this.#add(start, end < 0 ? this.#text.length : end, false);
    this.#last = this.#at;
    this.#at += closing.length;
    return true;
  }

  #matchHere(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text);
  }

  #rawRust(character: string): boolean {
    if (character !== 'r' && character !== 'b') return false;
    if (/\w/.test(this.#text[this.#at - 1] ?? '')) return false;
    const match = this.#matchHere(RAW_RUST);
    return match !== null && this.#raw(this.#at + match[0].length, `"${match[1]}`);
  }

  /** `'a'`, and not the lifetime `'a`. */
  #character(): boolean {
    const match = this.#matchHere(CHARACTER);
    if (match === null) return false;
    this.#add(this.#at + 1, this.#at + match[0].length - 1, false);
    this.#last = this.#at++;
    return true;
  }

  #rawCpp(): boolean {
    const match = this.#matchHere(RAW_CPP);
    return match !== null && this.#raw(this.#at + match[0].length, `)${match[1]}"`);
  }

  #verbatim(): boolean {
    let end = this.#at + 2;
    for (; end < this.#text.length; end++) {
      if (this.#text[end] !== '"') continue;
      if (this.#text[end + 1] !== '"') break;
      end++;
    }
    this.#add(this.#at + 2, Math.min(end, this.#text.length), false);
    this.#last = this.#at++;
    return true;
  }

  #openHeredoc(): boolean {
    if (!this.#heredocs) return false;
    const match = this.#matchHere(HEREDOC);
    if (match === null) return false;
    this.#heredoc ??= { word: match[2] ?? '' };
    this.#at += match[0].length;
    return true;
  }

  #string(character: string): boolean {
    const { quotes, longQuotes, triples } = this.#lexis;
    const isLong = longQuotes.includes(character);
    if (!isLong && !quotes.includes(character)) return false;
    const triple = character.repeat(3);
    if (triples && this.#startsWith(triple)) return this.#escaped(this.#at + 3, triple, true);
    return this.#escaped(this.#at + 1, character, isLong);
  }

  #escaped(start: number, closing: string, long: boolean): boolean {
    if (this.#at < (this.#unclosed.get(closing) ?? 0)) return false;
    let end = start;
    for (; end < this.#text.length; end++) {
      const character = this.#text[end];
      if (character === '\\') end++;
      else if (character === '\n' && !long) break;
      else if (character === closing[0] && this.#text.startsWith(closing, end)) {
        this.#add(start, end, false);
        this.#at += closing.length;
        this.#last = this.#at - 1;
        return true;
      }
    }
    // An apostrophe in running text, or damage: it is then a character like others.
    this.#unclosed.set(closing, end);
    return false;
  }
}
