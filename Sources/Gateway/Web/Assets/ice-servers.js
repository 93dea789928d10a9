// @ts-check
// Asks for the STUN and TURN servers, but not for long: most networks need none, and must not be held up by the list.

/** Without an answer by then the connection is made without servers. */
export const ICE_SERVERS_TIMEOUT_MS = 2000;

/**
 * Never fails: an older server, a slow one, one that refuses are as good as one without a list.
 * @param {import('./interview-api.js').InterviewApi} api @param {string} token @param {AbortSignal} signal ends the asking at once
 * @returns {Promise<RTCIceServer[]>}
 */
export async function iceServersFrom(api, token, signal) {
  const { setTimeout, clearTimeout } = api.environment;
  const asking = new AbortController();
  const stop = () => asking.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  const timer = setTimeout(() => asking.abort(new Error('no list of servers in time')), ICE_SERVERS_TIMEOUT_MS);
  try {
    return await api.iceServers(token, asking.signal);
  } catch {
    return [];
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
