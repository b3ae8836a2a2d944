import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { exportsOf, factsOf, importsOf } from './facts.ts';

const SOURCE = `// Package store keeps things.
package store

import "fmt"

import (
	"context"
	db "example.com/mod/internal/database"
	. "example.com/mod/dsl"
	_ "example.com/mod/drivers"
	"gopkg.in/yaml.v3"
	"github.com/redis/go-redis/v9"
	"example.com/odd-name"
)

const Max = 10
const (
	Low Level = iota // lowest
	High
	text, Text = "a", "b"
)

var (
	ErrNone = errors.New("none")
	Table   = map[string]int{keyA: 1}
	hidden  *Store
	Handler = func(a int) error { return nil }
)

// Store is one.
type Store struct {
	Name, path string \`json:"name"\`
	*Inner
	opts db.Options // all
}

type Reader interface {
	Read(ctx context.Context, key string) ([]byte, error)
	fmt.Stringer
	~int | ~string
}

type (
	Level int
	Alias = db.Other
	List[K comparable, V any] struct{ items map[K]V }
	Func  func(a int, b ...string) (n int, err error)
)

func New(path string, opts ...Option) (*Store, error) { return &Store{Name: path}, nil }
func Map[K comparable](in []K, f func(K) bool) <-chan K { return nil }
func (s *Store) Get(key string) ([]byte, error) { return s.get(key) }
func (s Store) get(key string) ([]byte, error)  { return yaml.Marshal(redis.Nil) }
func (l *List[K, V]) Len() int                 { return len(l.items) }
func (l *level) Public()                        {}
func init()                                     {}
func init()                                     {}

var _ Reader = (*Store)(nil)
`;

test('imports: grouped, under another name, all names, for effect', async () => {
  const facts = await factsOf('store/store.go', SOURCE);
  assert.not.ok(facts.isDamaged);
  assert.equal(importsOf(facts), [
    'fmt: Stringer',
    'context: Context',
    'example.com/mod/internal/database: Options, Other',
    'example.com/mod/dsl: *',
    'example.com/mod/drivers: ',
    'gopkg.in/yaml.v3: Marshal',
    'github.com/redis/go-redis/v9: Nil',
    'example.com/odd-name: *',
  ]);
  assert.equal(
    facts.imports.map(({ line }) => line),
    [4, 7, 8, 9, 10, 11, 12, 13],
  );
  assert.equal(facts.passedOn, []);
});

test('exports have a capital letter, those of methods and of their types', async () => {
  assert.equal(exportsOf(await factsOf('a.go', SOURCE)), {
    Max: 'const Max = number',
    Low: 'const Low Level',
    High: 'const High Level',
    Text: 'const Text = ...',
    ErrNone: 'var ErrNone = errors.New(...)',
    Table: 'var Table = map[string]int{...}',
    Handler: 'var Handler = func(a int) error',
    Store: 'type Store struct { Name, path string `json:"name"`; *Inner; opts db.Options }',
    Reader:
      'type Reader interface { Read(ctx context.Context, key string) ([]byte, error); fmt.Stringer; ~int | ~string }',
    Level: 'type Level int',
    Alias: 'type Alias = db.Other',
    List: 'type List[K comparable, V any] struct { items map[K]V }',
    Func: 'type Func func(a int, b ...string) (n int, err error)',
    New: 'func New(path string, opts ...Option) (*Store, error)',
    Map: 'func Map[K comparable](in []K, f func(K) bool) <-chan K',
    'Store.Get': 'func (*Store) Get(key string) ([]byte, error)',
    'List.Len': 'func (*List[K, V]) Len() int',
  });
});

test('all that is declared, but for what cannot be named', async () => {
  const { declares } = await factsOf('a.go', SOURCE);
  for (const name of ['hidden', 'text', 'Store.get', 'level.Public', 'Store'])
    assert.ok(declares.includes(name), name);
  for (const name of ['init', '_', 'path', 'opts']) assert.not.ok(declares.includes(name), name);
});

test('names of the same package as they are, of others with their package', async () => {
  const facts = await factsOf('a.go', SOURCE);
  for (const name of [
    'Inner',
    'Option',
    'keyA',
    'errors',
    'errors.New',
    'db.Options',
    'context.Context',
  ])
    assert.ok(facts.uses.includes(name), name);
  for (const name of ['Store', 'hidden', 'db', 'context', 'Name', 's', 'key', 'K', 'l', 'database'])
    assert.not.ok(facts.uses.includes(name), name);
});

test('names hold from their declaration on, in their block', async () => {
  const cases: [string, string[]][] = [
    ['user := user.New(); user.Save()', ['user', 'user.New']],
    ['if a := b(); a != nil { c(a) }; a()', ['a', 'b', 'c']],
    ['for i, v := range list { use(i, v) }; i = 1', ['i', 'list', 'use']],
    ['for i = range list {}', ['i', 'list']],
    ['switch t := t.(type) { case T: use(t) }', ['T', 't', 'use']],
    ['select { case m := <-in: use(m); case out <- v: }', ['in', 'out', 'use', 'v']],
    ['go func(z int) { z++ }(q)', ['int', 'q']],
    ['var a, b = c, 1; const d = a + b; _ = d', ['c']],
    ['x := T{Field: value, Other: []U{{Name: n}}}; _ = x', ['T', 'U', 'n', 'value']],
    ['_ = map[K]V{key: 1}', ['K', 'V', 'key']],
    ['type local struct{}; _ = local{}; label: for { break label }', []],
    ['a.b.C(other.D)', ['a', 'a.b', 'other', 'other.D']],
  ];
  for (const [body, uses] of cases)
    assert.equal((await factsOf('a.go', `package a\nfunc f() { ${body} }\n`)).uses, uses, body);
});

test.run();
