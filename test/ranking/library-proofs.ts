/** Releases where the others' tests prove a popular mistake, and where the task changes what base's tests pin. */
import { edited, type Library, tapeFile } from './library.ts';

/** Three put the one prototype more beside the others, where assigning to it does nothing. */
export const pollution: Library = {
  name: 'a popular mistake against what the matrix proves',
  from: 'minimist-1.2.5',
  to: 'minimist-1.2.6',
  right: ['d', 'e'],
  models: ({ 'index.js': index, 'readme.markdown': readme }, next) => {
    const parse = "var parse = require('../');";
    const evil = "parse(['--_.concat.constructor.prototype.y', '123']);";
    const harmless = tapeFile(parse, {
      'a function as constructor': `var argv = ${evil}\n  t.equal(argv.y, undefined);\n  t.equal({}.y, undefined);`,
    });
    const strings = '                || o[key] === String.prototype) o[key] = {};\n';
    return {
      a: {
        'index.js': edited(index, [
          strings,
          '                || o[key] === String.prototype || o[key] === Function.prototype) o[key] = {};\n',
        ]),
        'test/constructor.js': harmless,
      },
      b: {
        'index.js': edited(index, [
          strings,
          `${strings}            if (o[key] === Function.prototype) o[key] = {};\n`,
        ]),
        'readme.markdown': edited(readme, ['1.2.3 or later', '1.2.6 or later']),
      },
      c: {
        'index.js': edited(index, [
          strings,
          '                || o[key] === String.prototype\n                || o[key] === Function.prototype) o[key] = {};\n',
        ]),
      },
      d: {
        'index.js': next['index.js'] ?? '',
        'readme.markdown': next['readme.markdown'] ?? '',
        'test/functions.js': tapeFile(parse, {
          'functions get no properties': `${evil}\n  t.equal((function () {}).y, undefined);\n  delete Function.prototype.y;`,
        }),
      },
      e: {
        'index.js': edited(index, [
          '            o = o[key];\n        }\n\n        var key',
          "            o = o[key];\n            if (typeof o === 'function') return;\n        }\n\n        var key",
        ]),
        'test/walk.js': tapeFile(parse, {
          'it does not walk into functions':
            "parse(['--_.push.constructor.prototype.z', 'bar']);\n  t.equal(parse.z, undefined);\n  delete Function.prototype.z;",
        }),
      },
    };
  },
};

/** The comparator that takes two parameters is to get two. */
export const comparator: Library = {
  name: 'the many give it to all, the two that read on do not',
  from: 'json-stable-stringify-1.0.2',
  to: 'json-stable-stringify-1.1.0',
  right: ['d', 'e'],
  models: ({ 'index.js': index, 'README.md': readme }, next) => {
    const stringify = "var stringify = require('../');";
    const call = '\t\t\t\treturn f(aobj, bobj);\n';
    return {
      a: {
        'index.js': edited(index, [
          call,
          '\t\t\t\treturn f(aobj, bobj, { get: function (key) { return node[key]; } });\n',
        ]),
      },
      b: {
        'index.js': edited(index, [
          call,
          '\t\t\t\tvar get = function (k) { return node[k]; };\n\t\t\t\treturn f(aobj, bobj, { get: get });\n',
        ]),
        'README.md': edited(readme, [
          '{ key: bkey, value: bvalue })',
          '{ key: bkey, value: bvalue }, { get(key) })',
        ]),
      },
      c: {
        'index.js': edited(
          index,
          [call, '\t\t\t\treturn f(aobj, bobj, options);\n'],
          [
            '\t\treturn function (node) {\n',
            '\t\treturn function (node) {\n\t\t\tvar options = { get: function get(key) { return node[key]; } };\n',
          ],
        ),
      },
      d: {
        'index.js': next['index.js'] ?? '',
        'package.json': next['package.json'] ?? '',
        'README.md': next['README.md'] ?? '',
        'test/two.js': tapeFile(stringify, {
          'two parameters get two':
            'stringify({ a: 1, b: 2 }, function (a, b) { t.equal(arguments[2], undefined); return 0; });',
        }),
      },
      e: {
        'index.js': edited(
          index,
          [call, '\t\t\t\treturn get ? f(aobj, bobj, { get: get }) : f(aobj, bobj);\n'],
          [
            '\t\treturn function (node) {\n',
            '\t\treturn function (node) {\n\t\t\tvar get = f.length > 2 && function (key) { return node[key]; };\n',
          ],
        ),
        'test/arity.js': tapeFile(stringify, {
          'nothing more for who does not ask':
            'var seen = [];\n  stringify({ a: 1, b: 2 }, function (a, b) { seen.push(arguments[2]); return 0; });\n  t.same(seen, [undefined]);',
        }),
      },
    };
  },
};

