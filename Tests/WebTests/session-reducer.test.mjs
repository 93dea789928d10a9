import assert from 'node:assert/strict';
import test from 'node:test';
import {
  elapsedMs, EVENT_TYPES, initialState, INTERIM_LIMIT, INTERIM_TEXT_LIMIT, isLive, isSuspended, PATIENCE_MS, reduce, SEGMENT_LIMIT, stepReport, STEP_NAMES,
} from '../../Sources/Gateway/Web/Assets/session-reducer.js';
import { INTERVIEW } from './support.mjs';

const PROBLEM = Object.freeze({ code: 'x', title: 't', message: 'm', remedy: 'r', requestId: '', retryable: true, retryAt: null });

function after(...events) {
  return events.reduce((state, event) => reduce(state, event), initialState(INTERVIEW));
}

const GRANTED = { type: 'microphone.granted', devices: [{ id: 'a', label: 'A' }], deviceId: 'a' };
const TO_MICROPHONE = [{ type: 'microphone.opened' }, GRANTED];
const TO_CONNECTING = [...TO_MICROPHONE, { type: 'connect.started', at: 100 }];
const TO_INTERVIEW = [...TO_CONNECTING, { type: 'connected', at: 1000 }];
const TO_SUSPENDED = [...TO_INTERVIEW, { type: 'server.state', at: 2000, data: { status: 'suspended' } }];
const TO_ENDED = [...TO_INTERVIEW, { type: 'server.end', at: 3000, data: { status: 'completed', message: 'Done.' } }];

function segment(sequence, itemId, speaker = 'candidate', text = `line ${sequence}`) {
  return { sequence, item_id: itemId, speaker, text, start_ms: sequence * 1000, end_ms: sequence * 1000 + 500, interrupted: false };
}
const says = (type, fields, at = 2000) => ({ type: 'channel.event', at, event: { type, ...fields } });

/** A well-formed event of every type. */
const SAMPLES = {
  'visit.returned': { interview: INTERVIEW }, 'visit.finished': { interview: INTERVIEW, status: 'completed', message: '' }, 'visit.restarted': {},
  'microphone.opened': {}, 'microphone.asked': {}, 'microphone.granted': GRANTED, 'microphone.failed': { problem: PROBLEM },
  'microphone.heard': {}, 'microphone.lost': {}, 'connect.started': { at: 1 },
  'step.started': { name: STEP_NAMES[0], at: 1 }, 'step.done': { name: STEP_NAMES[0], at: 2 }, 'step.failed': { name: STEP_NAMES[0], at: 2, problem: PROBLEM },
  'joined': { interview: INTERVIEW, notice: [] }, 'connected': { at: 5 },
  'peer.unsteady': {}, 'peer.steady': {}, 'peer.lost': {},
  'server.state': { data: { status: 'suspended' } }, 'server.segment': { data: segment(1, 'i') },
  'server.progress': { at: 1, data: { question_number: 1, question_count: 5, elapsed_ms: 1, limit_ms: 2 } },
  'server.notice': { data: { code: 'time', message: 'Soon over.' } }, 'server.end': { data: { status: 'ended', message: '' } },
  'channel.event': { event: { type: 'output_audio_buffer.started' } },
  'mute.set': { muted: true }, 'shortcut.set': { on: false }, 'sound.blocked': {}, 'sound.enabled': {}, 'advice.dismissed': {},
  'end.asked': {}, 'end.declined': {}, 'end.confirmed': {}, 'end.failed': { problem: PROBLEM }, 'call.over': { status: 'ended', message: '' },
  'transcript.asked': {}, 'transcript.loaded': { segments: [segment(1, 'i')] }, 'transcript.failed': {}, 'tick': { at: 9 },
};
const SCREENS = {
  welcome: initialState(INTERVIEW), microphone: after(...TO_MICROPHONE), connecting: after(...TO_CONNECTING),
  interview: after(...TO_INTERVIEW), suspended: after(...TO_SUSPENDED), ended: after(...TO_ENDED),
};
/** Where each event leads: w, m, c, i, e for the screen it leaves us on; a dot where it must change nothing at all. */
const TABLE = {
  //                    welcome, microphone, connecting, interview, suspended, ended
  'visit.returned':     'w.....', 'visit.finished':   'e.....', 'visit.restarted':  '.....w',
  'microphone.opened':  'm.m...', 'microphone.asked': 'wmcii.', 'microphone.granted': 'wmcii.', 'microphone.failed': 'wmcii.',
  'microphone.heard':   '.m....', 'microphone.lost':  '.m.ii.', 'connect.started':  'ccccc.',
  'step.started':       '..c...', 'step.done':        '..c...', 'step.failed':      '..c...', 'joined': '..c...', 'connected': '..i...',
  'peer.unsteady':      '...ii.', 'peer.steady':      '......', 'peer.lost':        '...ii.',
  'server.state':       '...ii.', 'server.segment':   '..ciie', 'server.progress':  '..cii.', 'server.notice': '..cii.', 'server.end': '..eee.',
  'channel.event':      '..cii.', 'mute.set':         '...ii.', 'shortcut.set':     '...ii.', 'sound.blocked': '..cii.', 'sound.enabled': '..cii.',
  'advice.dismissed':   '...ii.', 'end.asked':        '...ii.', 'end.declined':     '...ii.', 'end.confirmed': '...ii.', 'end.failed': '...ii.',
  'call.over':          '..eee.', 'transcript.asked': '.....e', 'transcript.loaded': '..ciie', 'transcript.failed': '.....e', 'tick': '..cii.',
};
const NAMES = { w: 'welcome', m: 'microphone', c: 'connecting', i: 'interview', e: 'ended' };

