// @ts-check
// The state of one candidate's visit, as a pure function: (state, event) → state.
// Nothing here reads a clock, the document or the network. Every event that needs time carries it as `at`
// (milliseconds of one monotonic clock). An event that does not belong to the present screen returns the very same state,
// so late arrivals from a connection that was given up can never move the page.

/**
 * @typedef {'welcome'|'microphone'|'connecting'|'interview'|'ended'} Screen
 * @typedef {{title: string, role: string, questionCount: number, estimatedMinutes: number, interviewerName: string, language: string}} Interview
 * @typedef {{code: string, title: string, message: string, remedy: string, requestId: string, retryable: boolean, retryAt: number|null}} Problem
 * @typedef {{name: string, status: 'waiting'|'running'|'done'|'failed', startedAt: number, ms: number|null}} Step
 * @typedef {{sequence: number, itemId: string, speaker: 'interviewer'|'candidate', text: string, startMs: number, endMs: number, interrupted: boolean}} Segment
 * @typedef {{itemId: string, speaker: 'interviewer'|'candidate', text: string}} Interim
 * @typedef {{id: string, label: string}} Device
 * @typedef {{type: string, at?: number, [key: string]: any}} SessionEvent
 *
 * @typedef {Object} SessionState
 * @property {Screen} screen
 * @property {boolean} returning        a call of this interview exists already: offer to continue it
 * @property {boolean} joined           the ticket has been exchanged
 * @property {Interview} interview
 * @property {string[]} notice          what the server tells before anything begins: with the page, and again when the ticket is exchanged
 * @property {{status: 'idle'|'asking'|'ready'|'failed', devices: Device[], deviceId: string, heard: boolean, lost: boolean, problem: Problem|null}} microphone
 * @property {{resuming: boolean, steps: Step[], problem: Problem|null}} connection
 * @property {{peer: 'none'|'up'|'unsteady'|'lost', server: string, connectedAt: number|null}} call
 * @property {Segment[]} segments       durable lines in the order of the record
 * @property {Interim[]} interims       lines still being spoken or not yet acknowledged as stored
 * @property {{interviewer: boolean, candidate: boolean}} speaking
 * @property {{number: number, count: number, elapsedMs: number, limitMs: number, at: number}|null} progress
 * @property {number} now               time of the latest tick
 * @property {number|null} quietSince   since when nobody has spoken after the interviewer
 * @property {boolean} patience         show “take your time”
 * @property {boolean} muted
 * @property {boolean} shortcut         whether the M key mutes
 * @property {boolean} soundBlocked
 * @property {{code: string, message: string}|null} advice
 * @property {{open: boolean, busy: boolean, problem: Problem|null}} ending
 * @property {{status: string, message: string}|null} end
 * @property {'none'|'loading'|'loaded'|'failed'} transcript
 */

export const STEP_NAMES = Object.freeze([
  'microphone_access', 'api_connection', 'session_creation', 'webrtc_setup', 'audio_connection',
]);

/** More lines than a two-hour interview has; beyond it the oldest leave the page (the stored record keeps them). */
export const SEGMENT_LIMIT = 2000;
/** Lines that may be open at the same time; a peer that never finishes one cannot grow the page. */
export const INTERIM_LIMIT = 20;
/** Characters of one unfinished line. */
export const INTERIM_TEXT_LIMIT = 8000;
/** Silence after a question before the page says that there is no hurry. */
export const PATIENCE_MS = 6000;

/** @param {Interview} interview @param {string[]} [notice] @returns {SessionState} */
export function initialState(interview, notice = []) {
  return {
    screen: 'welcome', returning: false, joined: false, interview, notice,
    microphone: { status: 'idle', devices: [], deviceId: '', heard: false, lost: false, problem: null },
    connection: { resuming: false, steps: freshSteps(), problem: null },
    call: { peer: 'none', server: 'none', connectedAt: null },
    segments: [], interims: [], speaking: { interviewer: false, candidate: false },
    progress: null, now: 0, quietSince: null, patience: false,
    muted: false, shortcut: true, soundBlocked: false, advice: null,
    ending: { open: false, busy: false, problem: null }, end: null, transcript: 'none',
  };
}

