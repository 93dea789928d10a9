// @ts-check
// Performs what the page decides: requests, the peer connection, the event stream. Every result becomes an event for the reducer.
// All that touches the outside world comes in through `environment`, so the whole visit runs in a test.

import { abortable } from './abortable.js';
import { CallEvents } from './call-events.js';
import { iceServersFrom } from './ice-servers.js';
import { ApiError, InterviewApi } from './interview-api.js';
import { Microphone } from './microphone.js';
import { PeerCall, PeerConnectionFailed } from './peer-call.js';
import { connectProblem, microphoneProblem, requestProblem, StepFailed, timeoutProblem } from './problems.js';
import { sessionFrom, SessionMemory } from './session-memory.js';
import { initialState, isLive, isSuspended, reduce, stepReport, STEP_NAMES } from './session-reducer.js';
import { Timers } from './timers.js';

/** From the microphone to the first sound. Counted after the browser's permission prompt, which waits for a person. */
export const CONNECT_TIMEOUT_MS = 15_000;
/** A call of ours that was just dropped (reload) may still be open on the server for a moment. */
export const BUSY_RETRY_MS = 2000;
/** ICE says “disconnected” at the first missed checks and mostly recovers by itself. */
export const UNSTEADY_LIMIT_MS = 5000;
/** After `end`, the interviewer's goodbye may still be playing. */
export const GOODBYE_LIMIT_MS = 8000;
/** After the candidate ends, wait this long for the server's own `end` event. */
export const END_EVENT_LIMIT_MS = 3000;
const TICK_MS = 1000;

/** @typedef {import('./session-reducer.js').SessionState} SessionState */
/** @typedef {import('./session-reducer.js').SessionEvent} SessionEvent */
/** @typedef {import('./browser-environment.js').ClientEnvironment} ClientEnvironment */