test('the table of transitions names every event', () => {
  assert.deepEqual(Object.keys(SAMPLES).sort(), [...EVENT_TYPES].sort());
  assert.deepEqual(Object.keys(TABLE).sort(), [...EVENT_TYPES].sort());
});

for (const [type, row] of Object.entries(TABLE)) {
  Object.entries(SCREENS).forEach(([name, state], column) => {
    const expected = row[column];
    test(expected === '.' ? `${type} changes nothing in ${name}` : `${type} in ${name} leads to ${NAMES[expected]}`, () => {
      const frozen = deepFreeze(structuredClone(state));
      const next = reduce(frozen, { type, ...SAMPLES[type] });
      if (expected === '.') assert.equal(next, frozen);
      else {
        assert.notEqual(next, frozen);
        assert.equal(next.screen, NAMES[expected]);
      }
    });
  });
}

test('an unknown event changes nothing, even one named like a property of every object', () => {
  const state = initialState(INTERVIEW);
  for (const type of ['nonsense', 'constructor', '__proto__', 'toString']) assert.equal(reduce(state, { type }), state);
});

test('malformed data of a peer changes nothing and never throws', () => {
  const state = after(...TO_INTERVIEW);
  for (const data of [undefined, null, 1, 'x', [], {}, { sequence: -1, text: 'x', speaker: 'candidate' }, { sequence: 1, text: 1, speaker: 'candidate' },
    { sequence: 1, text: 'x', speaker: 'nobody' }, { message: 3 }, { question_number: 'one', question_count: null }, { status: 5 }]) {
    for (const type of ['server.state', 'server.segment', 'server.progress', 'server.notice']) {
      assert.equal(reduce(state, { type, at: 1, data }), state, `${type} ${JSON.stringify(data)}`);
    }
  }
  for (const event of [null, 5, [], {}, { type: 7 }, { type: 'response.output_audio_transcript.delta', delta: 'x' }]) {
    assert.equal(reduce(state, { type: 'channel.event', event }), state);
  }
});

test('a step keeps its time and a failed step its problem', () => {
  const state = after(...TO_CONNECTING,
    { type: 'step.started', name: 'microphone_access', at: 100 }, { type: 'step.done', name: 'microphone_access', at: 142.4 },
    { type: 'step.started', name: 'api_connection', at: 150 }, { type: 'step.failed', name: 'api_connection', at: 250, problem: PROBLEM });
  assert.deepEqual(state.connection.steps.map(({ status, ms }) => [status, ms]),
    [['done', 42], ['failed', 100], ['waiting', null], ['waiting', null], ['waiting', null]]);
  assert.equal(state.connection.problem, PROBLEM);
  assert.deepEqual(stepReport(state), [
    { name: 'microphone_access', ok: true, ms: 42 }, { name: 'api_connection', ok: false, ms: 100, detail: 'x' },
  ]);
});

test('a new attempt starts with fresh steps and without the old problem', () => {
  const state = after(...TO_CONNECTING, { type: 'step.failed', name: STEP_NAMES[1], at: 5, problem: PROBLEM }, { type: 'connect.started', at: 9 });
  assert.equal(state.connection.problem, null);
  assert.ok(state.connection.steps.every((step) => step.status === 'waiting'));
});