/** @returns {Step[]} */
function freshSteps() {
  return STEP_NAMES.map((name) => ({ name, status: 'waiting', startedAt: 0, ms: null }));
}

const QUIET = Object.freeze({ interviewer: false, candidate: false });

/** True when the interview cannot go on without a new connection. @param {SessionState} state */
export function isSuspended(state) {
  return state.screen === 'interview' && (state.call.peer === 'lost' || state.call.server === 'suspended');
}

/** True while words can flow: the page must not be left by accident. @param {SessionState} state */
export function isLive(state) {
  return state.screen === 'interview' && !isSuspended(state);
}

/** Milliseconds of interview so far: the server's figure, carried forward by our clock while live. @param {SessionState} state */
export function elapsedMs(state) {
  const { progress, call, now } = state;
  if (progress) return progress.elapsedMs + (isLive(state) ? Math.max(0, now - progress.at) : 0);
  return call.connectedAt === null ? 0 : Math.max(0, now - call.connectedAt);
}

/** The steps that have a result, as `POST /v1/calls/{id}/report` takes them. @param {SessionState} state */
export function stepReport({ connection: { steps, problem } }) {
  return steps.filter((step) => step.ms !== null).map((step) => ({
    name: step.name, ok: step.status === 'done', ms: step.ms,
    ...(step.status === 'failed' && problem ? { detail: problem.code } : {}),
  }));
}

/**
 * Which screens an event belongs to, and what it does there.
 * @type {Record<string, {on: readonly Screen[], apply: (state: SessionState, event: SessionEvent) => SessionState}>}
 */
