import assert from 'node:assert/strict';
import test from 'node:test';
import { ICE_SERVERS_TIMEOUT_MS } from '../../Sources/Gateway/Web/Assets/ice-servers.js';
import { CONNECT_TIMEOUT_MS } from '../../Sources/Gateway/Web/Assets/interview-client.js';
import { assertLeavesNothing, assertNothingLeft, FakeServer, failure, hanging, json, settle, visit } from './support.mjs';

const ALL_DONE = ['done', 'done', 'done', 'done', 'done'];

test('from the microphone to the first sound, five steps lead to a live interview', async () => {
  const page = visit();
  await page.talk();
  assert.equal(page.state.screen, 'interview');
  assert.deepEqual(page.steps(), ALL_DONE);
  assert.deepEqual(page.server.requests.slice(0, 4).map(({ method, path }) => `${method} ${path}`),
    ['POST /v1/join', 'GET /v1/ice-servers', 'POST /v1/calls', 'GET /v1/calls/rtc_1/events']);
  const [join, ice, call, events] = page.server.requests;
  assert.equal(ice.headers.authorization, 'Bearer candidate-token');
  assert.deepEqual(JSON.parse(join.body), { ticket: 'ticket-1' });
  assert.deepEqual([call.headers.authorization, call.headers['content-type'], call.body], ['Bearer candidate-token', 'application/sdp', 'v=0 offer']);
  assert.equal(events.headers.authorization, 'Bearer candidate-token');
  assert.equal(page.peer.channel.label, 'oai-events');
  assert.deepEqual(page.peer.remote, { type: 'answer', sdp: 'v=0 answer' });
  await assertLeavesNothing(page);
});

test('the connection is made with the servers that the gateway names', async () => {
  const page = visit();
  const relay = { urls: ['turn:relay.example'], username: '1:int', credential: 'password' };
  page.server.routes['GET /v1/ice-servers'] = () => json(200, { iceServers: [relay], expires_at: '2030-01-01T00:00:00Z' });
  await page.talk();
  assert.deepEqual(page.peer.iceServers, [relay]);
  assert.equal(page.state.screen, 'interview');
  await assertLeavesNothing(page);
});

for (const [what, route] of [['fails', () => failure(500, 'internal_error')], ['is unknown to the server', () => failure(404, 'not_found')],
  ['is no list', () => json(200, { iceServers: 'none' })], ['is no JSON', () => new Response('<html>', { status: 200 })]]) {
  test(`a list of servers that ${what} does not keep anybody from talking`, async () => {
    const page = visit();
    page.server.routes['GET /v1/ice-servers'] = route;
    await page.talk();
    assert.deepEqual(page.peer.iceServers, []);
    assert.equal(page.state.screen, 'interview');
    await assertLeavesNothing(page);
  });
}

test('a list of servers that does not come is not waited for', async () => {
  const page = visit();
  page.server.routes['GET /v1/ice-servers'] = hanging;
  page.client.showMicrophoneCheck();
  await page.client.askForMicrophone();
  const connecting = page.client.connect();
  await page.clock.advance(ICE_SERVERS_TIMEOUT_MS - 1);
  assert.equal(page.peers.length, 0);
  await page.clock.advance(1);
  await connecting;
  assert.deepEqual(page.peer.iceServers, []);
  assert.equal(page.state.screen, 'interview');
  await assertLeavesNothing(page);
});

test('leaving while the list of servers is asked for leaves nothing behind', async () => {
  const page = visit();
  page.server.routes['GET /v1/ice-servers'] = hanging;
  page.client.showMicrophoneCheck();
  await page.client.askForMicrophone();
  page.client.connect();
  await settle();
  await assertLeavesNothing(page);
});

test('no secret and no ticket is ever in an address', async () => {
  const page = visit();
  await page.talk();
  assert.ok(page.server.requests.every(({ path }) => !path.includes('candidate-token') && !path.includes('ticket-1')));
  await assertLeavesNothing(page);
});

