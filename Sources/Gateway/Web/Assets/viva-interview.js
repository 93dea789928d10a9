// @ts-check
// <viva-interview>: the candidate's room. It renders from the state of InterviewClient and hands clicks and keys back to it.

import { browserEnvironment } from './browser-environment.js';
import { connectingScreen } from './connecting-screen.js';
import { element } from './dom.js';
import { endScreen } from './end-screen.js';
import { InterviewClient } from './interview-client.js';
import { interviewScreen } from './interview-screen.js';
import { LevelMeter, levelOfAmplitude } from './level-meter.js';
import { microphoneScreen } from './microphone-screen.js';
import { isLive } from './session-reducer.js';
import { welcomeScreen } from './welcome-screen.js';

/** @typedef {import('./session-reducer.js').SessionState} SessionState */

export class VivaInterview extends HTMLElement {
  connectedCallback() {
    if (this.client) return;
    const notice = [...this.querySelectorAll('[data-notice] li')].map((item) => item.textContent ?? '').filter(Boolean);
    // One element for the life of the room; only what it plays changes.
    const audio = element('audio', { autoplay: true, playsinline: true });
    this.stage = element('div.stage');
    this.replaceChildren(audio, this.stage);
    const environment = browserEnvironment(audio);
    /** @type {import('./room-parts.js').ScreenView|null} */
    this.view = null;
    this.shown = '';
    this.meter = new LevelMeter(environment, (level, voice) => this.#frame(level, voice));
    this.client = new InterviewClient(environment, {
      ticket: this.getAttribute('ticket') ?? '',
      interview: this.#interview(),
      notice,
      onChange: (state) => this.#render(state),
    });
    this.warn = (/** @type {BeforeUnloadEvent} */ event) => {
      if (this.client && isLive(this.client.state)) event.preventDefault();
    };
    this.key = (/** @type {KeyboardEvent} */ event) => this.#pressed(event);
    window.addEventListener('beforeunload', this.warn);
    document.addEventListener('keydown', this.key);
    // The room is only served for a ticket that still works. If this tab has finished an interview with it, it is a
    // practice link, and it makes a new interview each time.
    this.canStartAgain = this.client.session?.end != null && !this.hasAttribute('returning');
    this.#render(this.client.state);
    this.client.open();
  }

  disconnectedCallback() {
    // Moving the element inside the page is not leaving it.
    queueMicrotask(() => {
      if (this.isConnected || !this.client) return;
      this.client.close();
      this.meter?.stop();
      if (this.warn) window.removeEventListener('beforeunload', this.warn);
      if (this.key) document.removeEventListener('keydown', this.key);
      this.client = undefined;
    });
  }

  /** @returns {import('./session-reducer.js').Interview} */
  #interview() {
    const count = (/** @type {string} */ name) => Math.max(0, Number.parseInt(this.getAttribute(name) ?? '', 10) || 0);
    return {
      title: this.getAttribute('interview-title') || 'Your interview',
      role: this.getAttribute('role-title') ?? '',
      questionCount: count('question-count'),
      estimatedMinutes: count('estimated-minutes'),
      interviewerName: this.getAttribute('interviewer-name') ?? '',
      language: this.getAttribute('language') || 'en',
    };
  }

  /** @param {SessionState} state */
  #render(state) {
    const { client, meter, stage } = this;
    if (!client || !meter || !stage) return;
    const changed = state.screen !== this.shown;
    if (changed) {
      const first = this.shown === '';
      this.shown = state.screen;
      this.view = this.#makeScreen(state.screen);
      this.view.update(state);
      stage.replaceChildren(this.view.node);
      window.scrollTo(0, 0);
      // The first screen leaves the focus where the browser put it; later ones move it to their heading.
      if (!first) this.view.focus.focus();
    }
    this.view?.update(state);
    // The picture of the voice is for the check and the conversation; elsewhere it costs and shows nothing.
    if ((state.screen === 'microphone' && state.microphone.status === 'ready') || isLive(state)) meter.start(client.microphone.stream);
    else if (state.screen !== 'microphone' || state.microphone.status === 'failed') meter.stop();
    document.title = titleFor(state);
  }

  /** @param {SessionState['screen']} screen */
  #makeScreen(screen) {
    const client = /** @type {InterviewClient} */ (this.client);
    switch (screen) {
      case 'microphone': return microphoneScreen(client);
      case 'connecting': return connectingScreen(client);
      case 'interview': return interviewScreen(client);
      case 'ended': return endScreen(client, { canStartAgain: this.canStartAgain === true });
      default: return welcomeScreen(client);
    }
  }

  /** @param {number} level @param {boolean} voice */
  #frame(level, voice) {
    if (!this.client) return;
    this.view?.frame?.(level, levelOfAmplitude(this.client.remoteLevel));
    if (voice && !this.client.state.microphone.heard) this.client.tell('microphone.heard');
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (!this.client || event.key.toLowerCase() !== 'm' || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const { state } = this.client;
    if (!state.shortcut || state.screen !== 'interview' || state.ending.open) return;
    const target = /** @type {HTMLElement} */ (event.target);
    if (target.isContentEditable || ['TEXTAREA', 'SELECT'].includes(target.tagName)) return;
    event.preventDefault();
    this.client.setMuted(!state.muted);
  }
}

/** @param {SessionState} state */
function titleFor({ screen, interview, muted }) {
  const word = { welcome: '', microphone: 'Microphone check', connecting: 'Connecting', interview: muted ? 'Muted' : 'Interview', ended: 'Finished' }[screen];
  return word ? `${word} · ${interview.title}` : interview.title;
}

customElements.define('viva-interview', VivaInterview);