export class InterviewClient {
  /** @param {ClientEnvironment} environment @param {{ticket: string, interview: import('./session-reducer.js').Interview, notice?: string[], onChange: (state: SessionState) => void}} options */
  constructor(environment, { ticket, interview, notice = [], onChange }) {
    this.environment = environment;
    this.ticket = ticket;
    this.onChange = onChange;
    this.state = initialState(interview, notice);
    this.api = new InterviewApi(environment);
    this.microphone = new Microphone(environment, () => this.#dispatch({ type: 'microphone.lost' }));
    this.memory = new SessionMemory(environment.storage, ticket);
    this.session = this.memory.read();
    /** @type {PeerCall|null} */
    this.peer = null;
    /** @type {CallEvents|null} */
    this.events = null;
    /** @type {AbortController|null} */
    this.attempt = null;
    /** @type {ApiError|null} what the server said last, while we wait and ask again */
    this.refusal = null;
    this.timers = new Timers(environment);
  }

  /** Looks whether this tab was here before. */
  open() {
    const { session } = this;
    if (!session) return;
    if (session.end) {
      this.#dispatch({ type: 'visit.finished', interview: session.interview, ...session.end });
      this.loadTranscript();
    } else {
      this.#dispatch({ type: 'visit.returned', interview: session.interview });
    }
  }

  showMicrophoneCheck() {
    this.attempt?.abort();
    this.#dropConnection();
    this.timers.stopTicking();
    this.#dispatch({ type: 'microphone.opened' });
  }

  /** @param {string} [deviceId] @returns {Promise<boolean>} */
  async askForMicrophone(deviceId) {
    if (this.state.microphone.status === 'asking') return false;
    this.#dispatch({ type: 'microphone.asked' });
    try {
      await this.#openMicrophone(deviceId);
      return true;
    } catch (cause) {
      this.#dispatch({ type: 'microphone.failed', problem: microphoneProblem(cause) });
      return false;
    }
  }

  /** An event without an effect beyond the page. @param {string} type @param {Record<string, any>} [fields] */
  tell(type, fields) {
    this.#dispatch({ type, ...fields });
  }

  /** Connects, retries, continues after a reload, or resumes after a break: always the same five steps. */
  async connect() {
    const retryAt = this.state.connection.problem?.retryAt;
    if (this.attempt || (retryAt && this.environment.now() < retryAt)) return;
    const resuming = this.session?.spoken === true;
    const attempt = new AbortController();
    this.attempt = attempt;
    this.refusal = null;
    this.#dropConnection();
    this.#dispatch({ type: 'connect.started', resuming });
    this.timers.startTicking(TICK_MS, () => this.#dispatch({ type: 'tick' }));
    this.#play();
    let step = STEP_NAMES[0];
    /** @param {string} name @param {() => Promise<any>} work */
    const perform = async (name, work) => {
      step = name;
      this.#dispatch({ type: 'step.started', name });
      const result = await abortable(work, attempt.signal);
      this.#dispatch({ type: 'step.done', name });
      return result;
    };
    try {
      await perform('microphone_access', () => this.#ensureMicrophone());
      this.timers.after('connect', CONNECT_TIMEOUT_MS, () => attempt.abort(this.refusal ?? new StepFailed(timeoutProblem(step))));
      await perform('api_connection', () => this.#ensureJoined(attempt.signal));
      const iceServers = await abortable(() => iceServersFrom(this.api, this.session?.token ?? '', attempt.signal), attempt.signal);
      const peer = this.#makePeer(iceServers);
      const call = await perform('session_creation', () => this.#createCall(peer, attempt.signal));
      this.#listen(call.callId);
      await perform('webrtc_setup', async () => {
        await peer.accept(call.answer);
        await peer.connected;
      });
      await perform('audio_connection', () => peer.audible(resuming));
      this.#remember({ spoken: true });
      this.#dispatch({ type: 'connected' });
      if (resuming) this.#recallSegments();
      this.#reportSteps();
    } catch (cause) {
      // The attempt may have been given up for another screen, or the interview is over: nothing more to say.
      if (this.attempt !== attempt || this.state.screen !== 'connecting') return;
      if (cause instanceof ApiError && cause.code === 'interview_over') return this.#finished('ended', cause.message);
      this.#dispatch({ type: 'step.failed', name: step, problem: connectProblem(cause, this.environment.now()) });
      this.#reportSteps();
      this.#dropConnection();
    } finally {
      this.timers.cancel('connect');
      if (this.attempt === attempt) this.attempt = null;
    }
  }

  /** @param {boolean} muted */
  setMuted(muted) {
    if (this.state.screen !== 'interview') return;
    this.microphone.mute(muted);
    this.#dispatch({ type: 'mute.set', muted });
  }

  /** Replaces the microphone in the middle of the call. */
  async restoreMicrophone() {
    if (!(await this.askForMicrophone())) return;
    const { track } = this.microphone;
    if (track) await this.peer?.replaceTrack(track);
  }

  enableSound() {
    this.#play();
  }

  async confirmEnd() {
    if (this.state.screen !== 'interview' || this.state.ending.busy || !this.session) return;
    this.#dispatch({ type: 'end.confirmed' });
    try {
      await this.#reportAudio();
      const answer = await this.api.endCall(this.session.token, this.session.callId);
      this.timers.after('end', END_EVENT_LIMIT_MS, () => this.#finished(answer?.status ?? 'ended', ''));
    } catch (cause) {
      if (cause instanceof ApiError && cause.code === 'interview_over') return this.#finished('ended', cause.message);
      this.#dispatch({ type: 'end.failed', problem: requestProblem(cause, this.environment.now()) });
    }
  }

  async loadTranscript() {
    if (!this.session) return;
    this.#dispatch({ type: 'transcript.asked' });
    try {
      const { segments } = await this.api.transcript(this.session.token, this.session.interviewId);
      this.#dispatch({ type: 'transcript.loaded', segments });
    } catch {
      this.#dispatch({ type: 'transcript.failed' });
    }
  }

  /** After the end of a practice interview: the link makes a new one. */
  startAgain() {
    if (this.state.screen !== 'ended') return;
    this.session = null;
    this.#dropConnection();
    this.#dispatch({ type: 'visit.restarted' });
  }

  /** Leaves nothing running. */
  close() {
    this.attempt?.abort();
    this.#dropConnection();
    this.microphone.shutDown();
    this.timers.stopTicking();
  }

  get remoteLevel() {
    return this.peer?.remoteLevel() ?? 0;
  }

  async #ensureMicrophone() {
    if (!this.environment.canCall) throw new StepFailed(microphoneProblem({ name: 'Unsupported' }));
    if (this.microphone.track) return;
    try {
      await this.#openMicrophone(this.state.microphone.deviceId || undefined);
    } catch (cause) {
      throw new StepFailed(microphoneProblem(cause));
    }
  }

  /** @param {string} [deviceId] */
  async #openMicrophone(deviceId) {
    await this.microphone.open(deviceId);
    const devices = await this.microphone.devices();
    this.#dispatch({ type: 'microphone.granted', devices, deviceId: this.microphone.deviceId || deviceId || '' });
  }

  /** @param {AbortSignal} signal */
  async #ensureJoined(signal) {
    if (this.session) return this.api.health(signal);
    const answer = await this.api.join(this.ticket, signal);
    this.session = sessionFrom(answer);
    this.memory.write(this.session);
    this.#dispatch({ type: 'joined', interview: this.session.interview, notice: answer.notice?.items });
  }

  /** @param {RTCIceServer[]} iceServers */
  #makePeer(iceServers) {
    const { environment } = this;
    const peer = new PeerCall({
      iceServers,
      makePeerConnection: environment.makePeerConnection,
      setTimeout: environment.setTimeout,
      clearTimeout: environment.clearTimeout,
      onTrack: (track) => {
        environment.speaker.setTrack(track);
        this.#play();
      },
      onChannelEvent: (event) => {
        if (this.peer !== peer) return;
        this.#dispatch({ type: 'channel.event', event });
        if (event?.type === 'output_audio_buffer.stopped' && this.state.screen === 'ended') this.#dropConnection();
      },
      onConnectionState: (state) => this.peer === peer && this.#peerChanged(state),
    });
    this.peer = peer;
    return peer;
  }

  /** @param {PeerCall} peer @param {AbortSignal} signal @returns {Promise<{callId: string, answer: string}>} */
  async #createCall(peer, signal) {
    const { track, stream } = this.microphone;
    if (!track || !stream || !this.session) throw new StepFailed(microphoneProblem({ name: 'NotFoundError' }));
    const offer = await peer.offer(track, stream);
    for (;;) {
      try {
        const call = await this.api.createCall(this.session.token, offer, this.session.callId, signal);
        // The ids of the events go on over all calls of an interview, so what this tab has seen is not asked for again.
        this.#remember({ callId: call.callId });
        this.refusal = null;
        return call;
      } catch (cause) {
        if (!(cause instanceof ApiError && cause.code === 'call_in_progress') || !this.session.callId) throw cause;
        this.refusal = cause;
        await new Promise((resolve) => this.timers.after('busy', cause.retryAfterMs ?? BUSY_RETRY_MS, () => resolve(undefined)));
        if (signal.aborted) throw signal.reason;
      }
    }
  }

  /** @param {string} callId */
  #listen(callId) {
    const { session } = this;
    if (!session) return;
    const { token, lastEventId } = session;
    const events = new CallEvents({
      open: (id, signal) => this.api.events(token, callId, id, signal),
      lastEventId,
      onEvent: (name, data, id) => this.events === events && this.#served(name, data, id),
      // Without the stream nobody can say what was stored: continue only over a new connection.
      onRefused: () => this.events === events && this.#lost(),
      setTimeout: this.environment.setTimeout,
      clearTimeout: this.environment.clearTimeout,
    });
    this.events = events;
    events.run();
  }

