import assert from 'node:assert/strict';
import test from 'node:test';
import { browserEnvironment } from '../../Sources/Gateway/Web/Assets/browser-environment.js';

test('one audio element plays every track, and waits for nothing before the first', async () => {
  const before = Object.fromEntries(['window', 'document', 'MediaStream', 'navigator'].map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]));
  const browser = { window: { isSecureContext: true }, document: {}, navigator: {}, MediaStream: class { constructor(tracks) { this.tracks = tracks; } } };
  for (const [name, value] of Object.entries(browser)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  try {
    const audio = { srcObject: null, plays: 0, async play() { this.plays += 1; } };
    const { speaker } = browserEnvironment(audio);
    assert.equal(audio.srcObject, null);
    for (const track of [{}, {}]) {
      speaker.setTrack(track);
      await speaker.play();
      assert.deepEqual(audio.srcObject.tracks, [track]); // never attached empty: Chromium would stay silent
    }
    assert.equal(audio.plays, 2);
  } finally {
    for (const [name, descriptor] of Object.entries(before)) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else delete globalThis[name];
    }
  }
});
