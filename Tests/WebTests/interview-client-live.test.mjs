import assert from 'node:assert/strict';
import test from 'node:test';
import { SILENCE_LIMIT_MS } from '../../Sources/Gateway/Web/Assets/call-events.js';
import { BUSY_RETRY_MS, CONNECT_TIMEOUT_MS, END_EVENT_LIMIT_MS, GOODBYE_LIMIT_MS, UNSTEADY_LIMIT_MS } from '../../Sources/Gateway/Web/Assets/interview-client.js';
import { isLive, isSuspended } from '../../Sources/Gateway/Web/Assets/session-reducer.js';
import { assertLeavesNothing, assertNothingLeft, FakeStorage, failure, json, settle, visit } from './support.mjs';

test('a stored line from the server replaces the interim line of the data channel', async () => {
  const page = visit();
  await page.talk();
  page.peer.say({ type: 'response.output_audio_transcript.delta', item_id: 'i1', delta: 'Hello' });
  assert.equal(page.state.interims.length, 1);
  page.peer.say('not json');
  page.server.send('segment', { sequence: 1, speaker: 'interviewer', text: 'Hello.', start_ms: 0, end_ms: 900, item_id: 'i1', interrupted: false });
  await settle();
  assert.deepEqual([page.state.interims.length, page.state.segments[0].text], [0, 'Hello.']);
  await assertLeavesNothing(page);
});

test('muting switches the track off and a new microphone stays muted', async () => {
  const page = visit();
  await page.talk();
  page.client.setMuted(true);
  assert.deepEqual([page.state.muted, page.peer.sent.enabled], [true, false]);
  page.peer.sent.onended();
  page.media.tracks[0].stop();
  assert.equal(page.state.microphone.lost, true);
  await page.client.restoreMicrophone();
  assert.equal(page.peer.sent, page.media.tracks[1]);
  assert.deepEqual([page.state.microphone.lost, page.peer.sent.enabled], [false, false]);
  page.client.setMuted(false);
  assert.equal(page.peer.sent.enabled, true);
  await assertLeavesNothing(page);
});

test('sound that the browser holds back is offered as a button', async () => {
  const page = visit();
  page.speaker.failure = 'NotAllowedError';
  await page.talk();
  assert.equal(page.state.soundBlocked, true);
  page.speaker.failure = null;
  page.client.enableSound();
  await settle();
  assert.equal(page.state.soundBlocked, false);
  await assertLeavesNothing(page);
});

test('when the engine is lost, reconnecting resumes the same interview and asks only for the events that were missed', async () => {
  const page = visit();
  await page.talk();
  page.server.send('state', { status: 'live' }, 4);
  page.server.send('state', { status: 'suspended', reason: 'engine_lost' }, 5);
  await settle();
  assert.ok(isSuspended(page.state));
  assert.equal([...page.clock.pending.values()].filter((timer) => timer.every !== null).length, 0, 'nothing ticks while on hold');
  page.server.routes['GET /v1/interviews/iv_1/transcript'] = () => json(200, { segments: [
    { sequence: 1, speaker: 'candidate', text: 'Before.', start_ms: 0, end_ms: 1, item_id: 'x', interrupted: false }] });
  await page.client.connect();
  await settle();
  assert.ok(isLive(page.state));
  assert.equal(page.server.sent('POST', '/v1/join').length, 1);
  assert.equal(page.server.sent('POST', '/v1/calls').length, 2);
  assert.equal(page.server.streams.at(-1).headers['last-event-id'], '5');
  assert.equal(page.state.segments[0].text, 'Before.');
  assert.equal(page.peers[0].connectionState, 'closed');
  await assertLeavesNothing(page);
});

test('a new call names the one before it, so that the server need not wait until that one is known to be lost', async () => {
  const page = visit();
  await page.talk();
  page.peer.move('failed');
  await page.client.connect();
  const replaces = (each) => each.server.sent('POST', '/v1/calls').map(({ headers }) => headers['viva-replaces']);
  assert.deepEqual(replaces(page), [undefined, 'rtc_1']);
  const reloaded = visit({ storage: page.storage });
  reloaded.client.open();
  await reloaded.client.connect();
  assert.deepEqual(replaces(reloaded), ['rtc_1']);
  await assertLeavesNothing(reloaded);
  await assertLeavesNothing(page);
});

test('a new call does not ask again for events that this tab has seen, so old notices stay old', async () => {
  const page = visit();
  await page.talk();
  page.server.send('state', { status: 'suspended', reason: 'call_lost' }, 7);
  await settle();
  page.server.routes['POST /v1/calls'] = () => new Response('v=0 answer', { status: 201, headers: { location: '/v1/calls/rtc_2' } });
  page.server.routes['GET /v1/calls/rtc_2/events'] = page.server.routes['GET /v1/calls/rtc_1/events'];
  await page.client.connect();
  await settle();
  assert.equal(page.server.streams.at(-1).headers['last-event-id'], '7');
  await assertLeavesNothing(page);
});

