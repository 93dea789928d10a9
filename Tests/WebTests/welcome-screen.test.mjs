import assert from 'node:assert/strict';
import test from 'node:test';
import { initialState, reduce } from '../../Sources/Gateway/Web/Assets/session-reducer.js';
import { welcomeScreen } from '../../Sources/Gateway/Web/Assets/welcome-screen.js';
import { fakeDocument, withGlobals } from './fake-document.mjs';
import { INTERVIEW } from './support.mjs';

const NOTICE = ['You will talk with an AI interviewer, not with a person.', 'The sound is <b>not</b> stored.'];

function shown(state) {
  const restore = withGlobals({ document: fakeDocument() });
  try {
    const screen = welcomeScreen(/** @type {any} */ ({}));
    screen.update(state);
    screen.update(state);
    const [list] = screen.node.all((node) => node.className === 'promises');
    return { hidden: list.hasAttribute('hidden'), sentences: list.all((node) => node.name === 'p').map((node) => node.textContent) };
  } finally {
    restore();
  }
}

test('the welcome shows the notice of the server, word for word and as text', () => {
  assert.deepEqual(shown(initialState(INTERVIEW, NOTICE)), { hidden: false, sentences: NOTICE });
});

test('without a notice there is no empty list, and who returns has read it', () => {
  assert.equal(shown(initialState(INTERVIEW)).hidden, true);
  assert.equal(shown(reduce(initialState(INTERVIEW, NOTICE), { type: 'visit.returned', interview: INTERVIEW })).hidden, true);
});

test('another practice interview shows the notice again, in the newest version', () => {
  const events = [{ type: 'microphone.opened' }, { type: 'connect.started', at: 1 }, { type: 'joined', interview: INTERVIEW, notice: ['Newer.'] },
    { type: 'call.over', status: 'ended', message: '' }, { type: 'visit.restarted' }];
  const state = events.reduce((before, event) => reduce(before, event), initialState(INTERVIEW, NOTICE));
  assert.deepEqual(shown(state), { hidden: false, sentences: ['Newer.'] });
});
