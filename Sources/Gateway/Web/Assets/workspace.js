// @ts-check
// The reviewer's workspace: make an interview, send its link, read the transcript.

import { button, clock, element, offerFile, setAttribute, setShown, setText } from './dom.js';
import { ApiError } from './interview-api.js';
import { canRenewLink, forgetToken, interviewRow, takeToken, WorkspaceApi } from './workspace-api.js';

/** How often the list looks for news while it is visible. */
const REFRESH_MS = 15_000;
const FILE_TYPES = { txt: 'text/plain;charset=utf-8', vtt: 'text/vtt;charset=utf-8', json: 'application/json' };

const main = /** @type {HTMLElement} */ (document.getElementById('workspace'));
let api = new WorkspaceApi(takeToken());
let stopRefreshing = () => {};

/** @param {...Node} nodes */
function show(...nodes) {
  stopRefreshing();
  stopRefreshing = () => {};
  main.replaceChildren(...nodes);
}

function showLocked() {
  forgetToken();
  show(element('section.card.empty-state', null,
    element('h1', null, 'The workspace is locked'),
    element('p', null, 'Open the workspace link printed at start. It ends with the key to this workspace.'),
    element('p.small', null, 'The key stays in this tab only and is forgotten when you close it.')));
}

/** @param {unknown} cause @param {() => void} retry */
function showFault(cause, retry) {
  if (cause instanceof ApiError && (cause.status === 401 || cause.status === 403)) return showLocked();
  const reference = cause instanceof ApiError && cause.requestId ? element('p.reference', null, `Reference: ${cause.requestId}`) : null;
  show(element('section.problem', { role: 'alert' }, element('div', null,
    element('h2', null, cause instanceof ApiError ? 'The server could not do this' : 'The server could not be reached'),
    element('p', null, cause instanceof ApiError ? cause.message : 'Check your connection and that the server is running.'),
    button('.primary', '', 'Try again', retry).node, reference)));
}

async function showList() {
  let interviews;
  let plans;
  try {
    [interviews, plans] = await Promise.all([api.interviews(), api.plans()]);
  } catch (cause) {
    return showFault(cause, showList);
  }
  const heading = element('h1', { tabindex: '-1' }, 'Interviews');
  const area = element('div');
  // A live region: a new link is announced wherever the button that asked for it is.
  const result = element('div.result', { role: 'status' });
  const render = (/** @type {import('./workspace-api.js').InterviewRow[]} */ rows) => area.replaceChildren(rows.length > 0 ? table(rows, (row, asked) => renewLink(row, asked, result))
    : element('section.card.empty-state', null, element('h2', null, 'No interviews yet'), element('p', null, 'Make the first one above, then send its link to the candidate.')));
  render(interviews);
  show(heading, createForm(plans, result, async () => render(await api.interviews())), area);
  document.title = 'Workspace · Viva';

  let before = JSON.stringify(interviews);
  const timer = setInterval(async () => {
    if (document.hidden) return;
    try {
      const rows = await api.interviews();
      // A table that is being read with the keyboard is only replaced when something changed.
      if (JSON.stringify(rows) !== before && area.isConnected && !area.contains(document.activeElement)) {
        before = JSON.stringify(rows);
        render(rows);
      }
    } catch {
      // The next round may succeed; the list on the page is still right about what it shows.
    }
  }, REFRESH_MS);
  stopRefreshing = () => clearInterval(timer);
}

/** @param {import('./workspace-api.js').InterviewRow} row @param {HTMLElement} asked the button @param {HTMLElement} result */
async function renewLink(row, asked, result) {
  if (asked.getAttribute('aria-disabled')) return;
  setAttribute(asked, 'aria-disabled', 'true');
  try {
    const made = await api.renewLink(row.id);
    result.replaceChildren(linkResult(made, `New link for ${row.candidate || row.title || 'the interview'}; the one before no longer works.`));
  } catch (cause) {
    if (cause instanceof ApiError && cause.status === 401) return showLocked();
    result.replaceChildren(element('p.error', null, cause instanceof ApiError ? cause.message : 'The server could not be reached. Please try again.'));
  } finally {
    setAttribute(asked, 'aria-disabled', null);
  }
  result.scrollIntoView({ block: 'nearest' });
}

/** @param {import('./workspace-api.js').PlanRow[]} plans @param {HTMLElement} result @param {() => Promise<void>} created */
function createForm(plans, result, created) {
  const select = element('select', { id: 'plan', name: 'plan' }, ...plans.map((plan) => element('option', { value: plan.id }, plan.title)));
  const detail = element('p.small.detail', null, plans[0]?.detail ?? '');
  select.addEventListener('change', () => setText(detail, plans.find((plan) => plan.id === select.value)?.detail ?? ''));
  const name = element('input', { id: 'candidate', name: 'candidate', maxlength: '120', autocomplete: 'off' });
  const make = element('button.primary', { type: 'submit' }, 'Make interview link');
  const form = element('form.card.create', null, element('h2', null, 'New interview'),
    element('div.fields', null,
      element('div.field', null, element('label', { for: 'plan' }, 'Plan'), select),
      element('div.field', null, element('label', { for: 'candidate' }, 'Candidate’s name (optional)'), name), make),
    detail, result);
  form.addEventListener('submit', async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (make.getAttribute('aria-disabled')) return;
    setAttribute(make, 'aria-disabled', 'true');
    try {
      const made = await api.create(select.value, name.value.trim());
      name.value = '';
      result.replaceChildren(linkResult(made));
      await created();
    } catch (cause) {
      if (cause instanceof ApiError && cause.status === 401) return showLocked();
      result.replaceChildren(element('p.error', null, cause instanceof ApiError ? cause.message : 'The server could not be reached. Please try again.'));
    } finally {
      setAttribute(make, 'aria-disabled', null);
    }
  });
  if (plans.length === 0) {
    setAttribute(make, 'aria-disabled', 'true');
    result.append(element('p', null, 'There are no interview plans on this server yet.'));
  }
  return form;
}

