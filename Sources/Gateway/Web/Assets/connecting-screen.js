// @ts-check
import { button, element, icon, setAttribute, setShown, setText } from './dom.js';
import { problemCard, screenHeading } from './room-parts.js';
import { STEP_NAMES } from './session-reducer.js';

const LABELS = /** @type {Record<string, [string, string]>} */ ({
  microphone_access: ['Microphone access', 'Your microphone is ready to use'],
  api_connection: ['API connection', 'Reaching the interview server'],
  session_creation: ['Session creation', 'Preparing your interviewer'],
  webrtc_setup: ['WebRTC set-up', 'Opening a direct line for sound'],
  audio_connection: ['Audio connection', 'Waiting for the first sound'],
});
const STATES = { waiting: 'Waiting', running: 'In progress', done: 'Done', failed: 'Failed' };

/** The five steps with state, time and remedy. @param {import('./interview-client.js').InterviewClient} client @returns {import('./room-parts.js').ScreenView} */
export function connectingScreen(client) {
  const heading = screenHeading('');
  const lead = element('p.lead');
  const rows = STEP_NAMES.map((name) => stepRow(name));
  const problem = problemCard(() => client.connect());
  const check = button('.quiet', '', 'Check my microphone', () => client.showMicrophoneCheck());
  const sound = button('.primary', 'sound', 'Enable sound', () => client.enableSound());
  const announcement = element('p.hidden-visually', { role: 'status' });
  const node = element('main.screen.connecting', { id: 'room' },
    heading, lead, element('ol.steps', null, ...rows.map((row) => row.node)), sound.node, problem.node, check.node, announcement);

  return {
    node, focus: heading,
    update({ connection, now, soundBlocked }) {
      const failed = connection.problem !== null;
      setText(heading, failed ? 'We could not connect you' : connection.resuming ? 'Bringing you back' : 'Connecting you');
      setText(lead, failed ? 'Nothing is lost. Here is what happened and what you can do.'
        : connection.resuming ? 'Your interview goes on where it stopped.' : 'This takes a few seconds. Your interviewer will greet you.');
      connection.steps.forEach((step, index) => rows[index].update(step));
      const running = connection.steps.find((step) => step.status === 'running');
      setText(announcement, running ? LABELS[running.name][1] : '');
      setShown(sound.node, soundBlocked);
      setShown(check.node, connection.problem?.code.startsWith('microphone') === true);
      problem.update(connection.problem, now);
    },
  };
}

/** @param {string} name */
function stepRow(name) {
  const [title, detail] = LABELS[name];
  const mark = element('span.mark', { 'aria-hidden': 'true' }, icon('check'), icon('cross'));
  const state = element('span.hidden-visually');
  const time = element('span.time');
  const node = element('li', null, mark, element('span.name', null, element('strong', null, title), element('small', null, detail)), state, time);
  return {
    node,
    /** @param {import('./session-reducer.js').Step} step */
    update(step) {
      setAttribute(node, 'data-status', step.status);
      setText(state, STATES[step.status]);
      setText(time, step.ms === null ? '' : `${step.ms.toLocaleString('en')} ms`);
    },
  };
}
