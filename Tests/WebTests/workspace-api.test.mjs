import assert from 'node:assert/strict';
import test from 'node:test';
import { ApiError } from '../../Sources/Gateway/Web/Assets/interview-api.js';
import { canRenewLink, interviewRow, WorkspaceApi } from '../../Sources/Gateway/Web/Assets/workspace-api.js';
import { failure, json } from './support.mjs';

test('a new link is asked for with the key of the workspace', async () => {
  const asked = [];
  const api = new WorkspaceApi('vw_key', async (path, options) => {
    asked.push([options.method, path, options.headers.authorization]);
    return json(201, { join_url: 'https://interviews.example/i/t', expires_at: '2030-01-01T00:00:00Z' });
  });
  assert.equal((await api.renewLink('int_1')).join_url, 'https://interviews.example/i/t');
  assert.deepEqual(asked, [['POST', '/v1/interviews/int_1/link', 'Bearer vw_key']]);
});

test('an interview that ended meanwhile says so', async () => {
  const api = new WorkspaceApi('vw_key', async () => failure(409, 'interview_over', 'It is over.'));
  await assert.rejects(api.renewLink('int_1'), (cause) => cause instanceof ApiError && cause.code === 'interview_over');
});

test('a new link is offered for interviews that are not over', () => {
  const offered = (status) => canRenewLink(interviewRow({ id: 'int_1', status }));
  assert.deepEqual(['created', 'joined', 'connecting', 'live', 'suspended'].map(offered), [true, true, true, true, true]);
  assert.deepEqual(['completed', 'ended', 'abandoned', 'failed'].map(offered), [false, false, false, false]);
  assert.equal(canRenewLink(interviewRow({})), false);
});
