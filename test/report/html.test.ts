import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Html, html, join, relativeUrl, shorten } from '../../scripts/lib/report/html.ts';

const cases: [what: string, text: string, shown: string][] = [
  ['a tag', '<script>', '&lt;script&gt;'],
  ['the end of an attribute', `"><img onerror='x'>`, '&quot;&gt;&lt;img onerror=&#39;x&#39;&gt;'],
  ['an entity', '&lt;', '&amp;lt;'],
  ['newline and tab stay', 'a\n\tb', 'a\n\tb'],
  ['NUL, escape, carriage return, C1', '\0\x1b[2K\r\x9b', '\\u{0}\\u{1b}[2K\\u{d}\\u{9b}'],
  ['bidirectional overrides', '\u202e\u2066', '\\u{202e}\\u{2066}'],
  ['what has no width', 'a\u200bb\ufeff\u00ad', 'a\\u{200b}b\\u{feff}\\u{ad}'],
  ['what is a letter and draws nothing', '\u3164', '\\u{3164}'],
  ['invisible tags', '\u{e0041}', '\\u{e0041}'],
  ['line separators', '\u2028\u2029', '\\u{2028}\\u{2029}'],
  ['half a character', '\ud83d', '\\u{d83d}'],
  ['an emoji stays one', '⚠️🙂', '⚠️🙂'],
];

for (const [what, text, shown] of cases) {
  test(`text: ${what}`, () =>
    assert.is(html`<b title="${text}">${text}</b>`.text, `<b title="${shown}">${shown}</b>`));
}

test('HTML goes in as it is, lists are joined, null is nothing', () => {
  const items = ['<', 2].map((item) => html`<li>${item}</li>`);
  assert.is(html`<ul>${items}${null}</ul>`.text, '<ul><li>&lt;</li><li>2</li></ul>');
  assert.is(html`${join(['a', 'b', 'c'], new Html('<br>'))}`.text, 'a<br>b<br>c');
});

test('an insertion of a megabyte is cut, and says so', () => {
  const { text } = html`${'x'.repeat(1_000_000)}`;
  assert.ok(text.length < 21_000);
  assert.match(text, /… \(980000 more characters\)$/);
  assert.is(shorten('abc', 3), 'abc');
});

test('an address is relative, whatever the name', () => {
  assert.is(relativeUrl('diffs/gpt-2.diff'), './diffs/gpt-2.diff');
  assert.is(relativeUrl('../task.md'), './../task.md');
  assert.is(relativeUrl('javascript:alert(1)'), './javascript%3Aalert(1)');
  assert.is(relativeUrl('//evil/"?#%'), './//evil/%22%3F%23%25');
  assert.is(relativeUrl('\ud800'), './%EF%BF%BD');
});

test.run();
