/** Releases that models go different ways about: wrong in places that no gate looks at, two designs, and a mix of both. */
import { edited, type Library, tapeFile } from './library.ts';

/** Concurrency that changes, numbers that are none, and a queue that is resumed twice: four places. */
export const fastq: Library = {
  name: 'one is right at four places, the others at three each',
  from: 'fastq-1.16.0',
  to: 'fastq-1.17.0',
  tests: ['test'],
  right: ['claude'],
  models: ({ 'queue.js': queue, 'README.md': readme }) => {
    const refused = (name: string): [string, string] => [
      'if (concurrency < 1) {',
      `if (!(${name} >= 1)) {`,
    ];
    const property = (more: string): [string, string] => [
      '    concurrency: concurrency,\n',
      `    get concurrency () {\n      return concurrency\n    },\n    set concurrency (value) {\n${more}    },\n`,
    ];
    const check =
      "      if (!(value >= 1)) throw new Error('fastqueue concurrency must be at least 1')\n";
    const start =
      '      while (!self.paused && queueHead && _running < concurrency) {\n        _running++\n        release()\n      }\n';
    const resume: [string, string] = [
      'for (var i = 0; i < self.concurrency; i++) {',
      'while (queueHead && _running < self.concurrency) {',
    ];
    const full: [string, string] = [
      '_running === self.concurrency',
      '_running >= self.concurrency',
    ];
    const fewer: [string, string] = [
      '    if (next) {',
      '    if (next && _running <= concurrency) {',
    ];
    const imports =
      "var buildQueue = require('../');\nfunction worker(arg, done) { setImmediate(done, null, arg); }";
    return {
      claude: {
        'queue.js': edited(
          queue,
          refused('concurrency'),
          property(`${check}      concurrency = value\n${start}`),
          resume,
          full,
          fewer,
        ),
        'test/resume.js': tapeFile(imports, {
          'resumed twice, it keeps to its concurrency':
            'var queue = buildQueue(worker, 1);\n  queue.pause();\n  queue.push(1);\n  queue.push(2);\n  queue.resume();\n  queue.pause();\n  queue.resume();\n  t.equal(queue.running(), 1);',
        }),
      },
      // The tasks that wait are not started.
      gpt: {
        'queue.js': edited(
          queue,
          refused('concurrency'),
          property(`${check}      concurrency = value\n`),
          resume,
          full,
          fewer,
        ),
        'test/concurrency.js': tapeFile(imports, {
          'what is no number is refused':
            'var queue = buildQueue(worker, 1);\n  t.throws(function () { queue.concurrency = NaN; });\n  t.throws(function () { buildQueue(worker, NaN); });',
        }),
      },
      // Resumed twice, it runs too many.
      gemini: {
        'queue.js': edited(
          queue,
          refused('concurrency'),
          property(`${check}      concurrency = value\n${start}`),
          full,
        ),
        'README.md': edited(readme, [
          '### queue.concurrency\n',
          '### queue.concurrency\n\nWaiting tasks start when it is raised.\n',
        ]),
      },
      // NaN is a number of tasks to it.
      qwen: {
        'queue.js': edited(
          queue,
          property(
            `${check.replace('!(value >= 1)', 'value < 1')}      concurrency = value\n${start}`,
          ),
          resume,
          full,
          fewer,
        ),
      },
    };
  },
};

const operators = (...all: string[]): [string, string] => [
  "'\\\\|\\\\&', '[&;()|<>]'",
  ["'\\\\|\\\\&'", ...all].join(', '),
];

/** Three new operators in one line without a word in it. */
export const redirections: Library = {
  name: 'each of the others forgets one operator',
  from: 'shell-quote-1.6.3',
  to: 'shell-quote-1.7.0',
  right: ['gpt'],
  models: ({ 'index.js': index }, next) => {
    const parse = "var parse = require('../').parse;";
    return {
      gpt: {
        'index.js': next['index.js'] ?? '',
        'test/redirect.js': tapeFile(parse, {
          'output is added to a file': "t.same(parse('a>>b'), ['a', { op: '>>' }, 'b']);",
          'a process stands for a file':
            "t.same(parse('a <(b)'), ['a', { op: '<(' }, 'b', { op: ')' }]);",
        }),
      },
      claude: {
        'index.js': edited(index, operators("'>>'", "'>\\\\&'", "'[&;()|<>]'")),
        'test/descriptors.js': tapeFile(parse, {
          'one descriptor into another': "t.same(parse('a 2>&1'), ['a', '2', { op: '>&' }, '1']);",
        }),
      },
      gemini: {
        'index.js': edited(index, operators("'<\\\\('", "'>>'", "'[&;()|<>]'")),
      },
      // The single character is found first.
      qwen: {
        'index.js': edited(index, operators("'[&;()|<>]'", "'>>'", "'>\\\\&'", "'<\\\\('")),
      },
    };
  },
};

const UNKNOWN_TEST = tapeFile("var parse = require('../');", {
  'it is asked for each argument that is not defined':
    "var all = [];\n  parse(['--a', '--b', '1', 'c'], { boolean: 'a', unknown: function (it) { all.push(it); } });\n  t.same(all, ['--b', 'c']);",
  'what it refuses is left out':
    "t.same(parse(['--b', 'c'], { unknown: function () { return false; } }), { _: [] });",
});

