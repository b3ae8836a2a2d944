import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { exportsOf, factsOf, importsOf } from './facts.ts';

test('imports, wherever they stand', async () => {
  const facts = await factsOf(
    'app/a.py',
    `from __future__ import annotations
import os, sys as system
import a.b.c as d, e.f
from . import x, y as z
from .. import up
from ..p.q import (
    one,
    two as deux,  # a comment
)
from .star import *
if TYPE_CHECKING:
    from types_only import T
try:
    import ujson as json
except ImportError:
    import json
def later():
    from .lazy import load
    importlib.import_module("plugins.one")
    importlib.import_module(name)
d.first(d.second.third, system.argv)
`,
  );
  assert.not.ok(facts.isDamaged);
  assert.equal(importsOf(facts), [
    '__future__: annotations',
    'os: *',
    'sys: *, argv',
    'a.b.c: *, first, second',
    'e.f: *',
    '.: x, y',
    '..: up',
    '..p.q: one, two',
    '.star: *',
    'types_only: T',
    'ujson: *',
    'json: *',
    '.lazy: load',
    'plugins.one: *',
  ]);
  assert.equal(
    facts.imports.map(({ line }) => line),
    [1, 2, 2, 3, 3, 4, 5, 6, 10, 12, 14, 16, 18, 19],
  );
  assert.equal(facts.passedOn, ['.star']);
});

test('signatures, as in a stub', async () => {
  const facts = await factsOf(
    'a.py',
    `@app.route("/x", methods=["GET"])
@cached
async def fetch(url: str, /, retries: int = compute(3), *args, timeout=None, **options: Any) -> list[dict[str, int]]:
    """Doc."""
    return await body()

class Client(Base, metaclass=Meta):
    """Doc."""
    name: str
    limit: int = 5
    kind = "x"
    _hidden = 1

    def __init__(self, url): ...
    @property
    def open(self) -> bool:
        return True
    def _private(self): ...
    if sys.version_info > (3, 12):
        def newer(self): ...
    class Meta:
        ordering = []

def generic[T: int](x: T) -> T: return x
type Alias[T] = list[T]
TIMEOUT: float = 3.0
NAME = OTHER = 'x'
PAIR = 1, 2
app = Flask(__name__)
handler = lambda event: event
(first, [second, *rest]), third.attribute, fourth[0] = values
for index in range(3):
    total = index
with open("x") as file:
    pass
try:
    fast = True
except ImportError as error:
    fast = False
_private = 1
__version__ = "1"
`,
  );
  assert.not.ok(facts.isDamaged);
  assert.equal(exportsOf(facts), {
    fetch:
      '@app.route @cached async def fetch(url: str, /, retries: int = ..., *args, timeout = ..., **options: Any) -> list[dict[str, int]]',
    Client:
      'class Client(Base, metaclass = Meta): name: str; limit: int; kind = string; def __init__(self, url); @property def open(self) -> bool; def newer(self); class Meta',
    generic: 'def generic[T: int](x: T) -> T',
    Alias: 'type Alias[T] = list[T]',
    TIMEOUT: 'TIMEOUT: float',
    NAME: 'NAME = string',
    OTHER: 'OTHER = string',
    PAIR: 'PAIR = tuple',
    app: 'app = Flask(...)',
    handler: 'handler = function',
    first: 'first = ...',
    second: 'second = ...',
    rest: 'rest = ...',
    index: 'index = ...',
    total: 'total = index',
    file: 'file = ...',
    fast: 'fast = boolean',
  });
  assert.ok(facts.declares.includes('_private'));
  assert.ok(facts.declares.includes('__version__'));
  assert.not.ok(facts.declares.includes('error'));
});

test('definitions under conditions count once', async () => {
  const facts = await factsOf(
    'a.py',
    `if sys.platform == 'win32':
    def run(a): ...
else:
    def run(a, b): ...
if TYPE_CHECKING:
    from x import Y
else:
    Y = object
`,
  );
  assert.equal(exportsOf(facts), { run: 'def run(a); def run(a, b)', Y: 'Y = object' });
});

test('__all__ says what is public', async () => {
  const cases: [string, string[]][] = [
    ['__all__ = ["b", \'_c\']', ['b', '_c']],
    ['__all__ = ("b",)', ['b']],
    ['__all__ = "a", "b"', ['a', 'b']],
    ['__all__: list[str] = ["b"]', ['b']],
    [
      '__all__ = ["b"]\n__all__ += ["a"]\n__all__.extend(("c", "d"))\n__all__.append("e")',
      ['b', 'a', 'c', 'd', 'e'],
    ],
    ['__all__ = (["b"] + other.__all__) + [\n  "c",  # why\n]', ['b', 'c']],
    ['if x:\n    __all__ = ["b"]', ['b']],
    ['__all__ = []', []],
    // What is computed cannot be known: then the rule without it holds.
    ['__all__ = [n for n in dir() if n]', ['a']],
    ['', ['a']],
  ];
  for (const [text, names] of cases) {
    const { exports } = await factsOf('m.py', `a = 1\n_c = 2\n${text}\n`);
    assert.equal(
      exports.map(({ name }) => name),
      names,
      text,
    );
  }
});

test('the file of a package offers again what it takes from the package', async () => {
  const text =
    'from .core import Client, _hidden\nfrom . import sub\nimport os\nfrom x import a as a\n';
  assert.equal(exportsOf(await factsOf('pkg/__init__.py', text)), {
    Client: 'from .core import Client',
    sub: 'from . import sub',
    a: 'from x import a',
  });
  const other = await factsOf('pkg/other.py', text);
  assert.equal(exportsOf(other), { a: 'from x import a' });
  // Whoever asks that file for them gets them all the same.
  assert.equal(other.declares, ['Client', '_hidden', 'sub', 'os', 'a']);
});

test('names that are used and not declared: scopes count', async () => {
  const cases: [string, string[]][] = [
    ['from a import b\nb(c)', ['b', 'c']],
    ['def f(a, *b, c=d, **e):\n    return a + b + c + e + f', ['d']],
    ['def f():\n    x = 1\n    return x\nx', ['x']],
    ['def f():\n    global x\n    x = 1', ['x']],
    ['class A:\n    save = 1\n    def m(self):\n        return save(self)', ['save']],
    ['[a for a in b if a]\na', ['a', 'b']],
    ['a.b.c(key=value)', ['a', 'value']],
    ['with a as (b, c):\n    b + c', ['a']],
    ['if (n := f()):\n    n', ['f']],
    ['f = lambda x, y=z: x + y', ['z']],
    ['try:\n    pass\nexcept (A, B) as e:\n    e', ['A', 'B']],
    [
      'match p:\n    case Point(x=0, y=yy) | Foo.BAR:\n        yy\n    case [a, *b]:\n        a',
      ['Foo', 'Point', 'p'],
    ],
    ['x: Type[int] = f"{name!r}"', ['Type', 'int', 'name']],
    ['def f[T](a: T) -> T: ...', []],
    ['@deco(1)\nclass A(Base): ...', ['Base', 'deco']],
  ];
  for (const [text, uses] of cases) assert.equal((await factsOf('a.py', text)).uses, uses, text);
});

test.run();
