// @ts-check
// On the page for a used link: a reload of the tab that used it is not a stranger. If this tab holds the interview,
// the room takes the place of the message.

import { element } from './dom.js';
import { SessionMemory } from './session-memory.js';

const ticket = /^\/i\/([^/]+)\/?$/.exec(location.pathname)?.[1];
let session = null;
try {
  session = ticket ? new SessionMemory(window.sessionStorage, decodeURIComponent(ticket)).read() : null;
} catch {
  // No storage: the message stands.
}
if (ticket && session) {
  const { interview } = session;
  await import('./viva-interview.js');
  document.getElementById('room')?.replaceWith(element('viva-interview', {
    ticket: decodeURIComponent(ticket), returning: true, 'interview-title': interview.title, 'role-title': interview.role,
    'question-count': interview.questionCount, 'estimated-minutes': interview.estimatedMinutes,
    'interviewer-name': interview.interviewerName, language: interview.language,
  }));
}
