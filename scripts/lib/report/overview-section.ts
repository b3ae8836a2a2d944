/** What was asked, in which session, and who took part with what outcome. */

import { ownCommand } from '../own-command.ts';
import { fileLink, section, table, word } from './elements.ts';
import { type Html, html, type Insertion, join, shorten } from './html.ts';
import type { ReportData, ReportModel, ReportRun, ReportSession } from './report-data.ts';
import { causeInWords, count, duration, moment, number } from './wording.ts';

/** The whole is in task.md. */
const MOST_OF_TASK = 8000;

export function taskSection({ task }: ReportData): Html {
  return section('task', 'Task', html`<p class="task">${shorten(task, MOST_OF_TASK)}</p>`);
}

export function sessionSection({ session, made_at }: ReportData): Html {
  const facts: [string, Insertion][] = [
    ['Session', html`<code>${session.session_id}</code>, ${session.status.replaceAll('_', ' ')}`],
    ['Started', moment(session.created_at)],
    ['This page', html`pass ${session.pass} of ${session.pass_count}, made ${moment(made_at)}`],
    ['Repository', html`<code>${session.main_tree}</code>`],
    ['Branch', session.branch === null ? 'detached HEAD' : html`<code>${session.branch}</code>`],
    [
      'Base',
      html`<code>${session.base.slice(0, 12)}</code>, the commit that every model started from`,
    ],
    ['Host', session.host === 'none' ? 'none: every model was started' : session.host],
    ['Time limit', session.timeout_s === 'none' ? 'none' : duration(session.timeout_s * 1000)],
    ['Your own changes', userChanges(session)],
  ];
  const rows = facts.map(([term, fact]) => html`<dt>${term}</dt><dd>${fact}</dd>`);
  return section('session', 'Session', html`<dl>${rows}</dl>`);
}

function userChanges({ user_changes, named }: ReportSession): Insertion {
  if (user_changes === null) return 'there were none';
  const files = count(user_changes.files, 'file');
  if (user_changes.mode === 'include') return `${files}, part of what every model started from`;
  if (user_changes.state === 'in-place') return `${files}, left where they are`;
  if (user_changes.state === 'restored') return `${files}, set aside and put back`;
  return html`${files}, <strong>set aside</strong>; <code>${ownCommand('cleanup', '--restore', ...named)}</code> puts them back at the end`;
}

export function modelsSection({ models }: ReportData): Html {
  const head = ['Model', 'Program', 'Outcome', 'Time', 'Tokens in', 'Tokens out', 'Cost'];
  const all = table('Models', [...head, 'Files', 'Lines +', 'Lines −'], models.map(modelRow), {
    numbers: [3, 4, 5, 6, 7, 8, 9],
  });
  return section('models', 'Models', all);
}

/** The rest is in the session's folder `guard`. */
const MOST_NOTICED = 100;

export function noticedSection({ noticed, session }: ReportData): Html {
  return section('noticed', 'Outside of the worktrees', noticedContent(noticed, session.directory));
}

function noticedContent(noticed: ReportData['noticed'], directory: string): Insertion {
  if (noticed === null) return html`<p>No model was run yet.</p>`;
  if (noticed.length === 0)
    return html`<p>Nothing of what is watched changed while models ran.</p>`;
  const items = noticed.slice(0, MOST_NOTICED).map((line) => html`<li>${line}</li>`);
  const more = noticed.length - items.length;
  return html`<p>${word('warn', 'This changed while models ran')}, by whomever. Nothing of it was taken back; what was there before is kept, see <code>${directory}/guard</code>.</p><ul>${items}</ul>${more > 0 ? html`<p>and ${more} more</p>` : null}`;
}

function modelRow(model: ReportModel): Html {
  const { run, totals } = model;
  const usage = run?.usage ?? null;
  const numbers = [
    run?.duration_ms == null ? null : duration(run.duration_ms),
    usage && number(usage.input_tokens),
    usage && number(usage.output_tokens),
    usage?.cost_usd == null ? null : `$${usage.cost_usd.toFixed(2)}`,
    totals && number(totals.files),
    totals && `+${number(totals.additions)}`,
    totals && `−${number(totals.deletions)}`,
  ];
  const links = model.places.map((place) => fileLink(place, place.what));
  return html`<tr><th scope="row">${model.model}</th><td>${program(model)}</td>
<td class="text">${outcome(model)}<small>${join([captureInWords(model), ...links], ' · ')}</small></td>
${numbers.map((cell) => html`<td class="number">${cell ?? unknown}</td>`)}</tr>\n`;
}

/** Not told, or not there to be counted: that is not nought. */
const unknown = html`<span class="muted">–</span>`;

function program({ role, program, version, agent_model }: ReportModel): Insertion {
  const details = join(
    [version, agent_model].filter((detail) => detail !== null),
    ', ',
  );
  return html`${role === 'host' ? 'the host itself' : (program ?? 'none')}<small>${details}</small>`;
}

function outcome({ available, reason, run, role }: ReportModel): Insertion {
  if (!available) return html`${word('warn', 'did not take part')}<small>${reason ?? ''}</small>`;
  if (run === null) return role === 'host' ? 'not recorded' : 'not run yet';
  const [tone, text] = runInWords(run);
  const attempts = run.attempts > 1 ? `, ${run.attempts} attempts` : '';
  return html`${word(tone, text)}${attempts}<small>${run.message}</small>`;
}

function runInWords({ status, cause }: ReportRun): ['good' | 'bad' | 'warn', string] {
  const why = cause === null ? '' : `: ${causeInWords(cause)}`;
  if (status === 'succeeded') return ['good', 'succeeded'];
  if (status === 'running') return ['warn', 'still running'];
  if (status === 'partial') return ['warn', `partial${why}`];
  return ['bad', `failed${why}`];
}

function captureInWords({ capture, totals, available }: ReportModel): Insertion {
  if (!available) return null;
  if (capture === null) return 'not captured';
  if (capture === 'empty') return 'changed nothing';
  return totals === null ? 'captured; its diff is missing' : 'captured';
}