test('a resumed line that is silent but flowing counts as connected: it may be the candidate’s turn', async () => {
  const page = visit();
  await page.talk();
  page.peer.move('failed');
  assert.ok(isSuspended(page.state));
  page.peerOptions.speaks = false;
  const connecting = page.client.connect();
  await settle();
  page.peer.packets = 30;
  await page.clock.advance(1000);
  await connecting;
  assert.ok(isLive(page.state));
  await assertLeavesNothing(page);
});

test('a line that is disconnected for a moment recovers, and for long is lost', async () => {
  const page = visit();
  await page.talk();
  page.peer.move('disconnected');
  assert.equal(page.state.call.peer, 'unsteady');
  page.peer.move('connected');
  await page.clock.advance(UNSTEADY_LIMIT_MS);
  assert.equal(page.state.call.peer, 'up');
  page.peer.move('disconnected');
  await page.clock.advance(UNSTEADY_LIMIT_MS);
  assert.ok(isSuspended(page.state));
  await assertLeavesNothing(page);
});

test('a broken event stream is read again from the last event', async () => {
  const page = visit();
  await page.talk();
  page.server.send('state', { status: 'live' }, 9);
  await settle();
  page.server.streams[0].end();
  await page.clock.advance(1000);
  assert.equal(page.server.streams.length, 2);
  assert.equal(page.server.streams[1].headers['last-event-id'], '9');
  assert.ok(isLive(page.state), 'the conversation goes on meanwhile');
  await assertLeavesNothing(page);
});

test('an event stream without a sign of life is opened anew', async () => {
  const page = visit();
  await page.talk();
  await page.clock.advance(SILENCE_LIMIT_MS - 1000);
  page.server.streams[0].write(': ping\n\n');
  await page.clock.advance(SILENCE_LIMIT_MS - 1000);
  assert.equal(page.server.streams.length, 1);
  await page.clock.advance(3000);
  assert.equal(page.server.streams.length, 2);
  await assertLeavesNothing(page);
});

test('an event stream that is refused puts the interview on hold', async () => {
  const page = visit();
  await page.talk();
  page.server.routes['GET /v1/calls/rtc_1/events'] = () => failure(404, 'not_found');
  page.server.streams[0].end();
  await page.clock.advance(1000);
  assert.ok(isSuspended(page.state));
  await assertLeavesNothing(page);
});

test('the end from the server closes the call, switches the microphone off and shows the stored transcript', async () => {
  const page = visit();
  await page.talk();
  page.peer.say({ type: 'output_audio_buffer.stopped' });
  page.server.routes['GET /v1/interviews/iv_1/transcript'] = () => json(200, { segments: [
    { sequence: 1, speaker: 'candidate', text: 'All.', start_ms: 0, end_ms: 1, item_id: 'x', interrupted: false }] });
  page.server.send('end', { status: 'completed', message: 'Goodbye.' });
  await settle();
  assert.deepEqual([page.state.screen, page.state.end, page.state.transcript], ['ended', { status: 'completed', message: 'Goodbye.' }, 'loaded']);
  assert.equal(page.state.segments[0].text, 'All.');
  assert.equal(page.media.live.length, 0);
  assertNothingLeft(page);
});

test('the goodbye is heard to its end, but not for ever', async () => {
  for (const stops of [true, false]) {
    const page = visit();
    await page.talk();
    page.server.send('end', { status: 'completed', message: '' });
    await settle();
    assert.equal(page.state.screen, 'ended');
    assert.notEqual(page.peer.connectionState, 'closed');
    if (stops) page.peer.say({ type: 'output_audio_buffer.stopped' });
    else await page.clock.advance(GOODBYE_LIMIT_MS);
    assert.equal(page.peer.connectionState, 'closed');
    assertNothingLeft(page);
  }
});

test('the candidate ends: asked, declined, asked again, confirmed, and the page does not wait for ever', async () => {
  const page = visit();
  await page.talk();
  page.client.tell('end.asked');
  page.client.tell('end.declined');
  assert.equal(page.state.ending.open, false);
  page.client.tell('end.asked');
  await page.client.confirmEnd();
  assert.equal(page.server.sent('POST', '/v1/calls/rtc_1/end').length, 1);
  assert.equal(page.state.screen, 'interview');
  await page.clock.advance(END_EVENT_LIMIT_MS);
  assert.deepEqual([page.state.screen, page.state.end.status], ['ended', 'ended']);
  await page.clock.advance(GOODBYE_LIMIT_MS);
  assertNothingLeft(page);
});

