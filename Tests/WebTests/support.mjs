// A browser made of plain objects: a clock moved by hand, a scripted server, a scripted peer connection and microphone.

import assert from 'node:assert/strict';
import { InterviewClient } from '../../Sources/Gateway/Web/Assets/interview-client.js';

export const INTERVIEW = Object.freeze({
  title: 'Backend engineer', role: 'Engineer', questionCount: 5, estimatedMinutes: 15, interviewerName: 'Ava', language: 'en',
});

export const JOIN_ANSWER = Object.freeze({
  candidate_token: 'candidate-token', expires_at: '2030-01-01T00:00:00Z',
  interview: { id: 'iv_1', title: 'Backend engineer', role: 'Engineer', question_count: 5, estimated_minutes: 15, language: 'en', interviewer_name: 'Ava' },
  notice: { version: '1', items: ['You talk with an AI.'] },
});

/** Time that moves only when told. Timers fire in order of their due time. */
export class ManualClock {
  now = 1000;
  next = 1;
  pending = new Map();

  setTimeout = (work, ms) => this.#add(work, ms, null);
  setInterval = (work, ms) => this.#add(work, ms, ms);
  clearTimeout = (id) => this.pending.delete(id);
  clearInterval = (id) => this.pending.delete(id);

  #add(work, ms, every) {
    const id = this.next++;
    this.pending.set(id, { due: this.now + ms, work, every });
    return id;
  }

  async advance(ms) {
    const end = this.now + ms;
    for (;;) {
      await settle();
      const [id, timer] = [...this.pending].filter(([, each]) => each.due <= end).sort((a, b) => a[1].due - b[1].due)[0] ?? [];
      if (!timer) break;
      this.now = timer.due;
      if (timer.every === null) this.pending.delete(id);
      else timer.due += timer.every;
      timer.work();
    }
    this.now = end;
    await settle();
  }
}

