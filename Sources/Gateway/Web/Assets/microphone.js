// @ts-check
// Owns the one microphone track of the page.

/**
 * @typedef {Object} MicrophoneEnvironment
 * @property {MediaDevices|undefined} mediaDevices
 * @property {boolean} isSecureContext
 */

/** Browser-side echo cancellation matters most: without it the interviewer hears itself. */
const VOICE = Object.freeze({ echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 });

export class Microphone {
  /** @param {MicrophoneEnvironment} environment @param {() => void} onLost */
  constructor(environment, onLost) {
    this.environment = environment;
    this.onLost = onLost;
    this.muted = false;
    this.shut = false;
    /** @type {MediaStream|null} */
    this.stream = null;
  }

  /** @returns {MediaStreamTrack|null} */
  get track() {
    const track = this.stream?.getAudioTracks()[0] ?? null;
    return track?.readyState === 'live' ? track : null;
  }

  /** Asks for the microphone; the track in use is kept until the new one is there. @param {string} [deviceId] */
  async open(deviceId) {
    const { mediaDevices, isSecureContext } = this.environment;
    if (!isSecureContext) throw named('InsecureContext');
    if (!mediaDevices?.getUserMedia) throw named('Unsupported');
    const audio = deviceId ? { ...VOICE, deviceId: { exact: deviceId } } : VOICE;
    const stream = await mediaDevices.getUserMedia({ audio, video: false });
    this.close();
    this.stream = stream;
    if (this.shut) this.close(); // the page was left while the browser was asking
    const track = stream.getAudioTracks()[0];
    if (!track) throw named('NotFoundError');
    track.enabled = !this.muted;
    track.onended = () => this.stream === stream && this.onLost();
    return track;
  }

  /** Audio inputs with a name; names are only known after permission. @returns {Promise<{id: string, label: string}[]>} */
  async devices() {
    try {
      const all = (await this.environment.mediaDevices?.enumerateDevices()) ?? [];
      return all
        .filter((device) => device.kind === 'audioinput' && device.deviceId)
        .map((device, index) => ({ id: device.deviceId, label: device.label || `Microphone ${index + 1}` }));
    } catch {
      return [];
    }
  }

  get deviceId() {
    return this.track?.getSettings?.().deviceId ?? '';
  }

  /** @param {boolean} muted */
  mute(muted) {
    this.muted = muted;
    if (this.track) this.track.enabled = !muted;
  }

  /** For good: a permission that is granted later opens nothing. */
  shutDown() {
    this.shut = true;
    this.close();
  }

  close() {
    for (const track of this.stream?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    this.stream = null;
  }
}

/** @param {string} name */
function named(name) {
  return Object.assign(new Error(name), { name });
}
