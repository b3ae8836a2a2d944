/** The page of a pass: one file without a network, without scripts, for a screen, a phone or paper. */
import { analysisSection, appliedSection, placesSection } from './applied-section.ts';
import { comparisonSection } from './comparison-section.ts';
import { note } from './elements.ts';
import { evidenceSection } from './evidence-section.ts';
import { gateSection } from './gate-section.ts';
import { type Html, html, shorten } from './html.ts';
import { modelsSection, noticedSection, sessionSection, taskSection } from './overview-section.ts';
import type { ReportData } from './report-data.ts';
import { style } from './style.ts';
import { suggestionSection } from './suggestion-section.ts';
import { count } from './wording.ts';

/** Nothing may be loaded or run: not even a tag that slipped through could do anything. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const TITLE_CHARACTERS = 120;

const CONTENTS = {
  task: 'Task',
  suggestion: 'Suggestion',
  session: 'Session',
  models: 'Models',
  noticed: 'Outside of the worktrees',
  evidence: 'Evidence',
  gates: 'Quality gates',
  comparison: 'Comparison',
  analysis: 'Analysis',
  applied: 'What was applied',
  places: 'Where everything lies',
};

/** The whole page as text. */
export function reportPage(data: ReportData): string {
  const firstLine = data.task.trim().split('\n')[0] ?? '';
  const title = firstLine === '' ? 'A task without words' : shorten(firstLine, TITLE_CHARACTERS);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title} · multi-model-execute</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="muted">${inShort(data)}</p>
${contents()}
</header>
<main>
${data.problems.map((problem) => note(problem))}
${taskSection(data)}${suggestionSection(data)}${sessionSection(data)}${modelsSection(data)}${noticedSection(data)}
${evidenceSection(data)}${gateSection(data)}${comparisonSection(data)}${analysisSection(data)}${appliedSection(data)}${placesSection(data)}
</main>
</body>
</html>
`.text;
}

function contents(): Html {
  const links = Object.entries(CONTENTS).map(
    ([id, title]) => html`<li><a href="#${id}">${title}</a></li>`,
  );
  return html`<nav aria-label="Contents"><ul>${links}</ul></nav>`;
}

/** The state of things in one line. */
function inShort({ models, gates, comparison, suggestion, applied }: ReportData): string {
  const names = models.filter(({ available }) => available).map(({ model }) => model);
  const judged = gates?.targets.filter(({ target }) => names.includes(target)) ?? [];
  const good = judged.filter(({ passed }) => passed).length;
  return [
    `${count(names.length, 'model')} took part`,
    judged.length === 0 ? 'no gates run' : `${good} of ${judged.length} passed the gates`,
    comparison === null ? 'not compared' : `${count(comparison.files.length, 'file')} changed`,
    suggestion === null ? null : `${count(suggestion.questions.length, 'question')} open`,
    applied?.state === 'applied' ? 'applied' : 'not applied',
  ]
    .filter((fact) => fact !== null)
    .join(' · ');
}