/** Lets every promise and stream that can move, move. */
export async function settle() {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export class FakeTrack {
  kind = 'audio';
  readyState = 'live';
  enabled = true;
  constructor(deviceId) {
    this.deviceId = deviceId;
  }
  getSettings() {
    return { deviceId: this.deviceId };
  }
  stop() {
    this.readyState = 'ended';
  }
}

export class FakeMediaDevices {
  failure = null;
  asked = [];
  tracks = [];

  async getUserMedia(constraints) {
    this.asked.push(constraints);
    if (this.failure) throw Object.assign(new Error('refused'), { name: this.failure });
    const track = new FakeTrack(constraints.audio.deviceId?.exact ?? 'built-in');
    this.tracks.push(track);
    return { getAudioTracks: () => [track], getTracks: () => [track] };
  }

  async enumerateDevices() {
    return [
      { kind: 'audioinput', deviceId: 'built-in', label: 'Built-in' },
      { kind: 'audioinput', deviceId: 'headset', label: '' },
      { kind: 'videoinput', deviceId: 'camera', label: 'Camera' },
    ];
  }

  get live() {
    return this.tracks.filter((track) => track.readyState === 'live');
  }
}

export class FakePeerConnection {
  connectionState = 'new';
  iceGatheringState = 'complete';
  localDescription = null;
  level = 0;
  packets = 0;

  constructor(options) {
    this.options = options;
  }
  createDataChannel(label) {
    this.channel = { label, onmessage: null, close() {} };
    return this.channel;
  }
  addTrack(track) {
    this.sent = track;
    return { replaceTrack: async (other) => { this.sent = other; } };
  }
  async createOffer() {
    return { type: 'offer', sdp: 'v=0 offer' };
  }
  async setLocalDescription(description) {
    this.localDescription = description;
  }
  async setRemoteDescription(description) {
    this.remote = description;
    if (this.options.connects) this.move('connected');
    if (this.options.speaks) this.say({ type: 'output_audio_buffer.started', response_id: 'r' });
  }
  getReceivers() {
    return [{ track: { kind: 'audio' }, getSynchronizationSources: () => [{ audioLevel: this.level }] }];
  }
  async getStats() {
    return new Map([['a', { type: 'inbound-rtp', kind: 'audio', packetsReceived: this.packets, packetsLost: 1, jitter: 0.004 }]]);
  }
  move(state) {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
  say(event) {
    this.channel.onmessage?.({ data: typeof event === 'string' ? event : JSON.stringify(event) });
  }
  close() {
    this.connectionState = 'closed';
  }
}

/** A server whose routes are functions; event streams are written by hand. */
export class FakeServer {
  requests = [];
  streams = [];
  routes = {
    'POST /v1/join': () => json(200, JOIN_ANSWER),
    'GET /v1/ice-servers': () => json(200, { iceServers: [], expires_at: '2030-01-01T00:00:00Z' }),
    'GET /health': () => json(200, { status: 'ok' }),
    'POST /v1/calls': () => new Response('v=0 answer', { status: 201, headers: { location: '/v1/calls/rtc_1' } }),
    'POST /v1/calls/rtc_1/end': () => json(200, { status: 'ended' }),
    'POST /v1/calls/rtc_1/report': () => json(202, {}),
    'GET /v1/interviews/iv_1/transcript': () => json(200, { interview: {}, segments: [] }),
    'GET /v1/calls/rtc_1/events': (request) => this.#stream(request),
  };

  fetch = async (path, options = {}) => {
    const request = { method: options.method ?? 'GET', path, headers: options.headers ?? {}, body: options.body, signal: options.signal };
    this.requests.push(request);
    const route = this.routes[`${request.method} ${path.split('?')[0]}`];
    return route ? route(request) : json(404, { error: { code: 'not_found', message: 'Nothing here.', request_id: 'r' } });
  };

  #stream({ signal, headers }) {
    const stream = { headers, closed: false };
    const body = new ReadableStream({
      start(controller) {
        stream.write = (text) => controller.enqueue(new TextEncoder().encode(text));
        stream.end = () => {
          stream.closed = true;
          controller.close();
        };
        signal?.addEventListener('abort', () => {
          if (stream.closed) return;
          stream.closed = true;
          controller.error(signal.reason);
        });
      },
      cancel() {
        stream.closed = true;
      },
    });
    this.streams.push(stream);
    return new Response(body, { status: 200, headers: { 'content-type': 'text/event-stream' } });
  }

  /** @param {string} name @param {unknown} data @param {number} [id] */
  send(name, data, id = 1) {
    this.streams.at(-1).write(`id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  sent(method, path) {
    return this.requests.filter((request) => request.method === method && request.path.split('?')[0] === path);
  }
}

/** Never answers, but obeys the abort signal as fetch does. */
export function hanging({ signal }) {
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
}

export function json(status, body, headers = {}) {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
}

export function failure(status, code, message = 'A sentence for a person.', headers = {}) {
  return json(status, { error: { code, message, request_id: 'req_1' } }, headers);
}

export class FakeStorage {
  items = new Map();
  getItem(key) {
    return this.items.get(key) ?? null;
  }
  setItem(key, value) {
    this.items.set(key, value);
  }
}

/** A visitor's browser and the client in it. */
export function visit({ storage = new FakeStorage(), server = new FakeServer(), secure = true } = {}) {
  const clock = new ManualClock();
  const media = new FakeMediaDevices();
  const peers = [];
  const peerOptions = { connects: true, speaks: true };
  const states = [];
  const speaker = { plays: 0, failure: null, tracks: [], setTrack(track) { this.tracks.push(track); }, async play() {
    this.plays += 1;
    if (this.failure) throw Object.assign(new Error('blocked'), { name: this.failure });
  } };
  const client = new InterviewClient({
    fetch: server.fetch, canCall: true, mediaDevices: media, isSecureContext: secure, storage, speaker,
    makePeerConnection: (iceServers) => {
      const peer = new FakePeerConnection(peerOptions);
      peer.iceServers = iceServers;
      peers.push(peer);
      return peer;
    },
    now: () => clock.now, setTimeout: clock.setTimeout, clearTimeout: clock.clearTimeout,
    setInterval: clock.setInterval, clearInterval: clock.clearInterval,
  }, { ticket: 'ticket-1', interview: INTERVIEW, onChange: (state) => states.push(state) });
  return {
    client, clock, media, peers, peerOptions, server, speaker, states, storage,
    get state() { return client.state; },
    get peer() { return peers.at(-1); },
    steps: () => client.state.connection.steps.map((step) => step.status),
    /** From the welcome to the live interview. */
    async talk() {
      client.showMicrophoneCheck();
      await client.askForMicrophone();
      await client.connect();
      await settle();
    },
  };
}

/** The page is closed and nothing of it is left: no timer, no microphone, no stream, no peer connection. */
export function assertNothingLeft({ client, clock, media, peers, server }) {
  client.close();
  assert.equal(clock.pending.size, 0, 'timers left');
  assert.equal(media.live.length, 0, 'microphone left on');
  assert.ok(peers.every((peer) => peer.connectionState === 'closed'), 'peer connection left open');
  assert.ok(server.streams.every((stream) => stream.closed), 'event stream left open');
}

/** The same, once what was under way has noticed. */
export async function assertLeavesNothing(page) {
  page.client.close();
  await settle();
  assertNothingLeft(page);
}
