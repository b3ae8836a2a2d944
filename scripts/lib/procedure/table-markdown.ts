/** A table of facts in markdown: our words as they are, names from outside in code spans. */

import { inlineCode } from '../foreign-text.ts';
import type { FactCell, FactTable } from '../report/report-data.ts';

/** So many names stand in a cell. */
const MOST_NAMES = 6;

export function tableMarkdown({ head, rows }: FactTable): string {
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map(cellText).join(' | ')} |`)
    .join('\n');
}

/** Nothing where it has no row. */
export function tableSection(title: string, table: FactTable): string[] {
  return table.rows.length === 0 ? [] : [`## ${title}`, tableMarkdown(table)];
}

function cellText(cell: FactCell): string {
  if (typeof cell === 'string') return cell;
  if (cell.length === 0) return 'none';
  const more = cell.length > MOST_NAMES ? ` and ${cell.length - MOST_NAMES} more` : '';
  return `${cell.slice(0, MOST_NAMES).map(inlineCode).join(', ')}${more}`;
}