const COMMENT = "{ comment: s.slice(i + 1) + match.slice(j + 1).join(' ') }";

/** Comments are to stay as they are written: base's tests want their first space gone. */
export const comments: Library = {
  name: 'the task changes what tests of base pin, in one place',
  from: 'shell-quote-1.8.0',
  to: 'shell-quote-1.8.1',
  right: ['claude', 'gpt'],
  mistaken: 'no test of another has two spaces',
  models: ({ 'parse.js': parse, 'README.md': readme, 'test/comment.js': comment }, next) => {
    const start = 'function parseInternal(s, env, opts) {\n';
    const escaped: [string, string][] = [
      ["'(' + BAREWORD + '|'", "'(' + bareword + '|'"],
      [
        '\tvar chunker',
        "\tvar bareword = '(\\\\' + ((opts && opts.escape) || '\\\\') + BAREWORD.slice(3);\n\tvar chunker",
      ],
    ];
    return {
      claude: {
        'parse.js': next['parse.js'] ?? '',
        'test/comment.js': edited(
          comment,
          [
            "parse('beep # boop'), ['beep', { comment: 'boop' }]",
            "parse('beep # boop'), ['beep', { comment: ' boop' }]",
          ],
          ["{ comment: '> ", "{ comment: ' > "],
          ['{ comment: \'"> ', '{ comment: \' "> '],
        ),
      },
      gpt: {
        'parse.js': edited(
          parse,
          [start, start.replace('(s,', '(text,')],
          [
            's.match(chunker).filter(Boolean)',
            'Array.from(text.matchAll(chunker)).filter(function (found) { return found[0]; })',
          ],
          [
            'match.map(function (s, j) {\n',
            'match.map(function (found) {\n\t\tvar s = found[0];\n',
          ],
          [COMMENT, '{ comment: text.slice(found.index + i + 1) }'],
          ...escaped,
        ),
        'README.md': edited(readme, ["{ comment: '> kaboom' }", "{ comment: ' > kaboom' }"]),
      },
      // What it leaves as it was is what it should change.
      gemini: { 'parse.js': edited(parse, ...escaped) },
      // Two spaces become one.
      qwen: {
        'parse.js': edited(
          parse,
          [COMMENT, "{ comment: [s.slice(i + 1)].concat(match.slice(j + 1)).join(' ') }"],
          ...escaped,
        ),
        'test/space.js': tapeFile("var parse = require('../').parse;", {
          'the space before a comment stays': "t.same(parse('a # b'), ['a', { comment: ' b' }]);",
        }),
      },
    };
  },
};

/** Whoever does all of it breaks three tests; who does half of it, one. */
export const names: Library = {
  name: 'the task changes what tests of base pin, in three places',
  from: 'object-inspect-1.7.0',
  to: 'object-inspect-1.8.0',
  tests: ['circular', 'deep', 'element', 'err', 'fn', 'holes', 'lowbyte', 'undef'],
  right: ['claude', 'gemini'],
  models: ({ 'index.js': index, 'readme.markdown': readme, 'test/deep.js': deep }, next) => {
    const label: [string, string] = [
      "(name ? ': ' + name : '')",
      "(name ? ': ' + name : ' (anonymous)')",
    ];
    const array: [string, string] = [
      "        return '[Object]';\n",
      "        return isArray(obj) ? '[Array]' : '[Object]';\n",
    ];
    return {
      claude: { 'index.js': next['index.js'] ?? '' },
      gemini: {
        'index.js': edited(index, label, array, [
          'match.call(f, ',
          'match.call(Function.prototype.toString.call(f), ',
        ]),
        'test/deep.js': edited(deep, ['[Object]', '[Array]']),
      },
      // A function's own toString still names it.
      gpt: { 'index.js': edited(index, label, array) },
      // It says so, and does not do it.
      qwen: {
        'readme.markdown': edited(readme, [
          '  - `quoteStyle`',
          '  - `depth`: below it arrays are `[Array]`\n  - `quoteStyle`',
        ]),
      },
    };
  },
};
