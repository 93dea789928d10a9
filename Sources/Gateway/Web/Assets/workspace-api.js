// @ts-check
// The part of the HTTP interface that the workspace uses, and what its answers look like on the page.

import { apiErrorFrom } from './interview-api.js';

const TOKEN_KEY = 'viva.workspace.token';

/** Takes the token out of the address bar, so that it is in no history entry and on no screenshot. @returns {string} */
export function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given) {
    sessionStorage.setItem(TOKEN_KEY, given);
    history.replaceState(null, '', location.pathname + location.search);
  }
  return given ?? sessionStorage.getItem(TOKEN_KEY) ?? '';
}

export function forgetToken() {
  sessionStorage.removeItem(TOKEN_KEY);
}

/**
 * @typedef {{id: string, title: string, candidate: string, status: string, createdAt: string, durationMs: number|null}} InterviewRow
 * @typedef {{id: string, title: string, detail: string}} PlanRow
 */

export class WorkspaceApi {
  /** @param {string} token @param {typeof fetch} [request] */
  constructor(token, request = (...parts) => fetch(...parts)) {
    this.token = token;
    this.request = request;
  }

  /** Newest first. @returns {Promise<InterviewRow[]>} */
  async interviews() {
    const rows = listIn(await this.#json('/v1/interviews'), 'interviews').map(interviewRow);
    return rows.sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  }

  /** @returns {Promise<PlanRow[]>} */
  async plans() {
    return listIn(await this.#json('/v1/plans'), 'plans').map((plan) => ({
      id: String(plan.id ?? ''),
      title: String(plan.title ?? plan.id ?? ''),
      detail: [plan.role, plan.question_count ? `${plan.question_count} questions` : '', plan.estimated_minutes ? `about ${plan.estimated_minutes} min` : '']
        .filter(Boolean).join(' · '),
    }));
  }

  /** @param {string} planId @param {string} candidateName */
  async create(planId, candidateName) {
    const body = { plan_id: planId, ...(candidateName ? { candidate_name: candidateName } : {}) };
    return this.#json('/v1/interviews', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  }

  /** A new join link; the unused one before it stops working. @param {string} id @returns {Promise<{join_url: string, expires_at: string}>} */
  async renewLink(id) {
    return this.#json(`/v1/interviews/${encodeURIComponent(id)}/link`, { method: 'POST' });
  }

  /** @param {string} id */
  async transcript(id) {
    return this.#json(`/v1/interviews/${encodeURIComponent(id)}/transcript?format=json`);
  }

  /** The stored transcript as a file. @param {string} id @param {'txt'|'vtt'|'json'} format */
  async transcriptFile(id, format) {
    return (await this.#send(`/v1/interviews/${encodeURIComponent(id)}/transcript?format=${format}`)).text();
  }

  /** @param {string} path @param {RequestInit} [options] */
  async #json(path, options) {
    return (await this.#send(path, options)).json();
  }

  /** @param {string} path @param {RequestInit} [options] */
  async #send(path, options = {}) {
    const headers = { ...options.headers, authorization: `Bearer ${this.token}` };
    const response = await this.request(path, { ...options, headers, cache: 'no-store' });
    if (!response.ok) throw await apiErrorFrom(response);
    return response;
  }
}

const FINAL_STATUSES = new Set(['completed', 'ended', 'abandoned', 'failed']);

/** Whether a new link can still lead into the interview. @param {InterviewRow} row */
export function canRenewLink(row) {
  return row.id !== '' && !FINAL_STATUSES.has(row.status);
}

/** A list, bare or under its name. @param {any} value @param {string} name @returns {any[]} */
function listIn(value, name) {
  if (Array.isArray(value)) return value;
  return Array.isArray(value?.[name]) ? value[name] : [];
}

/** @param {any} value @returns {InterviewRow} */
export function interviewRow(value) {
  const started = Date.parse(value.started_at ?? '');
  const ended = Date.parse(value.ended_at ?? '');
  const measured = Number.isFinite(started) && Number.isFinite(ended) ? Math.max(0, ended - started) : null;
  return {
    id: String(value.id ?? ''),
    title: String(value.title ?? ''),
    candidate: String(value.candidate_name ?? ''),
    status: String(value.status ?? ''),
    createdAt: String(value.created_at ?? ''),
    durationMs: typeof value.duration_ms === 'number' ? value.duration_ms : measured,
  };
}