/** @param {any} made @param {string} [lead] */
function linkResult(made, lead) {
  const field = element('input', { id: 'join-link', readonly: true, value: made.join_url, onfocus: () => field.select() });
  const copy = button('.quiet', 'copy', 'Copy link', async () => {
    try {
      await navigator.clipboard.writeText(made.join_url);
    } catch {
      field.focus();
      return setText(copy.text, 'Press Ctrl+C');
    }
    setText(copy.text, 'Copied');
    setTimeout(() => setText(copy.text, 'Copy link'), 2000);
  });
  return element('div.link', null, lead ? element('p', null, lead) : null, element('label', { for: 'join-link' }, 'Send this link to the candidate. It works once',
    made.expires_at ? `, until ${moment(made.expires_at)}.` : '.'), element('div.fields', null, field, copy.node));
}

/**
 * @param {import('./workspace-api.js').InterviewRow[]} rows
 * @param {(row: import('./workspace-api.js').InterviewRow, asked: HTMLElement) => void} renew
 */
function table(rows, renew) {
  return element('div.table', null, element('table', null,
    element('thead', null, element('tr', null, ...['Interview', 'Candidate', 'Status', 'Created', 'Length', 'Join link'].map((name) => element('th', { scope: 'col' }, name)))),
    element('tbody', null, ...rows.map((row) => element('tr', null,
      element('th', { scope: 'row' }, element('button.link-button', { type: 'button', onclick: () => showInterview(row) }, row.title || 'Interview')),
      cell('Candidate', row.candidate || '–'), element('td', { 'data-label': 'Status' }, statusBadge(row.status)),
      cell('Created', moment(row.createdAt)), cell('Length', row.durationMs === null ? '–' : clock(row.durationMs)),
      element('td', { 'data-label': 'Join link' }, canRenewLink(row) ? newLinkButton(row, renew) : '–'))))));
}

/**
 * @param {import('./workspace-api.js').InterviewRow} row
 * @param {(row: import('./workspace-api.js').InterviewRow, asked: HTMLElement) => void} renew
 */
function newLinkButton(row, renew) {
  const whose = [row.title || 'Interview', row.candidate].filter(Boolean).join(', ');
  const node = element('button.link-button', { type: 'button', 'aria-label': `New link: ${whose}`, onclick: () => renew(row, node) }, 'New link');
  return node;
}

/** @param {string} label @param {string} text */
function cell(label, text) {
  return element('td', { 'data-label': label }, text);
}

/** @param {string} status */
function statusBadge(status) {
  const words = status ? status.replaceAll('_', ' ') : 'unknown';
  return element('span.status', { 'data-status': status }, words[0].toUpperCase() + words.slice(1));
}

/** @param {string} time RFC 3339 */
function moment(time) {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? '–' : date.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

/** @param {import('./workspace-api.js').InterviewRow} row */
async function showInterview(row) {
  let transcript;
  try {
    transcript = await api.transcript(row.id);
  } catch (cause) {
    return showFault(cause, () => showInterview(row));
  }
  const { segments = [], interview = {} } = transcript;
  const { status, durationMs } = interviewRow({ ...interview, created_at: interview.created_at ?? row.createdAt });
  const heading = element('h1', { tabindex: '-1' }, row.title || interview.title || 'Interview');
  const fault = element('p.error', { role: 'alert', hidden: true });
  const save = (/** @type {'txt'|'vtt'|'json'} */ format) => button('.quiet', 'download', format.toUpperCase(), async () => {
    setShown(fault, false);
    try {
      offerFile(`interview-${row.id}.${format}`, FILE_TYPES[format], await api.transcriptFile(row.id, format));
    } catch (cause) {
      setText(fault, cause instanceof ApiError ? cause.message : 'The file could not be loaded. Please try again.');
      setShown(fault, true);
    }
  }).node;
  const length = durationMs ?? row.durationMs;
  show(button('.quiet.back', 'back', 'All interviews', showList).node, heading,
    element('p.facts-line', null, statusBadge(status || row.status), ` ${[row.candidate, moment(row.createdAt), length === null ? '' : clock(length)].filter(Boolean).join(' · ')}`),
    element('section.transcript', null, element('div.section-head', null, element('h2', null, 'Transcript'),
      element('div.tools', { role: 'group', 'aria-label': 'Download the transcript' }, save('txt'), save('vtt'), save('json'))), fault,
    segments.length > 0 ? element('ol.lines', null, ...segments.map((/** @type {any} */ segment) => line(segment, row.candidate)))
      : element('p', null, 'Nothing has been said in this interview yet.')));
  heading.focus();
}

/** @param {any} segment @param {string} candidate */
function line(segment, candidate) {
  const who = segment.speaker === 'interviewer' ? 'Interviewer' : candidate || 'Candidate';
  return element(`li.${segment.speaker === 'interviewer' ? 'interviewer' : 'candidate'}`, null,
    element('div.who', null, element('strong', null, who), element('time', null, clock(segment.start_ms ?? 0)),
      segment.interrupted ? element('span.note', null, 'interrupted') : null), element('p', null, String(segment.text ?? '')));
}

window.addEventListener('hashchange', () => {
  api = new WorkspaceApi(takeToken());
  showList();
});
if (api.token) showList();
else showLocked();
