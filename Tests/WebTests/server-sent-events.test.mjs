import assert from 'node:assert/strict';
import test from 'node:test';
import { EVENT_LIMIT, ServerSentEventParser } from '../../Sources/Gateway/Web/Assets/server-sent-events.js';

function parse(...chunks) {
  const events = [];
  const parser = new ServerSentEventParser((event) => events.push(event));
  for (const chunk of chunks) parser.push(chunk);
  return { events, parser };
}

const STREAM = 'id: 7\nevent: segment\ndata: {"text":"héllo"}\n\n: ping\n\nid: 8\ndata: one\ndata: two\n\n';
const EXPECTED = [
  { id: '7', event: 'segment', data: '{"text":"héllo"}' },
  { id: '8', event: 'message', data: 'one\ntwo' },
];

test('an event has its id, name and data', () => {
  assert.deepEqual(parse(STREAM).events, EXPECTED);
});

test('events are the same wherever the stream is cut', () => {
  for (let cut = 0; cut <= STREAM.length; cut += 1) {
    assert.deepEqual(parse(STREAM.slice(0, cut), STREAM.slice(cut)).events, EXPECTED, `cut at ${cut}`);
  }
  assert.deepEqual(parse(...STREAM).events, EXPECTED);
});

test('CRLF and CR end lines as LF does, also when CRLF is cut in two', () => {
  for (const end of ['\r\n', '\r']) {
    const text = STREAM.replaceAll('\n', end) + ': \n'; // a following byte lets a lone CR be told from CRLF
    assert.deepEqual(parse(text).events, EXPECTED);
    assert.deepEqual(parse(...text).events, EXPECTED);
  }
});

test('comments and events without data are silent', () => {
  assert.deepEqual(parse(': ping\n\nevent: state\n\nid: 3\n\n').events, []);
});

test('the last event id survives events without an id', () => {
  const { events, parser } = parse('id: 4\ndata: a\n\ndata: b\n\n');
  assert.equal(parser.lastEventId, '4');
  assert.deepEqual(events.map((event) => event.id), ['4', '4']);
});

test('an event name does not leak into the next event', () => {
  assert.deepEqual(parse('event: end\ndata: 1\n\ndata: 2\n\n').events.map((event) => event.event), ['end', 'message']);
});

test('exactly one space after the colon is removed, and a field may have no colon', () => {
  assert.deepEqual(parse('data:  x\ndata:y\ndata\n\n').events[0].data, ' x\ny\n');
});

test('a byte order mark at the beginning is ignored', () => {
  assert.equal(parse('\uFEFFdata: x\n\n').events.length, 1);
});

test('an unfinished event at the end of the stream is not delivered', () => {
  assert.deepEqual(parse('data: half').events, []);
});

test('an event that never ends is refused', () => {
  const line = `data: ${'x'.repeat(EVENT_LIMIT / 2)}\n`;
  assert.throws(() => parse(line, line, line), RangeError);
});
