/** What a page says to its reader. */
import * as assert from 'uvu/assert';
import { reportPage } from '../../scripts/lib/report/page.ts';
import type { ReportData } from '../../scripts/lib/report/report-data.ts';

/** The text that a reader sees, without the style. */
export function textOf(page: string): string {
  return page
    .replace(/<style>.*?<\/style>/s, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&gt;', '>')
    .replaceAll(/\s+/g, ' ');
}

export function assertSays(data: ReportData, ...sentences: string[]): void {
  const text = textOf(reportPage(data));
  for (const sentence of sentences) assert.ok(text.includes(sentence), `${sentence}\n\n${text}`);
}
