// @ts-check
// Loudness for the eye: one analyser, at most ten readings a second, none while the page is hidden.

export const FRAME_INTERVAL_MS = 100;
/** Samples per reading: 43 ms at 48 kHz, long enough for a steady figure. */
const WINDOW = 2048;
const FLOOR_DECIBELS = -55;
const CEILING_DECIBELS = -15;
/** Level that counts as a voice rather than a room. */
export const VOICE_LEVEL = 0.25;
/** Readings above it before we say that we hear someone: a click of the mouse is one. */
export const VOICE_FRAMES = 3;
/** What a quiet reading takes off again: pauses between words do not start the count afresh, a lone knock fades in two seconds. */
const QUIET_FADE = 0.05;

/** Root mean square of samples in −1…1, mapped from −55…−15 dBFS to 0…1. @param {ArrayLike<number>} samples */
export function levelOf(samples) {
  let sum = 0;
  for (let index = 0; index < samples.length; index += 1) sum += samples[index] * samples[index];
  return levelOfAmplitude(samples.length === 0 ? 0 : Math.sqrt(sum / samples.length));
}

/** @param {number} amplitude 0…1 */
export function levelOfAmplitude(amplitude) {
  if (!(amplitude > 0)) return 0;
  const decibels = 20 * Math.log10(amplitude);
  return Math.min(1, Math.max(0, (decibels - FLOOR_DECIBELS) / (CEILING_DECIBELS - FLOOR_DECIBELS)));
}

/**
 * @typedef {Object} MeterEnvironment
 * @property {() => AudioContext} makeAudioContext
 * @property {(work: () => void, ms: number) => any} setInterval
 * @property {(timer: any) => void} clearInterval
 * @property {Pick<Document, 'hidden'|'addEventListener'|'removeEventListener'>} document
 */

export class LevelMeter {
  /** @param {MeterEnvironment} environment @param {(level: number, voice: boolean) => void} onFrame */
  constructor(environment, onFrame) {
    this.environment = environment;
    this.onFrame = onFrame;
    this.samples = new Float32Array(WINDOW);
    this.loudFrames = 0;
    /** @type {any} */
    this.timer = null;
    /** @type {AudioContext|null} */
    this.context = null;
    /** @type {MediaStream|null} */
    this.stream = null;
    this.watchVisibility = () => this.#schedule();
  }

  /** Begins, or moves to another microphone. @param {MediaStream|null} stream */
  start(stream) {
    if (!stream || stream === this.stream) return;
    try {
      if (!this.context) {
        this.context = this.environment.makeAudioContext();
        this.analyser = this.context.createAnalyser();
        this.analyser.fftSize = WINDOW;
        this.environment.document.addEventListener('visibilitychange', this.watchVisibility);
      }
      this.source?.disconnect();
      this.source = this.context.createMediaStreamSource(stream);
      this.source.connect(/** @type {AnalyserNode} */ (this.analyser));
      this.context.resume?.().catch(() => {});
    } catch {
      return; // The interview works without a picture of it.
    }
    this.stream = stream;
    this.#schedule();
  }

  stop() {
    this.stream = null;
    this.#schedule();
    this.environment.document.removeEventListener('visibilitychange', this.watchVisibility);
    this.source?.disconnect();
    this.source = undefined;
    this.context?.close().catch(() => {});
    this.context = null;
  }

  #schedule() {
    const wanted = this.stream !== null && !this.environment.document.hidden;
    if (wanted && this.timer === null) this.timer = this.environment.setInterval(() => this.#frame(), FRAME_INTERVAL_MS);
    if (!wanted && this.timer !== null) {
      this.environment.clearInterval(this.timer);
      this.timer = null;
    }
  }

  #frame() {
    this.analyser?.getFloatTimeDomainData(this.samples);
    const level = levelOf(this.samples);
    this.loudFrames = level >= VOICE_LEVEL ? this.loudFrames + 1 : Math.max(0, this.loudFrames - QUIET_FADE);
    this.onFrame(level, this.loudFrames >= VOICE_FRAMES);
  }
}
