// @ts-check
// Reads the server-sent events of one call and keeps reading: after a break it asks for what it missed by `Last-Event-ID`.

import { ApiError } from './interview-api.js';
import { ServerSentEventParser } from './server-sent-events.js';

/** Three pings of 15 s missed: the stream is dead even if the socket does not say so. */
export const SILENCE_LIMIT_MS = 45_000;
export const FIRST_RETRY_MS = 500;
export const LAST_RETRY_MS = 8000;

/**
 * @typedef {Object} CallEventsOptions
 * @property {(lastEventId: string, signal: AbortSignal) => Promise<Response>} open
 * @property {string} lastEventId
 * @property {(name: string, data: any, id: string) => void} onEvent
 * @property {(cause: unknown) => void} onRefused   the server will not serve this stream (401, 403, 404, 410)
 * @property {(work: () => void, ms: number) => any} setTimeout
 * @property {(timer: any) => void} clearTimeout
 */

export class CallEvents {
  /** @param {CallEventsOptions} options */
  constructor(options) {
    this.options = options;
    this.lastEventId = options.lastEventId;
    this.stopped = false;
    this.controller = new AbortController();
    /** @type {any} */
    this.timer = null;
    /** @type {(() => void)|null} */
    this.wake = null;
  }

  async run() {
    let pause = FIRST_RETRY_MS;
    while (!this.stopped) {
      try {
        const got = await this.#read();
        if (got > 0) pause = FIRST_RETRY_MS;
      } catch (cause) {
        if (this.stopped) return;
        if (cause instanceof ApiError && [401, 403, 404, 410].includes(cause.status)) {
          this.stop();
          this.options.onRefused(cause);
          return;
        }
      }
      if (this.stopped) return;
      await this.#sleep(pause);
      pause = Math.min(pause * 2, LAST_RETRY_MS);
    }
  }

  stop() {
    this.stopped = true;
    this.#disarm();
    this.wake?.();
    this.controller.abort();
  }

  /** Reads one connection to its end. @returns {Promise<number>} events seen */
  async #read() {
    this.controller = new AbortController();
    const { signal } = this.controller;
    let seen = 0;
    const parser = new ServerSentEventParser((event) => {
      if (this.stopped) return;
      seen += 1;
      if (event.id) this.lastEventId = event.id;
      let data;
      try {
        data = JSON.parse(event.data);
      } catch {
        return; // not ours
      }
      this.options.onEvent(event.event, data, this.lastEventId);
    });
    try {
      this.#arm();
      const response = await this.options.open(this.lastEventId, signal);
      if (!response.body) return 0;
      const reader = response.body.getReader();
      const decoder = new TextDecoder();
      try {
        while (!this.stopped) {
          this.#arm();
          const { value, done } = await reader.read();
          if (done) break;
          parser.push(decoder.decode(value, { stream: true }));
        }
      } finally {
        reader.cancel().catch(() => {});
      }
    } finally {
      this.#disarm();
    }
    return seen;
  }

  #arm() {
    this.#disarm();
    this.timer = this.options.setTimeout(() => this.controller.abort(new Error('event stream silent')), SILENCE_LIMIT_MS);
  }

  #disarm() {
    if (this.timer !== null) this.options.clearTimeout(this.timer);
    this.timer = null;
  }

  /** @param {number} ms */
  #sleep(ms) {
    return new Promise((resolve) => {
      this.wake = () => resolve(undefined);
      this.timer = this.options.setTimeout(this.wake, ms);
    });
  }
}
