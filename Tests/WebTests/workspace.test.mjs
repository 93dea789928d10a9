import assert from 'node:assert/strict';
import test from 'node:test';
import { fakeDocument, withGlobals } from './fake-document.mjs';
import { failure, FakeStorage, json, settle } from './support.mjs';

test('the workspace offers a new link for interviews that are not over and announces it', async () => {
  const document = fakeDocument();
  const main = document.createElement('main');
  document.byId.set('workspace', main);
  const storage = Object.assign(new FakeStorage(), { removeItem() {} });
  let answer = () => json(201, { join_url: 'https://interviews.example/i/new', expires_at: '2030-01-01T00:00:00Z' });
  const asked = [];
  const restore = withGlobals({
    document, window: { addEventListener() {} }, location: { hash: '#token=vw_key', pathname: '/app', search: '' }, history: { replaceState() {} },
    sessionStorage: storage, setInterval: () => 0, clearInterval: () => {},
    fetch: async (path, options = {}) => {
      asked.push(`${options.method ?? 'GET'} ${path}`);
      if (path.endsWith('/link')) return answer();
      if (path === '/v1/plans') return json(200, { plans: [{ id: 'p', title: 'Plan' }] });
      return json(200, { interviews: [
        { id: 'int_1', title: 'Engineer', candidate_name: 'Ada', status: 'suspended', created_at: '2029-01-02T00:00:00Z' },
        { id: 'int_2', title: 'Engineer', status: 'completed', created_at: '2029-01-01T00:00:00Z' },
      ] });
    },
  });
  try {
    await import('../../Sources/Gateway/Web/Assets/workspace.js');
    await settle();
    const buttons = main.all((node) => node.name === 'button' && node.textContent === 'New link');
    assert.equal(buttons.length, 1);
    assert.equal(buttons[0].getAttribute('aria-label'), 'New link: Engineer, Ada');
    const [status] = main.all((node) => node.getAttribute('role') === 'status');
    await buttons[0].click();
    await settle();
    assert.ok(asked.includes('POST /v1/interviews/int_1/link'));
    assert.match(status.textContent, /New link for Ada; the one before no longer works/);
    assert.equal(status.all((node) => node.name === 'input')[0].value, 'https://interviews.example/i/new');
    assert.equal(buttons[0].hasAttribute('aria-disabled'), false);

    answer = () => failure(409, 'interview_over', 'It has ended.');
    await buttons[0].click();
    await settle();
    assert.equal(status.textContent, 'It has ended.');
  } finally {
    restore();
  }
});