test('the five steps are reported to the server with their times', async () => {
  const page = visit();
  await page.talk();
  const { steps } = JSON.parse(page.server.sent('POST', '/v1/calls/rtc_1/report')[0].body);
  assert.deepEqual(steps.map(({ name, ok }) => [name, ok]),
    ['microphone_access', 'api_connection', 'session_creation', 'webrtc_setup', 'audio_connection'].map((name) => [name, true]));
  assert.ok(steps.every(({ ms }) => Number.isInteger(ms)));
  await assertLeavesNothing(page);
});

for (const [name, code] of [['NotAllowedError', 'microphone_denied'], ['NotFoundError', 'microphone_missing'],
  ['NotReadableError', 'microphone_busy'], ['TypeError', 'microphone_failed']]) {
  test(`a microphone that fails with ${name} is explained as ${code}, and a retry can succeed`, async () => {
    const page = visit();
    page.client.showMicrophoneCheck();
    page.media.failure = name;
    assert.equal(await page.client.askForMicrophone(), false);
    assert.deepEqual([page.state.screen, page.state.microphone.status, page.state.microphone.problem.code], ['microphone', 'failed', code]);
    assert.ok(page.state.microphone.problem.remedy.length > 20);
    page.media.failure = null;
    assert.equal(await page.client.askForMicrophone(), true);
    assert.equal(page.state.microphone.problem, null);
    await assertLeavesNothing(page);
  });
}

test('a page without https is told so before the browser is asked', async () => {
  const page = visit({ secure: false });
  page.client.showMicrophoneCheck();
  await page.client.askForMicrophone();
  assert.deepEqual([page.state.microphone.problem.code, page.media.asked.length], ['insecure_context', 0]);
});

test('choosing another microphone stops the first one', async () => {
  const page = visit();
  page.client.showMicrophoneCheck();
  await page.client.askForMicrophone();
  assert.deepEqual(page.state.microphone.devices, [{ id: 'built-in', label: 'Built-in' }, { id: 'headset', label: 'Microphone 2' }]);
  await page.client.askForMicrophone('headset');
  assert.equal(page.state.microphone.deviceId, 'headset');
  assert.deepEqual(page.media.live.map((track) => track.deviceId), ['headset']);
  await assertLeavesNothing(page);
});

test('a microphone that is allowed after the page was left is switched off again', async () => {
  const page = visit();
  page.client.showMicrophoneCheck();
  const asking = page.client.askForMicrophone();
  page.client.close();
  await asking;
  assert.equal(page.media.tracks.length, 1);
  assert.equal(page.media.live.length, 0);
});

test('a microphone denied while continuing fails the first step', async () => {
  const page = visit();
  page.media.failure = 'NotAllowedError';
  await page.client.connect();
  assert.deepEqual([page.state.screen, page.steps()[0], page.state.connection.problem.code], ['connecting', 'failed', 'microphone_denied']);
  await assertLeavesNothing(page);
});

test('a used ticket fails the second step for good, with the words of the server and its request id', async () => {
  const page = visit();
  page.server.routes['POST /v1/join'] = () => failure(410, 'ticket_used', 'This link was used.');
  await page.talk();
  const { problem } = page.state.connection;
  assert.deepEqual(page.steps(), ['done', 'failed', 'waiting', 'waiting', 'waiting']);
  assert.deepEqual([problem.code, problem.message, problem.requestId, problem.retryable], ['ticket_used', 'This link was used.', 'req_1', false]);
  assert.equal(page.storage.items.size, 0);
  await assertLeavesNothing(page);
});

test('a full engine names the time to wait, refuses earlier retries and lets a later one through without joining again', async () => {
  const page = visit();
  const calls = page.server.routes['POST /v1/calls'];
  page.server.routes['POST /v1/calls'] = () => failure(503, 'engine_full', 'All busy.', { 'retry-after': '20' });
  await page.talk();
  const { problem } = page.state.connection;
  assert.deepEqual([problem.code, problem.retryable, problem.retryAt - page.clock.now], ['engine_full', true, 20_000]);
  page.server.routes['POST /v1/calls'] = calls;
  await page.client.connect();
  assert.equal(page.server.sent('POST', '/v1/calls').length, 1);
  await page.clock.advance(20_000);
  assert.ok(page.state.now >= problem.retryAt, 'the page counts down');
  await page.client.connect();
  assert.equal(page.state.screen, 'interview');
  assert.deepEqual([page.server.sent('POST', '/v1/join').length, page.server.sent('GET', '/health').length], [1, 1]);
  await assertLeavesNothing(page);
});