/** A function that is asked, or an option that throws: documents of one with code of the other would be a lie. */
export const unknown: Library = {
  name: 'two designs with documents and tests',
  from: 'minimist-1.0.0',
  to: 'minimist-1.1.0',
  leftOut: ['all_bool', 'parse_modified'],
  right: ['claude', 'gpt'],
  never: ['strict.markdown', 'test/strict.js'],
  models: ({ 'index.js': index, 'readme.markdown': readme }, next) => ({
    claude: {
      'index.js': next['index.js'] ?? '',
      'readme.markdown': next['readme.markdown'] ?? '',
      'test/unknown.js': UNKNOWN_TEST,
    },
    gpt: {
      'index.js': edited(
        index,
        [
          '    var notFlags = [];\n',
          "    var notFlags = [];\n    var ask = require('./lib/unknown')(opts, flags, aliases);\n",
        ],
        [
          'function setArg (key, val) {\n',
          'function setArg (key, val) {\n        if (current !== undefined && ask(key, current) === false) return;\n',
        ],
        ['    var argv = { _ : [] };\n', '    var argv = { _ : [] };\n    var current;\n'],
        ['        var arg = args[i];\n', '        var arg = current = args[i];\n'],
        ['            argv._.push(\n', '            if (ask(null, arg) !== false) argv._.push(\n'],
      ),
      'lib/unknown.js': `module.exports = function (opts, flags, aliases) {
    var unknown = opts.unknown;

    return function (key, arg) {
        if (typeof unknown !== 'function') return true;
        var isDefined = key !== null && (flags.strings[key] || flags.bools[key] || aliases[key]
            || (flags.allBools && /^--[^=]+$/.test(arg)));
        return isDefined || unknown(arg);
    };
};
`,
      'readme.markdown': edited(readme, [
        '* `opts.stopEarly`',
        '* `opts.unknown` - a function that is called with every argument that `opts` does\nnot define; when it returns `false`, the argument is left out\n* `opts.stopEarly`',
      ]),
      'example/unknown.js': `var argv = require('../')(process.argv.slice(2), {
    boolean: 'verbose',
    unknown: function (arg) {
        console.error('unknown argument ' + arg);
        return false;
    }
});
console.dir(argv);
`,
    },
    gemini: {
      'index.js': edited(
        index,
        [
          'function setArg (key, val) {\n',
          "function setArg (key, val) {\n        if (opts.strict && !isKnown(key)) throw new Error('Unknown option: ' + key);\n",
        ],
        [
          '    var notFlags = [];\n',
          '    var notFlags = [];\n\n    function isKnown (key) {\n        return key in flags.bools || key in flags.strings || key in aliases || key in defaults;\n    }\n',
        ],
      ),
      'readme.markdown': edited(readme, [
        '* `opts.stopEarly`',
        '* `opts.strict` - when true, throw an error at the first option that is not known, see\n[strict](strict.markdown)\n* `opts.stopEarly`',
      ]),
      'strict.markdown':
        '# strict\n\nWith `{ strict: true }` an option that is not known throws an error with its name.\n',
      'test/strict.js': tapeFile("var parse = require('../');", {
        'an unknown option throws':
          "t.throws(function () { parse(['--b'], { boolean: 'a', strict: true }); });",
      }),
    },
  }),
};

const REPORTED = tapeFile("var parse = require('../');", {
  'a boolean with a value':
    "t.same(parse(['--on=false'], { boolean: 'on' }), { on: false, _: [] });",
  'a short option with a value': "t.same(parse(['-b=robots']), { b: 'robots', _: [] });",
});

/** Two reports with a failing test each, at two places of one function. */
export const values: Library = {
  name: 'nobody is green, and a mix is',
  from: 'minimist-1.1.1',
  to: 'minimist-1.2.0',
  more: { 'test/reported.js': REPORTED },
  right: [],
  models: ({ 'index.js': index }) => {
    const long = (is: string): [string, string] => [
      '            setArg(m[1], m[2], arg);\n',
      `            var key = m[1];\n            setArg(key, flags.bools[key] ? ${is} : m[2], arg);\n`,
    ];
    const short = (value: string): [string, string] => [
      '                    setArg(letters[j], next, arg)\n                    continue;\n                }\n',
      `                    setArg(letters[j], next, arg)\n                    continue;\n                }\n\n                if (next.charAt(0) === '=') {\n                    setArg(letters[j], ${value}, arg);\n                    broken = true;\n                    break;\n                }\n`,
    ];
    const alias: [string, string] = [
      '!flags.bools[aliases[key]]',
      '!aliases[key].some(function (name) { return flags.bools[name]; })',
    ];
    return {
      claude: { 'index.js': edited(index, alias, long("m[2] !== 'false'"), short('next')) },
      gpt: { 'index.js': edited(index, alias, long('Boolean(m[2])'), short('next.slice(1)')) },
    };
  },
};