test('a stored line replaces the interim line of the same item', () => {
  const spoken = after(...TO_INTERVIEW, says('response.output_audio_transcript.delta', { item_id: 'i1', delta: 'Hel' }),
    says('response.output_audio_transcript.delta', { item_id: 'i1', delta: 'lo' }));
  assert.deepEqual(spoken.interims, [{ itemId: 'i1', speaker: 'interviewer', text: 'Hello' }]);
  const stored = reduce(spoken, { type: 'server.segment', data: segment(1, 'i1', 'interviewer', 'Hello.') });
  assert.deepEqual(stored.interims, []);
  assert.deepEqual(stored.segments.map((line) => line.text), ['Hello.']);
});

test('a delta that comes after the stored line does not bring the interim line back', () => {
  const state = after(...TO_INTERVIEW, { type: 'server.segment', data: segment(1, 'i1') });
  assert.equal(reduce(state, says('conversation.item.input_audio_transcription.delta', { item_id: 'i1', delta: 'late' })).interims.length, 0);
});

test('stored lines stand in the order of the record and a replayed line is not doubled', () => {
  const state = after(...TO_INTERVIEW, ...[2, 1, 3, 2].map((sequence) => ({ type: 'server.segment', data: segment(sequence, `i${sequence}`) })));
  assert.deepEqual(state.segments.map((line) => line.sequence), [1, 2, 3]);
});

test('an interim line keeps the place where the candidate began to speak', () => {
  const state = after(...TO_INTERVIEW, says('input_audio_buffer.speech_started', { item_id: 'c' }),
    says('response.output_audio_transcript.delta', { item_id: 'a', delta: 'Mm' }),
    says('conversation.item.input_audio_transcription.delta', { item_id: 'c', delta: 'Well' }));
  assert.deepEqual(state.interims.map((line) => line.itemId), ['c', 'a']);
});

test('speech that turns out to be no words leaves no line', () => {
  for (const [type, fields] of [['conversation.item.input_audio_transcription.completed', { transcript: ' ' }], ['conversation.item.input_audio_transcription.failed', {}]]) {
    const state = after(...TO_INTERVIEW, says('input_audio_buffer.speech_started', { item_id: 'c' }), says(type, { item_id: 'c', ...fields }));
    assert.deepEqual(state.interims, []);
  }
});

test('the completed transcription is shown as interim until the server has stored it', () => {
  const state = after(...TO_INTERVIEW, says('conversation.item.input_audio_transcription.completed', { item_id: 'c', transcript: 'Done.' }));
  assert.deepEqual([state.interims[0].text, state.segments.length], ['Done.', 0]);
});

test('lines and texts stay within their limits', () => {
  let state = after(...TO_INTERVIEW);
  for (let index = 0; index < INTERIM_LIMIT + 5; index += 1) state = reduce(state, says('input_audio_buffer.speech_started', { item_id: `c${index}` }));
  assert.equal(state.interims.length, INTERIM_LIMIT);
  state = reduce(state, says('response.output_audio_transcript.delta', { item_id: 'long', delta: 'x'.repeat(INTERIM_TEXT_LIMIT + 1) }));
  assert.equal(state.interims.at(-1).text.length, INTERIM_TEXT_LIMIT);
  const many = Array.from({ length: SEGMENT_LIMIT + 1 }, (_, index) => segment(index, `i${index}`));
  assert.equal(reduce(state, { type: 'transcript.loaded', segments: many }).segments.length, SEGMENT_LIMIT);
});

test('both sides are shown as speaking while they do', () => {
  let state = after(...TO_INTERVIEW, says('output_audio_buffer.started'));
  assert.deepEqual(state.speaking, { interviewer: true, candidate: false });
  state = reduce(state, says('input_audio_buffer.speech_started', { item_id: 'c' }));
  assert.deepEqual(state.speaking, { interviewer: true, candidate: true });
  state = reduce(state, says('output_audio_buffer.cleared'));
  state = reduce(state, says('input_audio_buffer.speech_stopped', { item_id: 'c' }));
  assert.deepEqual(state.speaking, { interviewer: false, candidate: false });
});

