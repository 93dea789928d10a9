// @ts-check
// What can go wrong, in words for the person it happens to: what happened, and what to do now.

import { ApiError } from './interview-api.js';
import { PeerConnectionFailed } from './peer-call.js';

/** @typedef {import('./session-reducer.js').Problem} Problem */

/** @param {string} code @param {string} title @param {string} message @param {string} remedy @param {Partial<Problem>} [more] @returns {Problem} */
function problem(code, title, message, remedy, more) {
  return { code, title, message, remedy, requestId: '', retryable: true, retryAt: null, ...more };
}

/**
 * Names of DOMException that getUserMedia rejects with (W3C Media Capture and Streams, section 10.2).
 * @param {any} cause @returns {Problem}
 */
export function microphoneProblem(cause) {
  switch (cause?.name) {
    case 'InsecureContext':
      return problem('insecure_context', 'This page is not on a secure address',
        'Browsers only share a microphone with pages whose address begins with https.',
        'Open the link again with https:// at the beginning. If it was sent to you without it, ask the sender for the right one.');
    case 'NotAllowedError':
    case 'SecurityError':
      return problem('microphone_denied', 'The microphone is blocked for this page',
        'Your browser did not let this page use the microphone. Nothing has been lost.',
        'Select the icon to the left of the address, set Microphone to “Allow”, then try again. On a phone, also check that the browser itself may use the microphone in the system settings.');
    case 'NotFoundError':
    case 'OverconstrainedError':
      return problem('microphone_missing', 'We could not find a microphone',
        'No microphone is connected to this device, or it is switched off.',
        'Plug in or switch on a microphone or headset, then try again. You can also open this link on your phone.');
    case 'NotReadableError':
    case 'AbortError':
      return problem('microphone_busy', 'The microphone is in use by something else',
        'Another app or browser tab seems to be holding the microphone.',
        'Close other calls, meetings and recording apps, then try again. If that does not help, restart the browser.');
    case 'Unsupported':
      return problem('browser_unsupported', 'This browser cannot make calls',
        'It lacks the parts that a spoken interview needs.',
        'Open the link in a current version of Chrome, Edge, Firefox or Safari.', { retryable: false });
    default:
      return problem('microphone_failed', 'The microphone did not start',
        'Your device reported an unexpected fault.', 'Unplug and reconnect the microphone, or choose another one, then try again.');
  }
}

const NETWORK_REMEDY = 'Company networks and VPNs often block calls. Switch off the VPN, or try another network such as your phone’s, then try again.';

/** Codes after which the same link cannot work any more. */
const FINAL_CODES = new Set(['ticket_unknown', 'ticket_used', 'ticket_expired', 'unauthorized', 'interview_over', 'interview_minutes_used', 'no_opus']);

/** What to do for a code of the server. The message itself comes from the server. */
const REMEDIES = /** @type {Record<string, [string, string]>} */ ({
  ticket_unknown: ['We do not know this link', 'Check that the whole link was copied, or ask the person who invited you for a new one.'],
  ticket_used: ['This link has already been used', 'If you began in another tab or browser, continue there. Otherwise ask the person who invited you for a new link.'],
  ticket_expired: ['This link has expired', 'Ask the person who invited you for a new link.'],
  unauthorized: ['Your visit has expired', 'Ask the person who invited you for a new link. What you already said is kept.'],
  engine_full: ['All interview lines are busy', 'Nothing is lost and your place is kept. Please try again shortly.'],
  calls_full: ['All interview lines are busy', 'Nothing is lost and your place is kept. Please try again shortly.'],
  tenant_calls_full: ['All interview lines of the organiser are busy', 'Nothing is lost and your place is kept. Please try again in a few minutes.'],
  tenant_minutes_used: ['No more interviews can be held right now', 'Your link stays good. Please come back later, or tell the person who invited you.'],
  interview_minutes_used: ['The time for this interview is used up', 'What you said is saved. If something is missing, tell the person who invited you.'],
  rate_limited: ['Too many tries in a short time', 'Please wait a moment, then try again. Nothing is lost.'],
  engine_unavailable: ['The interviewer is not available right now', 'Please wait a moment and try again. If it lasts, tell the person who invited you.'],
  upstream_timeout: ['The interviewer did not answer in time', 'Please try again.'],
  call_in_progress: ['This interview is open somewhere else', 'Close other tabs or windows with this interview, then try again.'],
  no_opus: ['This browser cannot make this call', 'Open the link in a current version of Chrome, Edge, Firefox or Safari.'],
});

/** @param {unknown} cause @param {number} now @returns {Problem} */
export function requestProblem(cause, now) {
  if (cause instanceof ApiError) {
    const [title, remedy] = REMEDIES[cause.code] ?? ['Something went wrong on our side', 'Please try again. If it happens again, tell the person who invited you.'];
    return problem(cause.code, title, cause.message, remedy, {
      requestId: cause.requestId,
      retryable: !FINAL_CODES.has(cause.code),
      retryAt: cause.retryAfterMs === null ? null : now + cause.retryAfterMs,
    });
  }
  return problem('offline', 'We could not reach the interview server',
    'The request did not get through.', 'Check your internet connection, then try again.');
}

/** @param {string} step one of STEP_NAMES @returns {Problem} */
export function timeoutProblem(step) {
  switch (step) {
    case 'webrtc_setup':
      return problem('connect_timeout', 'The audio connection could not be opened',
        'The server answered, but the network did not let the sound through in time.',
        NETWORK_REMEDY);
    case 'audio_connection':
      return problem('connect_timeout', 'We are connected, but heard nothing yet',
        'The line is open, but the interviewer has not spoken in time.', 'Please try again. Nothing is lost.');
    default:
      return problem('connect_timeout', 'Connecting took too long',
        'The server did not answer in time.', 'Check your internet connection, then try again.');
  }
}

/** Why a step of connecting failed, in words for the candidate. */
export class StepFailed extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.code);
    this.problem = problem;
  }
}

/** @param {unknown} cause whatever ended an attempt to connect @param {number} now @returns {Problem} */
export function connectProblem(cause, now) {
  if (cause instanceof StepFailed) return cause.problem;
  if (cause instanceof PeerConnectionFailed) {
    return problem('webrtc_failed', 'The audio connection could not be opened',
      'Your network and the server could not agree on a way for the sound.', NETWORK_REMEDY);
  }
  return requestProblem(cause, now);
}
