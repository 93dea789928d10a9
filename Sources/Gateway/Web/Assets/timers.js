// @ts-check
// The timers of one page: one-shot timers by purpose, and one ticker. What has a name can be cancelled, so nothing is left behind.

export class Timers {
  /** @param {{setTimeout: (work: () => void, ms: number) => any, clearTimeout: (timer: any) => void, setInterval: (work: () => void, ms: number) => any, clearInterval: (timer: any) => void}} environment */
  constructor(environment) {
    this.environment = environment;
    /** @type {Map<string, any>} */
    this.pending = new Map();
    /** @type {any} */
    this.ticker = null;
  }

  /** Replaces a timer of the same name. @param {string} name @param {number} ms @param {() => void} work */
  after(name, ms, work) {
    this.cancel(name);
    const timer = this.environment.setTimeout(() => {
      this.pending.delete(name);
      work();
    }, ms);
    this.pending.set(name, timer);
  }

  /** @param {string} name */
  cancel(name) {
    if (this.pending.has(name)) this.environment.clearTimeout(this.pending.get(name));
    this.pending.delete(name);
  }

  cancelAll() {
    for (const name of [...this.pending.keys()]) this.cancel(name);
  }

  /** @param {number} ms @param {() => void} work */
  startTicking(ms, work) {
    this.ticker ??= this.environment.setInterval(work, ms);
  }

  stopTicking() {
    if (this.ticker !== null) this.environment.clearInterval(this.ticker);
    this.ticker = null;
  }
}
