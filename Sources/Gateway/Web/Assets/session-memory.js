// @ts-check
// What a reload of this tab must know to continue. sessionStorage ends with the tab; nothing is kept beyond it.

/**
 * @typedef {Object} RememberedSession
 * @property {string} token
 * @property {string} interviewId
 * @property {import('./session-reducer.js').Interview} interview
 * @property {string} callId
 * @property {string} lastEventId
 * @property {boolean} spoken     a call was once connected
 * @property {{status: string, message: string}|null} end
 */

/** The answer of `POST /v1/join`. @param {any} answer @returns {RememberedSession} */
export function sessionFrom({ candidate_token: token, interview }) {
  return {
    token, interviewId: interview.id, callId: '', lastEventId: '', spoken: false, end: null,
    interview: {
      title: interview.title, role: interview.role ?? '', questionCount: interview.question_count,
      estimatedMinutes: interview.estimated_minutes, language: interview.language, interviewerName: interview.interviewer_name,
    },
  };
}

export class SessionMemory {
  /** @param {Storage|null} storage @param {string} ticket */
  constructor(storage, ticket) {
    this.storage = storage;
    this.key = `viva.interview.${ticket}`;
  }

  /** @returns {RememberedSession|null} */
  read() {
    try {
      const value = JSON.parse(this.storage?.getItem(this.key) ?? 'null');
      return value && typeof value.token === 'string' && typeof value.interviewId === 'string' && value.interview ? value : null;
    } catch {
      return null;
    }
  }

  /** @param {RememberedSession} session */
  write(session) {
    try {
      this.storage?.setItem(this.key, JSON.stringify(session));
    } catch {
      // Storage is switched off or full: the visit works, only a reload cannot continue it.
    }
  }
}