const TRANSITIONS = {
  // A visit that begins with a call already known from this tab.
  'visit.returned': { on: ['welcome'], apply: (state, event) => ({ ...state, returning: true, joined: true, interview: event.interview }) },
  'visit.finished': {
    on: ['welcome'],
    apply: (state, event) => finish({ ...state, joined: true, interview: event.interview }, event.status, event.message),
  },
  'visit.restarted': {
    on: ['ended'],
    apply: (state) => ({ ...initialState(state.interview, state.notice), shortcut: state.shortcut }),
  },

  'microphone.opened': { on: ['welcome', 'connecting'], apply: (state) => ({ ...state, screen: 'microphone', connection: { ...state.connection, problem: null } }) },
  'microphone.asked': {
    on: ['welcome', 'microphone', 'connecting', 'interview'],
    apply: (state) => withMicrophone(state, { status: 'asking', problem: null }),
  },
  'microphone.granted': {
    on: ['welcome', 'microphone', 'connecting', 'interview'],
    apply: (state, event) => withMicrophone(state, {
      status: 'ready', devices: event.devices, deviceId: event.deviceId, problem: null, lost: false,
      heard: state.microphone.heard && state.microphone.deviceId === event.deviceId,
    }),
  },
  'microphone.failed': {
    on: ['welcome', 'microphone', 'connecting', 'interview'],
    apply: (state, event) => withMicrophone(state, { status: 'failed', problem: event.problem, heard: false }),
  },
  'microphone.heard': {
    on: ['microphone'],
    apply: (state) => (state.microphone.heard ? state : withMicrophone(state, { heard: true })),
  },
  'microphone.lost': { on: ['microphone', 'interview'], apply: (state) => withMicrophone(state, { lost: true, heard: false }) },

  'connect.started': {
    on: ['welcome', 'microphone', 'connecting', 'interview'],
    apply: (state, event) => ({
      ...state, screen: 'connecting', returning: false,
      connection: { resuming: event.resuming === true, steps: freshSteps(), problem: null },
      call: { ...state.call, peer: 'none', server: 'connecting' },
      // What was being said on the old connection was not stored; it must not stay as if it were.
      interims: [], speaking: QUIET, quietSince: null, patience: false, advice: null,
      ending: { open: false, busy: false, problem: null },
    }),
  },
  'step.started': {
    on: ['connecting'],
    apply: (state, event) => withStep(state, event.name, { status: 'running', startedAt: event.at ?? 0, ms: null }),
  },
  'step.done': { on: ['connecting'], apply: (state, event) => withStep(state, event.name, { status: 'done' }, event.at) },
  'step.failed': {
    on: ['connecting'],
    apply: (state, event) => {
      const next = withStep(state, event.name, { status: 'failed' }, event.at);
      return { ...next, now: event.at ?? state.now, connection: { ...next.connection, problem: event.problem } };
    },
  },
  'joined': {
    on: ['connecting'],
    apply: (state, event) => ({ ...state, joined: true, interview: { ...state.interview, ...event.interview }, notice: Array.isArray(event.notice) ? event.notice.filter((item) => typeof item === 'string') : [] }),
  },
  'connected': {
    on: ['connecting'],
    apply: (state, event) => ({
      ...state, screen: 'interview', now: event.at ?? state.now,
      call: { peer: 'up', server: 'live', connectedAt: state.call.connectedAt ?? event.at ?? 0 },
      progress: state.progress && { ...state.progress, at: event.at ?? 0 },
    }),
  },

  'peer.unsteady': { on: ['interview'], apply: (state) => (state.call.peer === 'up' ? withPeer(state, 'unsteady') : state) },
  'peer.steady': { on: ['interview'], apply: (state) => (state.call.peer === 'unsteady' ? withPeer(state, 'up') : state) },
  'peer.lost': {
    on: ['interview'],
    apply: (state) => ({ ...withPeer(holdClock(state), 'lost'), speaking: QUIET, quietSince: null, patience: false }),
  },

  'server.state': { on: ['connecting', 'interview'], apply: applyServerState },
  'server.segment': { on: ['connecting', 'interview', 'ended'], apply: (state, event) => addSegments(state, [event.data]) },
  'server.progress': { on: ['connecting', 'interview'], apply: applyProgress },
  'server.notice': {
    on: ['connecting', 'interview'],
    apply: (state, event) => {
      const message = text(event.data?.message);
      return message ? { ...state, advice: { code: text(event.data.code), message } } : state;
    },
  },
  'server.end': {
    on: ['connecting', 'interview'],
    apply: (state, event) => finish(state, text(event.data?.status) || 'ended', text(event.data?.message)),
  },
  'channel.event': { on: ['connecting', 'interview'], apply: applyChannelEvent },

  'mute.set': { on: ['interview'], apply: (state, event) => ({ ...state, muted: event.muted === true }) },
  'shortcut.set': { on: ['interview'], apply: (state, event) => ({ ...state, shortcut: event.on === true }) },
  'sound.blocked': { on: ['connecting', 'interview'], apply: (state) => ({ ...state, soundBlocked: true }) },
  'sound.enabled': { on: ['connecting', 'interview'], apply: (state) => ({ ...state, soundBlocked: false }) },
  'advice.dismissed': { on: ['interview'], apply: (state) => ({ ...state, advice: null }) },

  'end.asked': { on: ['interview'], apply: (state) => ({ ...state, ending: { open: true, busy: false, problem: null } }) },
  'end.declined': {
    on: ['interview'],
    apply: (state) => (state.ending.busy ? state : { ...state, ending: { open: false, busy: false, problem: null } }),
  },
  'end.confirmed': { on: ['interview'], apply: (state) => ({ ...state, ending: { open: true, busy: true, problem: null } }) },
  'end.failed': { on: ['interview'], apply: (state, event) => ({ ...state, ending: { open: true, busy: false, problem: event.problem } }) },
  'call.over': { on: ['connecting', 'interview'], apply: (state, event) => finish(state, event.status ?? 'ended', event.message ?? '') },

  'transcript.asked': { on: ['ended'], apply: (state) => ({ ...state, transcript: 'loading' }) },
  'transcript.loaded': {
    on: ['connecting', 'interview', 'ended'],
    apply: (state, event) => ({
      ...addSegments(state, Array.isArray(event.segments) ? event.segments : []),
      transcript: state.screen === 'ended' ? 'loaded' : state.transcript,
    }),
  },
  'transcript.failed': { on: ['ended'], apply: (state) => ({ ...state, transcript: 'failed' }) },

  'tick': { on: ['connecting', 'interview'], apply: applyTick },
};