test('a candidate who thinks is told to take their time, and no longer once they speak', () => {
  const asked = after(...TO_INTERVIEW, says('output_audio_buffer.started', {}, 2000), says('output_audio_buffer.stopped', {}, 5000));
  assert.equal(reduce(asked, { type: 'tick', at: 5000 + PATIENCE_MS - 1 }).patience, false);
  const patient = reduce(asked, { type: 'tick', at: 5000 + PATIENCE_MS });
  assert.equal(patient.patience, true);
  assert.equal(reduce(patient, says('input_audio_buffer.speech_started', { item_id: 'c' })).patience, false);
  assert.equal(reduce(patient, says('output_audio_buffer.started')).patience, false);
});

test('the elapsed time follows the server and our clock, and stands still while on hold', () => {
  let state = after(...TO_INTERVIEW, { type: 'tick', at: 4000 });
  assert.equal(elapsedMs(state), 3000);
  state = reduce(state, { type: 'server.progress', at: 5000, data: { question_number: 2, question_count: 5, elapsed_ms: 60_000, limit_ms: 900_000 } });
  state = reduce(state, { type: 'tick', at: 7000 });
  assert.equal(elapsedMs(state), 62_000);
  state = reduce(state, { type: 'peer.lost', at: 7000 });
  state = reduce(state, { type: 'tick', at: 60_000 });
  assert.equal(elapsedMs(state), 62_000);
  state = [{ type: 'connect.started', at: 70_000, resuming: true }, { type: 'connected', at: 80_000 }, { type: 'tick', at: 81_000 }].reduce(reduce, state);
  assert.equal(elapsedMs(state), 63_000);
  assert.equal(state.progress.number, 2);
});

test('the interview is on hold when the server says so or the line is lost, and live again when the server is back', () => {
  const suspended = after(...TO_SUSPENDED);
  assert.deepEqual([isSuspended(suspended), isLive(suspended)], [true, false]);
  const back = reduce(suspended, { type: 'server.state', data: { status: 'live' } });
  assert.deepEqual([isSuspended(back), isLive(back)], [false, true]);
  const lost = after(...TO_INTERVIEW, { type: 'peer.lost' });
  assert.ok(isSuspended(lost));
  assert.ok(isSuspended(reduce(lost, { type: 'server.state', data: { status: 'live' } })), 'only a new connection mends a lost line');
});

test('a replayed suspension does not disturb a new connection', () => {
  const state = after(...TO_SUSPENDED, { type: 'connect.started', at: 1 }, { type: 'server.state', data: { status: 'suspended' } }, { type: 'connected', at: 2 });
  assert.ok(isLive(state));
});

test('reconnecting keeps stored lines and drops what was never stored', () => {
  const state = after(...TO_INTERVIEW, { type: 'server.segment', data: segment(1, 'a') }, says('response.output_audio_transcript.delta', { item_id: 'b', delta: 'lost' }),
    { type: 'peer.lost' }, { type: 'connect.started', at: 1, resuming: true });
  assert.deepEqual([state.segments.length, state.interims.length, state.connection.resuming], [1, 0, true]);
});

test('a dialog that is sending cannot be dismissed', () => {
  const busy = after(...TO_INTERVIEW, { type: 'end.asked' }, { type: 'end.confirmed' });
  assert.equal(reduce(busy, { type: 'end.declined' }), busy);
  assert.equal(reduce(reduce(busy, { type: 'end.failed', problem: PROBLEM }), { type: 'end.declined' }).ending.open, false);
});

test('the end keeps the stored lines, its status and its words', () => {
  const state = after(...TO_INTERVIEW, { type: 'server.segment', data: segment(1, 'a') }, { type: 'mute.set', muted: true }, ...TO_ENDED.slice(-1));
  assert.deepEqual([state.screen, state.end, state.segments.length, state.call.server], ['ended', { status: 'completed', message: 'Done.' }, 1, 'completed']);
});

test('another microphone has to be heard again, the same one has not', () => {
  const heard = after(...TO_MICROPHONE, { type: 'microphone.heard' });
  assert.equal(heard.microphone.heard, true);
  assert.equal(reduce(heard, { ...GRANTED }).microphone.heard, true);
  assert.equal(reduce(heard, { ...GRANTED, deviceId: 'b' }).microphone.heard, false);
});

test('only sentences of the notice are kept', () => {
  assert.deepEqual(after(...TO_CONNECTING, { type: 'joined', interview: {}, notice: ['a', 5, null] }).notice, ['a']);
  assert.deepEqual(after(...TO_CONNECTING, { type: 'joined', interview: {}, notice: 'x' }).notice, []);
});

function deepFreeze(value) {
  if (value && typeof value === 'object') {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
