// @ts-check
// Pieces that several screens of the room share.

import { button, clock, element, icon, setShown, setText } from './dom.js';

/** @typedef {import('./session-reducer.js').Problem} Problem */
/** @typedef {import('./session-reducer.js').SessionState} SessionState */
/**
 * A screen of the room. `update` patches; `focus` is where the keyboard goes when the screen appears.
 * @typedef {{node: HTMLElement, focus: HTMLElement, update: (state: SessionState) => void, frame?: (level: number, remote: number) => void}} ScreenView
 */

/** A heading that can take the focus when its screen appears. @param {string} text */
export function screenHeading(text) {
  return element('h1', { tabindex: '-1' }, text);
}

/** What went wrong, what to do, and optionally a button. @param {(() => void)|null} retry */
export function problemCard(retry) {
  const title = element('h2');
  const message = element('p');
  const remedy = element('p.remedy');
  const reference = element('p.reference');
  const again = button('.primary', '', 'Try again', () => retry?.());
  const node = element('section.problem', { role: 'alert', hidden: true },
    element('span.badge', null, icon('alert')), element('div', null, title, message, remedy, again.node, reference));
  /** @type {Problem|null} */
  let shown = null;
  return {
    node,
    /** @param {Problem|null} problem @param {number} now */
    update(problem, now) {
      setShown(node, problem !== null);
      if (!problem) {
        shown = null;
        return;
      }
      setText(title, problem.title);
      setText(message, problem.message);
      setText(remedy, problem.remedy);
      setText(reference, problem.requestId ? `Reference for support: ${problem.requestId}` : '');
      setShown(reference, problem.requestId !== '');
      setShown(again.node, problem.retryable && retry !== null);
      const wait = problem.retryAt === null ? 0 : Math.ceil((problem.retryAt - now) / 1000);
      if (wait > 0) again.node.setAttribute('aria-disabled', 'true');
      else again.node.removeAttribute('aria-disabled');
      setText(again.text, wait > 0 ? `Try again in ${wait} s` : 'Try again');
      shown = problem;
    },
    /** @returns {Problem|null} */
    get problem() {
      return shown;
    },
  };
}

/** A row of bars that a level lights up. */
export function levelBar() {
  const bars = Array.from({ length: 48 }, () => element('i'));
  const node = element('div.level', { 'aria-hidden': 'true' }, ...bars);
  let lit = 0;
  return {
    node,
    /** @param {number} level 0…1 */
    show(level) {
      const wanted = Math.round(level * bars.length);
      if (wanted === lit) return;
      lit = wanted;
      bars.forEach((bar, index) => bar.classList.toggle('lit', index < wanted));
    },
  };
}

/** @param {string} speaker @param {import('./session-reducer.js').Interview} interview */
export function speakerName(speaker, interview) {
  return speaker === 'interviewer' ? interview.interviewerName || 'Interviewer' : 'You';
}

/** The transcript as a text file. @param {SessionState} state */
export function transcriptText({ interview, segments }) {
  const lines = segments.map((segment) =>
    `[${clock(segment.startMs)}] ${speakerName(segment.speaker, interview)}: ${segment.text}${segment.interrupted ? ' (interrupted)' : ''}`);
  return `${interview.title}\n\n${lines.join('\n\n')}\n`;
}

/** @param {number} count @param {string} one @param {string} many */
export function counted(count, one, many) {
  return `${count} ${count === 1 ? one : many}`;
}