export const EVENT_TYPES = Object.freeze(Object.keys(TRANSITIONS));

/** @param {SessionState} state @param {SessionEvent} event @returns {SessionState} */
export function reduce(state, event) {
  const transition = Object.hasOwn(TRANSITIONS, event.type) ? TRANSITIONS[event.type] : undefined;
  return transition?.on.includes(state.screen) ? transition.apply(state, event) : state;
}

/** @param {SessionState} state @param {Partial<SessionState['microphone']>} change */
function withMicrophone(state, change) {
  return { ...state, microphone: { ...state.microphone, ...change } };
}

/** @param {SessionState} state @param {SessionState['call']['peer']} peer */
function withPeer(state, peer) {
  return { ...state, call: { ...state.call, peer } };
}

/** @param {SessionState} state @param {string} name @param {Partial<Step>} change @param {number} [finishedAt] */
function withStep(state, name, change, finishedAt) {
  const steps = state.connection.steps.map((step) => {
    if (step.name !== name) return step;
    const ms = finishedAt === undefined ? null : Math.max(0, Math.round(finishedAt - step.startedAt));
    return { ...step, ...change, ms };
  });
  return { ...state, connection: { ...state.connection, steps } };
}

/** Freezes the elapsed time where it is, so that a lost connection does not use up the candidate's time on screen. @param {SessionState} state */
function holdClock(state) {
  if (!isLive(state)) return state;
  const elapsed = elapsedMs(state);
  const { number = 0, count = state.interview.questionCount, limitMs = 0 } = state.progress ?? {};
  return { ...state, progress: { number, count, limitMs, elapsedMs: elapsed, at: state.now } };
}

/** @param {SessionState} state @param {string} status @param {string} message @returns {SessionState} */
function finish(state, status, message) {
  return {
    ...state, screen: 'ended', returning: false, interims: [], speaking: QUIET, quietSince: null, patience: false, advice: null,
    soundBlocked: false, ending: { open: false, busy: false, problem: null }, end: { status, message },
    call: { ...state.call, peer: 'none', server: status },
  };
}

/** @param {SessionState} state @param {SessionEvent} event @returns {SessionState} */
function applyServerState(state, event) {
  const status = text(event.data?.status);
  if (!status) return state;
  // While connecting, an old `suspended` may be replayed; the connection attempt has its own deadline.
  if (state.screen === 'connecting') return status === 'suspended' ? state : { ...state, call: { ...state.call, server: status } };
  if (status === 'suspended') {
    const held = holdClock(state);
    return {
      ...held, speaking: QUIET, quietSince: null, patience: false, call: { ...held.call, server: status },
      advice: event.data.message ? { code: text(event.data.reason), message: text(event.data.message) } : held.advice,
    };
  }
  const resumed = status === 'live' && state.call.server === 'suspended';
  return {
    ...state, call: { ...state.call, server: status }, advice: resumed ? null : state.advice,
    progress: resumed && state.progress ? { ...state.progress, at: state.now } : state.progress,
  };
}

/** @param {SessionState} state @param {SessionEvent} event @returns {SessionState} */
function applyProgress(state, event) {
  const { question_number: number, question_count: count, elapsed_ms: elapsed, limit_ms: limit } = event.data ?? {};
  if (![number, count].every(isCount)) return state;
  return {
    ...state,
    progress: { number, count, elapsedMs: isCount(elapsed) ? elapsed : 0, limitMs: isCount(limit) ? limit : 0, at: event.at ?? state.now },
  };
}

/** @param {SessionState} state @param {any[]} incoming @returns {SessionState} */
function addSegments(state, incoming) {
  const segments = incoming.map(segmentFrom).filter((segment) => segment !== null);
  if (segments.length === 0) return state;
  const bySequence = new Map(state.segments.map((segment) => [segment.sequence, segment]));
  for (const segment of segments) bySequence.set(segment.sequence, segment);
  const stored = new Set(segments.map((segment) => segment.itemId));
  return {
    ...state,
    segments: [...bySequence.values()].sort((a, b) => a.sequence - b.sequence).slice(-SEGMENT_LIMIT),
    interims: state.interims.filter((line) => !stored.has(line.itemId)),
  };
}