test('a server that cannot be reached is told apart from one that refuses', async () => {
  const page = visit();
  page.server.routes['POST /v1/join'] = () => { throw new TypeError('network'); };
  await page.talk();
  assert.deepEqual([page.state.connection.problem.code, page.state.connection.problem.retryable], ['offline', true]);
  await assertLeavesNothing(page);
});

test('an answer that is no SDP fails the step instead of the page', async () => {
  const page = visit();
  page.server.routes['POST /v1/calls'] = () => new Response('<html>', { status: 201, headers: { location: '/v1/calls/rtc_1' } });
  await page.talk();
  assert.deepEqual([page.steps()[2], page.state.connection.problem.code], ['failed', 'bad_answer']);
  await assertLeavesNothing(page);
});

for (const [name, prepare, step] of [
  ['the server does not answer', (page) => { page.server.routes['POST /v1/calls'] = hanging; }, 2],
  ['no route for the sound is found', (page) => { page.peerOptions.connects = false; }, 3],
  ['no sound arrives', (page) => { page.peerOptions.speaks = false; }, 4],
]) {
  test(`connecting gives up in time when ${name}, and a retry can succeed`, async () => {
    const page = visit();
    prepare(page);
    page.client.showMicrophoneCheck();
    await page.client.askForMicrophone();
    const connecting = page.client.connect();
    await page.clock.advance(CONNECT_TIMEOUT_MS);
    await connecting;
    assert.equal(page.state.screen, 'connecting');
    assert.deepEqual([page.steps()[step], page.state.connection.problem.retryable], ['failed', true]);
    assert.equal(page.peer.connectionState, 'closed');
    page.server.routes['POST /v1/calls'] = new FakeServer().routes['POST /v1/calls'];
    Object.assign(page.peerOptions, { connects: true, speaks: true });
    await page.client.connect();
    assert.equal(page.state.screen, 'interview');
    await assertLeavesNothing(page);
  });
}

test('the deadline does not run while the browser waits for the permission', async () => {
  const page = visit();
  let allow;
  const ask = page.media.getUserMedia.bind(page.media);
  page.media.getUserMedia = (constraints) => new Promise((resolve) => { allow = () => resolve(ask(constraints)); });
  const connecting = page.client.connect();
  await page.clock.advance(10 * CONNECT_TIMEOUT_MS);
  assert.equal(page.steps()[0], 'running');
  allow();
  await connecting;
  assert.equal(page.state.screen, 'interview');
  await assertLeavesNothing(page);
});

test('a peer connection that fails ends the attempt at once', async () => {
  const page = visit();
  page.peerOptions.connects = false;
  page.client.showMicrophoneCheck();
  await page.client.askForMicrophone();
  const connecting = page.client.connect();
  await settle();
  page.peer.move('failed');
  await connecting;
  assert.deepEqual([page.steps()[3], page.state.connection.problem.code], ['failed', 'webrtc_failed']);
  await assertLeavesNothing(page);
});

test('the energy of the voice counts as sound even without an event', async () => {
  const page = visit();
  page.peerOptions.speaks = false;
  const connecting = page.talk();
  await settle();
  assert.equal(page.state.screen, 'connecting');
  page.peer.level = 0.1;
  await page.clock.advance(1000);
  await connecting;
  assert.equal(page.state.screen, 'interview');
  await assertLeavesNothing(page);
});

test('a page that is left while it waits for the first sound leaves nothing', async () => {
  const page = visit();
  page.peerOptions.speaks = false;
  page.talk();
  await page.clock.advance(300);
  assert.equal(page.steps()[4], 'running');
  assertNothingLeft(page);
});