test('an end that does not get through keeps the interview and says why', async () => {
  const page = visit();
  await page.talk();
  page.server.routes['POST /v1/calls/rtc_1/end'] = () => failure(500, 'internal', 'Not now.');
  page.client.tell('end.asked');
  await page.client.confirmEnd();
  assert.deepEqual([page.state.screen, page.state.ending.busy, page.state.ending.problem.message], ['interview', false, 'Not now.']);
  await assertLeavesNothing(page);
});

test('a reload offers to continue, waits for the old call to be released and joins only once', async () => {
  const before = visit();
  await before.talk();
  const page = visit({ storage: before.storage });
  page.client.open();
  assert.deepEqual([page.state.screen, page.state.returning, page.state.interview.interviewerName], ['welcome', true, 'Ava']);
  const calls = page.server.routes['POST /v1/calls'];
  page.server.routes['POST /v1/calls'] = () => failure(409, 'call_in_progress');
  const connecting = page.client.connect();
  await settle();
  assert.equal(page.state.screen, 'connecting');
  page.server.routes['POST /v1/calls'] = calls;
  await page.clock.advance(BUSY_RETRY_MS);
  await connecting;
  assert.equal(page.state.screen, 'interview');
  assert.equal(page.server.sent('POST', '/v1/join').length, 0);
  await assertLeavesNothing(page);
  await assertLeavesNothing(before);
});

test('an interview that is open elsewhere stays refused when the deadline is over', async () => {
  const before = visit();
  await before.talk();
  const page = visit({ storage: before.storage });
  page.client.open();
  page.server.routes['POST /v1/calls'] = () => failure(409, 'call_in_progress');
  const connecting = page.client.connect();
  await page.clock.advance(CONNECT_TIMEOUT_MS);
  await connecting;
  assert.equal(page.state.connection.problem.code, 'call_in_progress');
  await assertLeavesNothing(page);
  await assertLeavesNothing(before);
});

test('whoever returns after the end sees the end, in this tab and from the server', async () => {
  const before = visit();
  await before.talk();
  before.server.send('end', { status: 'completed', message: '' });
  await settle();
  const page = visit({ storage: before.storage });
  page.client.open();
  await settle();
  assert.deepEqual([page.state.screen, page.state.end.status, page.state.transcript], ['ended', 'completed', 'loaded']);
  await assertLeavesNothing(before);

  const other = visit();
  other.server.routes['POST /v1/calls'] = () => failure(409, 'interview_over', 'It is over.');
  await other.talk();
  assert.deepEqual([other.state.screen, other.state.end.message], ['ended', 'It is over.']);
  assertNothingLeft(other);
});

test('a practice link makes a new interview after the end', async () => {
  const page = visit();
  await page.talk();
  page.server.send('end', { status: 'completed', message: '' });
  await settle();
  page.client.startAgain();
  assert.deepEqual([page.state.screen, page.state.segments.length], ['welcome', 0]);
  await page.talk();
  assert.equal(page.server.sent('POST', '/v1/join').length, 2);
  assert.equal(page.state.screen, 'interview');
  await assertLeavesNothing(page);
});

test('a transcript that does not load keeps the lines that are on the page', async () => {
  const page = visit();
  await page.talk();
  page.server.routes['GET /v1/interviews/iv_1/transcript'] = () => failure(503, 'store_unavailable');
  page.server.send('segment', { sequence: 1, speaker: 'candidate', text: 'Kept.', start_ms: 0, end_ms: 1, item_id: 'x', interrupted: false });
  page.server.send('end', { status: 'ended', message: '' }, 2);
  await settle();
  assert.deepEqual([page.state.transcript, page.state.segments[0].text], ['failed', 'Kept.']);
  page.client.close();
});

test('nothing but the tab’s own storage is used, and only under the ticket', async () => {
  const page = visit();
  await page.talk();
  assert.deepEqual([...page.storage.items.keys()], ['viva.interview.ticket-1']);
  const kept = JSON.stringify([...page.storage.items.values()]);
  page.server.send('segment', { sequence: 1, speaker: 'candidate', text: 'PRIVATE WORDS', start_ms: 0, end_ms: 1, item_id: 'x', interrupted: false });
  await settle();
  assert.ok(!kept.includes('PRIVATE') && !JSON.stringify([...page.storage.items.values()]).includes('PRIVATE'));
  await assertLeavesNothing(page);
});

test('a visit works with storage switched off', async () => {
  const storage = new FakeStorage();
  storage.getItem = () => { throw new Error('denied'); };
  storage.setItem = storage.getItem;
  const page = visit({ storage });
  page.client.open();
  await page.talk();
  assert.equal(page.state.screen, 'interview');
  await assertLeavesNothing(page);
});

test('a second click while connecting starts nothing twice', async () => {
  const page = visit();
  page.client.showMicrophoneCheck();
  await page.client.askForMicrophone();
  await Promise.all([page.client.connect(), page.client.connect()]);
  assert.equal(page.server.sent('POST', '/v1/join').length, 1);
  await assertLeavesNothing(page);
});
