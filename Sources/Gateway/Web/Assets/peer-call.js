// @ts-check
// One RTCPeerConnection: the microphone out, the interviewer's voice in, and the data channel `oai-events`.

/** Local candidates are worth waiting for, but not long: the server is reachable without them in most networks. */
export const GATHERING_LIMIT_MS = 400;
/** A relay takes two more round trips, and behind a strict firewall its candidate is the only one that works. */
export const RELAY_GATHERING_LIMIT_MS = 1500;
/** How often we look whether the first sound has arrived. */
export const AUDIBLE_POLL_MS = 200;
/** A level (0…1) above codec silence. */
const AUDIBLE_LEVEL = 0.002;
/** Half a second of Opus packets: proof that sound can arrive although nobody speaks yet. */
const FLOWING_PACKETS = 25;
/** Events on the data channel are small; anything larger is not for us. */
const CHANNEL_MESSAGE_LIMIT = 64 * 1024;

/**
 * @typedef {Object} PeerCallOptions
 * @property {RTCIceServer[]} iceServers
 * @property {(iceServers: RTCIceServer[]) => RTCPeerConnection} makePeerConnection
 * @property {(track: MediaStreamTrack) => void} onTrack
 * @property {(event: any) => void} onChannelEvent
 * @property {(state: RTCPeerConnectionState) => void} onConnectionState
 * @property {(work: () => void, ms: number) => any} setTimeout
 * @property {(timer: any) => void} clearTimeout
 */

export class PeerCall {
  /** @param {PeerCallOptions} options */
  constructor(options) {
    this.options = options;
    this.closed = false;
    this.heardStart = false;
    /** @type {Set<any>} */
    this.timers = new Set();
    this.connection = options.makePeerConnection(options.iceServers);
    this.channel = this.connection.createDataChannel('oai-events');
    this.channel.onmessage = (message) => this.#receive(message.data);
    this.connection.ontrack = ({ track }) => options.onTrack(track);
    this.connected = new Promise((resolve, reject) => {
      this.connection.onconnectionstatechange = () => {
        if (this.closed) return;
        const state = this.connection.connectionState;
        if (state === 'connected') resolve(undefined);
        if (state === 'failed' || state === 'closed') reject(new PeerConnectionFailed());
        options.onConnectionState(state);
      };
    });
    this.connected.catch(() => {}); // whoever waits sees it; nobody has to
  }

  /** @param {MediaStreamTrack} track @param {MediaStream} stream @returns {Promise<string>} */
  async offer(track, stream) {
    this.sender = this.connection.addTrack(track, stream);
    await this.connection.setLocalDescription(await this.connection.createOffer());
    await this.#gathered();
    return this.connection.localDescription?.sdp ?? '';
  }

  /** @param {string} answer */
  async accept(answer) {
    await this.connection.setRemoteDescription({ type: 'answer', sdp: answer });
  }

  /**
   * Resolves at the first sound of the interviewer. With `silenceCounts`, packets that arrive are enough: on a resumed
   * interview it may be the candidate's turn to speak.
   * @param {boolean} silenceCounts
   */
  async audible(silenceCounts) {
    while (!this.closed) {
      if (this.heardStart || this.remoteLevel() > AUDIBLE_LEVEL) return;
      if (silenceCounts && (await this.#receivedPackets()) >= FLOWING_PACKETS) return;
      await this.#pause(AUDIBLE_POLL_MS);
    }
  }

  /** Level of the interviewer's voice, 0…1, without a second analyser. */
  remoteLevel() {
    if (this.closed) return 0;
    const receiver = this.connection.getReceivers().find(({ track }) => track?.kind === 'audio');
    return receiver?.getSynchronizationSources?.()[0]?.audioLevel ?? 0;
  }

  /** @param {MediaStreamTrack} track */
  async replaceTrack(track) {
    await this.sender?.replaceTrack(track);
  }

  /** Figures of the line as this browser saw them. Times in milliseconds. */
  async audioReport() {
    const report = /** @type {Record<string, number>} */ ({});
    try {
      for (const entry of (await this.connection.getStats()).values()) {
        if (entry.type === 'inbound-rtp' && entry.kind === 'audio') {
          report.packets_received = entry.packetsReceived ?? 0;
          report.packets_lost = entry.packetsLost ?? 0;
          report.jitter_ms = Math.round((entry.jitter ?? 0) * 1000);
        }
        if (entry.type === 'candidate-pair' && entry.nominated && entry.currentRoundTripTime !== undefined) {
          report.round_trip_ms = Math.round(entry.currentRoundTripTime * 1000);
        }
      }
    } catch {
      // No figures is an answer too.
    }
    return report;
  }

  close() {
    if (this.closed) return;
    this.closed = true;
    for (const timer of this.timers) this.options.clearTimeout(timer);
    this.timers.clear();
    this.channel.onmessage = null;
    this.channel.close();
    this.connection.close();
  }

  /** @param {unknown} data */
  #receive(data) {
    if (this.closed || typeof data !== 'string' || data.length > CHANNEL_MESSAGE_LIMIT) return;
    let event;
    try {
      event = JSON.parse(data);
    } catch {
      return;
    }
    if (event?.type === 'output_audio_buffer.started') this.heardStart = true;
    this.options.onChannelEvent(event);
  }

  async #receivedPackets() {
    return (await this.audioReport()).packets_received ?? 0;
  }

  async #gathered() {
    const { connection } = this;
    if (connection.iceGatheringState === 'complete') return;
    const complete = new Promise((resolve) => {
      connection.onicegatheringstatechange = () => connection.iceGatheringState === 'complete' && resolve(undefined);
    });
    const limit = this.options.iceServers.length > 0 ? RELAY_GATHERING_LIMIT_MS : GATHERING_LIMIT_MS;
    await Promise.race([complete, this.#pause(limit)]);
    connection.onicegatheringstatechange = null;
  }

  /** @param {number} ms */
  #pause(ms) {
    return new Promise((resolve) => {
      const timer = this.options.setTimeout(() => {
        this.timers.delete(timer);
        resolve(undefined);
      }, ms);
      this.timers.add(timer);
    });
  }
}

export class PeerConnectionFailed extends Error {}