/** @param {any} data @returns {Segment|null} */
function segmentFrom(data) {
  if (!data || !isCount(data.sequence) || typeof data.text !== 'string') return null;
  if (data.speaker !== 'interviewer' && data.speaker !== 'candidate') return null;
  return {
    sequence: data.sequence, itemId: text(data.item_id), speaker: data.speaker, text: data.text,
    startMs: isCount(data.start_ms) ? data.start_ms : 0, endMs: isCount(data.end_ms) ? data.end_ms : 0,
    interrupted: data.interrupted === true,
  };
}

/**
 * Events of the data channel `oai-events` (OpenAI Realtime API, GA names). They only animate the page: what counts is the
 * segment that the server has stored.
 * @param {SessionState} state @param {SessionEvent} event @returns {SessionState}
 */
function applyChannelEvent(state, event) {
  const message = event.event ?? {};
  const at = event.at ?? state.now;
  switch (message.type) {
    case 'response.output_audio_transcript.delta':
      return withInterim(state, message.item_id, 'interviewer', (before) => before + text(message.delta));
    case 'response.output_audio_transcript.done':
      return withInterim(state, message.item_id, 'interviewer', (before) => text(message.transcript) || before);
    case 'conversation.item.input_audio_transcription.delta':
      return withInterim(state, message.item_id, 'candidate', (before) => before + text(message.delta));
    case 'conversation.item.input_audio_transcription.completed':
      return text(message.transcript).trim()
        ? withInterim(state, message.item_id, 'candidate', () => text(message.transcript))
        : withoutInterim(state, message.item_id);
    case 'conversation.item.input_audio_transcription.failed':
    case 'conversation.item.deleted':
      return withoutInterim(state, message.item_id);
    case 'input_audio_buffer.speech_started':
      // The empty line keeps its place: lines are in the order in which people began to speak.
      return {
        ...withInterim(state, message.item_id, 'candidate', (before) => before),
        speaking: { ...state.speaking, candidate: true }, quietSince: null, patience: false,
      };
    case 'input_audio_buffer.speech_stopped':
      return { ...state, speaking: { ...state.speaking, candidate: false } };
    case 'output_audio_buffer.started':
      return { ...state, speaking: { ...state.speaking, interviewer: true }, quietSince: null, patience: false };
    case 'output_audio_buffer.stopped':
      return { ...state, speaking: { ...state.speaking, interviewer: false }, quietSince: state.speaking.candidate ? null : at };
    case 'output_audio_buffer.cleared':
      return { ...state, speaking: { ...state.speaking, interviewer: false } };
    default:
      return state;
  }
}

/** @param {SessionState} state @param {unknown} itemId @param {'interviewer'|'candidate'} speaker @param {(before: string) => string} change */
function withInterim(state, itemId, speaker, change) {
  if (typeof itemId !== 'string' || !itemId) return state;
  if (state.segments.some((segment) => segment.itemId === itemId)) return state; // already stored: a late delta
  const known = state.interims.find((line) => line.itemId === itemId);
  const line = { itemId, speaker, text: change(known?.text ?? '').slice(0, INTERIM_TEXT_LIMIT) };
  const interims = known ? state.interims.map((each) => (each === known ? line : each)) : [...state.interims, line];
  return { ...state, interims: interims.slice(-INTERIM_LIMIT) };
}

/** @param {SessionState} state @param {unknown} itemId */
function withoutInterim(state, itemId) {
  return { ...state, interims: state.interims.filter((line) => line.itemId !== itemId) };
}

/** @param {SessionState} state @param {SessionEvent} event */
function applyTick(state, event) {
  const now = event.at ?? state.now;
  const quiet = state.quietSince !== null && !state.speaking.candidate && !state.speaking.interviewer && isLive(state);
  return { ...state, now, patience: quiet && now - Number(state.quietSince) >= PATIENCE_MS };
}

/** @param {unknown} value */
function text(value) {
  return typeof value === 'string' ? value : '';
}

/** @param {unknown} value @returns {value is number} */
function isCount(value) {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
