// @ts-check

/**
 * The work's result, or the signal's reason as soon as it is aborted, whichever comes first.
 * @template T @param {() => Promise<T>} work @param {AbortSignal} signal @returns {Promise<T>}
 */
export function abortable(work, signal) {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    work().then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
