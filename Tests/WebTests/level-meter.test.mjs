import assert from 'node:assert/strict';
import test from 'node:test';
import { FRAME_INTERVAL_MS, LevelMeter, levelOf, levelOfAmplitude } from '../../Sources/Gateway/Web/Assets/level-meter.js';
import { ManualClock } from './support.mjs';

function meter() {
  const clock = new ManualClock();
  const page = { hidden: false, listeners: new Set(), addEventListener: (_, work) => page.listeners.add(work), removeEventListener: (_, work) => page.listeners.delete(work) };
  const audio = { contexts: 0, analysers: 0, open: 0, loudness: 0 };
  const frames = [];
  const made = new LevelMeter({
    setInterval: clock.setInterval, clearInterval: clock.clearInterval, document: page,
    makeAudioContext: () => {
      audio.contexts += 1;
      audio.open += 1;
      return {
        createAnalyser: () => {
          audio.analysers += 1;
          return { getFloatTimeDomainData: (samples) => samples.fill(audio.loudness) };
        },
        createMediaStreamSource: () => ({ connect() {}, disconnect() {} }),
        resume: async () => {},
        close: async () => { audio.open -= 1; },
      };
    },
  }, (level, voice) => frames.push({ level, voice }));
  return { made, clock, page, audio, frames, hide(hidden) {
    page.hidden = hidden;
    page.listeners.forEach((work) => work());
  } };
}

test('silence is 0, full scale is 1, and louder is never lower', () => {
  assert.equal(levelOf(new Float32Array(64)), 0);
  assert.equal(levelOf([]), 0);
  assert.equal(levelOf(new Float32Array(64).fill(1)), 1);
  const levels = [0.0005, 0.002, 0.01, 0.05, 0.2, 0.9].map(levelOfAmplitude);
  assert.deepEqual(levels, [...levels].sort((a, b) => a - b));
  assert.equal(levelOfAmplitude(Number.NaN), 0);
});

test('there are at most ten readings a second', async () => {
  const { made, clock, frames } = meter();
  made.start({});
  await clock.advance(1000);
  assert.ok(FRAME_INTERVAL_MS >= 100);
  assert.equal(frames.length, 1000 / FRAME_INTERVAL_MS);
});

test('a hidden page reads nothing and goes on when it is seen again', async () => {
  const { made, clock, frames, hide } = meter();
  made.start({});
  hide(true);
  assert.equal(clock.pending.size, 0);
  await clock.advance(1000);
  assert.equal(frames.length, 0);
  hide(false);
  await clock.advance(FRAME_INTERVAL_MS);
  assert.equal(frames.length, 1);
});

test('another microphone uses the same context and the same analyser', () => {
  const { made, audio, clock } = meter();
  made.start({});
  made.start({});
  assert.deepEqual([audio.contexts, audio.analysers, clock.pending.size], [1, 1, 1]);
});

test('stopping leaves no timer, no listener and no open context', () => {
  const { made, clock, page, audio } = meter();
  made.start({});
  made.stop();
  assert.deepEqual([clock.pending.size, page.listeners.size, audio.open], [0, 0, 0]);
});

test('a voice is heard after a moment, a single knock is not a voice', async () => {
  const { made, clock, audio, frames } = meter();
  made.start({});
  audio.loudness = 0.1;
  await clock.advance(FRAME_INTERVAL_MS);
  audio.loudness = 0;
  await clock.advance(FRAME_INTERVAL_MS * 5);
  assert.ok(frames.every(({ voice }) => !voice));
  audio.loudness = 0.1;
  await clock.advance(FRAME_INTERVAL_MS * 3);
  assert.ok(frames.at(-1).voice);
});

test('a browser without sound analysis costs the picture, not the interview', () => {
  const made = new LevelMeter({ makeAudioContext: () => { throw new Error('none'); } }, () => {});
  assert.doesNotThrow(() => made.start({}));
});
