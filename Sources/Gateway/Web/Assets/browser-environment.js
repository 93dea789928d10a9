// @ts-check
// The real outside world for InterviewClient and LevelMeter. Tests pass their own.

/**
 * @typedef {Object} ClientEnvironment
 * @property {typeof fetch} fetch
 * @property {(iceServers: RTCIceServer[]) => RTCPeerConnection} makePeerConnection
 * @property {boolean} canCall              RTCPeerConnection exists
 * @property {MediaDevices|undefined} mediaDevices
 * @property {boolean} isSecureContext
 * @property {Storage|null} storage
 * @property {() => number} now             monotonic milliseconds
 * @property {(work: () => void, ms: number) => any} setTimeout
 * @property {(timer: any) => void} clearTimeout
 * @property {(work: () => void, ms: number) => any} setInterval
 * @property {(timer: any) => void} clearInterval
 * @property {{setTrack: (track: MediaStreamTrack) => void, play: () => Promise<void>}} speaker   the one audio element
 */

/** @param {HTMLAudioElement} audio @returns {ClientEnvironment & import('./level-meter.js').MeterEnvironment} */
export function browserEnvironment(audio) {
  return {
    fetch: (...request) => fetch(...request),
    canCall: typeof RTCPeerConnection === 'function',
    makePeerConnection: (iceServers) => new RTCPeerConnection({ iceServers, bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require' }),
    makeAudioContext: () => new AudioContext({ latencyHint: 'playback' }),
    mediaDevices: navigator.mediaDevices,
    isSecureContext: window.isSecureContext,
    storage: tabStorage(),
    now: () => performance.now(),
    setTimeout: (work, ms) => setTimeout(work, ms),
    clearTimeout: (timer) => clearTimeout(timer),
    setInterval: (work, ms) => setInterval(work, ms),
    clearInterval: (timer) => clearInterval(timer),
    document,
    speaker: speakerOf(audio),
  };
}

/**
 * One element for the life of the page. A track gets a new stream: Chromium does not begin to play an element whose stream
 * was empty when it was attached. Nothing is attached before the first track, because a waiting element holds back the page's load event.
 * @param {HTMLAudioElement} audio
 */
function speakerOf(audio) {
  return {
    /** @param {MediaStreamTrack} track */
    setTrack(track) {
      audio.srcObject = new MediaStream([track]);
    },
    play: () => audio.play(),
  };
}

/** @returns {Storage|null} */
function tabStorage() {
  try {
    return window.sessionStorage;
  } catch {
    return null; // switched off by the visitor
  }
}
