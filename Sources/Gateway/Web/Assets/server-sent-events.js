// @ts-check
// Parser of `text/event-stream` (WHATWG HTML, section 9.2.6). EventSource cannot send an Authorization header,
// so the stream is read with fetch and parsed here.

/** @typedef {{id: string, event: string, data: string}} ServerSentEvent */

/** Characters held for one event. A server that never ends an event cannot fill the page's memory. */
export const EVENT_LIMIT = 1 << 20;

export class ServerSentEventParser {
  /** @param {(event: ServerSentEvent) => void} onEvent */
  constructor(onEvent) {
    this.onEvent = onEvent;
    /** The id to send as `Last-Event-ID` after a break. */
    this.lastEventId = '';
    this.buffer = '';
    this.started = false;
    this.event = '';
    this.data = /** @type {string[]} */ ([]);
    this.size = 0;
  }

  /** @param {string} chunk decoded text, cut anywhere */
  push(chunk) {
    this.buffer += chunk;
    if (!this.started && this.buffer) {
      this.started = true;
      if (this.buffer.startsWith('\uFEFF')) this.buffer = this.buffer.slice(1);
    }
    for (;;) {
      const end = this.buffer.search(/[\r\n]/);
      if (end < 0) break;
      // A final CR may be the first half of CRLF: wait for the next chunk.
      if (this.buffer[end] === '\r' && end === this.buffer.length - 1) break;
      const width = this.buffer.startsWith('\r\n', end) ? 2 : 1;
      const line = this.buffer.slice(0, end);
      this.buffer = this.buffer.slice(end + width);
      this.#line(line);
    }
    if (this.buffer.length + this.size > EVENT_LIMIT) throw new RangeError('event stream: event is too long');
  }

  /** @param {string} line */
  #line(line) {
    if (line === '') return this.#dispatch();
    if (line.startsWith(':')) return;
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? '' : line.slice(colon + 1);
    if (value.startsWith(' ')) value = value.slice(1);
    if (field === 'data') {
      this.data.push(value);
      this.size += value.length;
    } else if (field === 'event') {
      this.event = value;
    } else if (field === 'id' && !value.includes('\0')) {
      this.lastEventId = value;
    }
  }

  #dispatch() {
    const { data, event } = this;
    this.data = [];
    this.event = '';
    this.size = 0;
    if (data.length > 0) this.onEvent({ id: this.lastEventId, event: event || 'message', data: data.join('\n') });
  }
}
