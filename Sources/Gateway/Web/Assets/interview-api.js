// @ts-check
// The candidate-facing HTTP interface of the gateway.

/** A single request may take this long; the whole connection attempt has its own, shorter or longer, deadline. */
export const REQUEST_TIMEOUT_MS = 10_000;
/** A server may ask us to wait; beyond ten minutes the figure helps nobody. */
const RETRY_AFTER_LIMIT_MS = 600_000;

/** An answer that is not a success: closed code, message fit for a person. */
export class ApiError extends Error {
  /** @param {{status: number, code: string, message: string, requestId: string, retryAfterMs: number|null}} fields */
  constructor({ status, code, message, requestId, retryAfterMs }) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.requestId = requestId;
    this.retryAfterMs = retryAfterMs;
  }
}

/** @param {Response} response @returns {Promise<ApiError>} */
export async function apiErrorFrom(response) {
  let error = /** @type {any} */ ({});
  try {
    error = (await response.json())?.error ?? {};
  } catch {
    // Not our envelope: a proxy answered. The status alone speaks.
  }
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new ApiError({
    status: response.status,
    code: typeof error.code === 'string' ? error.code : `http_${response.status}`,
    message: typeof error.message === 'string' ? error.message : 'The server could not do this.',
    requestId: typeof error.request_id === 'string' ? error.request_id : (response.headers.get('x-request-id') ?? ''),
    retryAfterMs: Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1000, RETRY_AFTER_LIMIT_MS) : null,
  });
}

/**
 * @typedef {{fetch: typeof fetch, setTimeout: (work: () => void, ms: number) => any, clearTimeout: (timer: any) => void}} ApiEnvironment
 * @typedef {{token?: string, json?: unknown, sdp?: string, replaces?: string, signal?: AbortSignal, keepalive?: boolean}} RequestOptions
 */

export class InterviewApi {
  /** @param {ApiEnvironment} environment */
  constructor(environment) {
    this.environment = environment;
  }

  /** @param {string} ticket @param {AbortSignal} [signal] */
  async join(ticket, signal) {
    return (await this.#send('POST', '/v1/join', { json: { ticket }, signal })).json();
  }

  /** The STUN and TURN servers for the connection. @param {string} token @param {AbortSignal} [signal] @returns {Promise<RTCIceServer[]>} */
  async iceServers(token, signal) {
    const { iceServers } = await (await this.#send('GET', '/v1/ice-servers', { token, signal })).json();
    return Array.isArray(iceServers) ? iceServers : [];
  }

  /** Whether the server is reachable. @param {AbortSignal} [signal] */
  async health(signal) {
    await this.#send('GET', '/health', { signal });
  }

  /**
   * @param {string} token @param {string} offer @param {string} replaces our last call, which the server may still take for alive
   * @param {AbortSignal} [signal] @returns {Promise<{callId: string, answer: string}>}
   */
  async createCall(token, offer, replaces, signal) {
    const response = await this.#send('POST', '/v1/calls', { token, sdp: offer, replaces, signal });
    const callId = (response.headers.get('location') ?? '').split('?')[0].split('/').filter(Boolean).pop() ?? '';
    const answer = await response.text();
    if (!callId || !answer.startsWith('v=0')) {
      throw new ApiError({ status: 502, code: 'bad_answer', message: 'The server sent an answer that we cannot use.', requestId: '', retryAfterMs: null });
    }
    return { callId, answer };
  }

  /** The raw response, so that its body can be read as it arrives. No deadline: the stream lives as long as the call. */
  /** @param {string} token @param {string} callId @param {string} lastEventId @param {AbortSignal} signal */
  async events(token, callId, lastEventId, signal) {
    const headers = /** @type {Record<string, string>} */ ({ authorization: `Bearer ${token}`, accept: 'text/event-stream' });
    if (lastEventId) headers['last-event-id'] = lastEventId;
    const response = await this.environment.fetch(`/v1/calls/${encodeURIComponent(callId)}/events`, { headers, signal, cache: 'no-store' });
    if (!response.ok) throw await apiErrorFrom(response);
    return response;
  }

  /** @param {string} token @param {string} callId @param {AbortSignal} [signal] */
  async endCall(token, callId, signal) {
    return (await this.#send('POST', `/v1/calls/${encodeURIComponent(callId)}/end`, { token, signal })).json();
  }

  /** @param {string} token @param {string} callId @param {unknown} report */
  async report(token, callId, report) {
    await this.#send('POST', `/v1/calls/${encodeURIComponent(callId)}/report`, { token, json: report, keepalive: true });
  }

  /** @param {string} token @param {string} interviewId @param {AbortSignal} [signal] */
  async transcript(token, interviewId, signal) {
    return (await this.#send('GET', `/v1/interviews/${encodeURIComponent(interviewId)}/transcript?format=json`, { token, signal })).json();
  }

  /** @param {string} method @param {string} path @param {RequestOptions} options @returns {Promise<Response>} */
  async #send(method, path, { token, json, sdp, replaces, signal, keepalive }) {
    const { fetch, setTimeout, clearTimeout } = this.environment;
    const headers = /** @type {Record<string, string>} */ ({});
    if (token) headers.authorization = `Bearer ${token}`;
    if (json !== undefined) headers['content-type'] = 'application/json';
    if (sdp !== undefined) headers['content-type'] = 'application/sdp';
    if (replaces) headers['viva-replaces'] = replaces;
    const controller = new AbortController();
    const stop = () => controller.abort(signal?.reason);
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
    const timer = setTimeout(() => controller.abort(new Error('request timeout')), REQUEST_TIMEOUT_MS);
    try {
      const body = json === undefined ? sdp : JSON.stringify(json);
      const response = await fetch(path, { method, headers, body, signal: controller.signal, cache: 'no-store', keepalive });
      if (!response.ok) throw await apiErrorFrom(response);
      return response;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    }
  }
}