  /** @param {string} name @param {any} data @param {string} id */
  #served(name, data, id) {
    this.#remember({ lastEventId: id });
    if (name === 'end') return this.#finished(data?.status ?? 'ended', data?.message ?? '', 'server.end', data);
    if (['state', 'segment', 'progress', 'notice'].includes(name)) this.#dispatch({ type: `server.${name}`, data });
    if (isSuspended(this.state)) this.timers.cancel('unsteady');
  }

  /** @param {RTCPeerConnectionState} state */
  #peerChanged(state) {
    if (state === 'connected') {
      this.timers.cancel('unsteady');
      this.#dispatch({ type: 'peer.steady' });
    } else if (state === 'disconnected') {
      this.#dispatch({ type: 'peer.unsteady' });
      this.timers.after('unsteady', UNSTEADY_LIMIT_MS, () => this.#lost());
    } else if (state === 'failed' || state === 'closed') {
      this.attempt?.abort(new PeerConnectionFailed());
      this.#lost();
    }
  }

  /** The call is gone but the interview is not: the server holds it for the candidate's return. */
  #lost() {
    this.timers.cancel('unsteady');
    if (this.state.screen !== 'interview') return;
    this.peer?.close();
    this.#dispatch({ type: 'peer.lost' });
  }

  /** @param {string} status @param {string} message @param {string} [type] @param {any} [data] */
  #finished(status, message, type = 'call.over', data) {
    if (this.state.screen === 'ended') return;
    const goodbye = this.state.speaking.interviewer;
    this.#remember({ end: { status, message } });
    this.microphone.close();
    this.timers.cancel('end');
    this.attempt?.abort();
    this.#dispatch({ type, status, message, data });
    this.timers.stopTicking();
    this.events?.stop();
    this.events = null;
    if (goodbye) this.timers.after('goodbye', GOODBYE_LIMIT_MS, () => this.#dropConnection());
    else this.#dropConnection();
    this.loadTranscript();
  }

  async #recallSegments() {
    if (!this.session) return;
    try {
      const { segments } = await this.api.transcript(this.session.token, this.session.interviewId, this.attempt?.signal);
      this.#dispatch({ type: 'transcript.loaded', segments });
    } catch {
      // The lines are stored; the page only cannot show the earlier ones now.
    }
  }

  // Reports of this browser are labelled client_reported by the server: for the operator, never rated.

  #reportSteps() {
    if (!this.session?.callId) return;
    const { token, callId } = this.session;
    this.api.report(token, callId, { steps: stepReport(this.state) }).catch(() => {});
  }

  async #reportAudio() {
    if (!this.session?.callId || !this.peer) return;
    const { token, callId } = this.session;
    const audio = await this.peer.audioReport();
    this.api.report(token, callId, { steps: [], audio }).catch(() => {});
  }

  /** @param {Record<string, any>} change */
  #remember(change) {
    if (!this.session) return;
    Object.assign(this.session, change);
    this.memory.write(this.session);
  }

  #play() {
    this.environment.speaker.play().then(
      () => this.state.soundBlocked && this.#dispatch({ type: 'sound.enabled' }),
      (cause) => cause?.name === 'NotAllowedError' && this.#dispatch({ type: 'sound.blocked' }),
    );
  }

  #dropConnection() {
    this.events?.stop();
    this.events = null;
    this.peer?.close();
    this.peer = null;
    this.timers.cancelAll();
  }

  /** @param {SessionEvent} event */
  #dispatch(event) {
    const before = this.state;
    this.state = reduce(before, { at: this.environment.now(), ...event });
    if (this.state === before) return;
    // A call that is neither connecting nor live has nothing to count.
    if (this.state.screen === 'interview' && !isLive(this.state)) this.timers.stopTicking();
    else if (this.state.screen === 'interview') this.timers.startTicking(TICK_MS, () => this.#dispatch({ type: 'tick' }));
    this.onChange(this.state);
  }
}
