// @ts-check
import { captionLog } from './caption-log.js';
import { button, clock, element, icon, setAttribute, setShown, setText } from './dom.js';
import { problemCard, screenHeading, speakerName } from './room-parts.js';
import { elapsedMs, isSuspended } from './session-reducer.js';

/** The conversation itself. @param {import('./interview-client.js').InterviewClient} client @returns {import('./room-parts.js').ScreenView} */
export function interviewScreen(client) {
  const heading = screenHeading('');
  const question = element('p.question');
  const dots = element('div.dots', { 'aria-hidden': 'true' });
  const elapsed = element('p.elapsed');
  const interviewer = presence('interviewer', 'spark');
  const candidate = presence('candidate', 'microphone');
  const hint = element('p.hint', { role: 'status' });
  const captions = captionLog();

  const reconnect = button('.primary', '', 'Reconnect', () => client.connect());
  const suspendedText = element('p');
  const suspended = element('section.problem.suspended', { role: 'alert', hidden: true }, element('span.badge', null, icon('pause')),
    element('div', null, element('h2', null, 'The interview is on hold'), suspendedText, reconnect.node));
  const microphoneLost = banner('Your microphone was disconnected. Plug it in again or use another one.', 'Use microphone', () => client.restoreMicrophone());
  const sound = banner('Your browser is holding back the sound.', 'Enable sound', () => client.enableSound());
  const advice = banner('', 'OK', () => client.tell('advice.dismissed'));

  const mute = button('.control', 'microphone', 'Mute', () => client.setMuted(!client.state.muted));
  mute.node.append(element('kbd', { 'aria-hidden': 'true' }, 'M'));
  const shortcut = element('input', { type: 'checkbox', checked: true, onchange: () => client.tell('shortcut.set', { on: shortcut.checked }) });
  const leave = button('.control.leave', 'leave', 'End interview', () => client.tell('end.asked'));
  const dialog = endDialog(client);

  const node = element('main.screen.interview', { id: 'room' },
    element('header.room-bar', null, heading, element('div.where', null, question, dots), elapsed),
    element('aside.people', { 'aria-label': 'Who is speaking' }, interviewer.node, candidate.node, hint),
    element('section.captions', { 'aria-label': 'Captions' }, suspended, microphoneLost.node, sound.node, advice.node, captions.node),
    element('footer.controls', null, mute.node, element('label.check', null, shortcut, 'M key mutes'),
      element('p.voice-hint', null, 'Say “Could you repeat the question?” at any time.'), leave.node),
    dialog.node);
  let wasSuspended = false;

  return {
    node, focus: heading,
    update(state) {
      const { interview, speaking, muted, progress, microphone } = state;
      const held = isSuspended(state);
      setText(heading, interview.title);
      setText(question, progress && progress.number > 0 ? `Question ${progress.number} of ${progress.count}` : 'Getting started');
      showDots(dots, progress?.number ?? 0, progress?.count || interview.questionCount);
      setText(elapsed, clock(elapsedMs(state)) + (interview.estimatedMinutes > 0 ? ` of about ${interview.estimatedMinutes} min` : ''));
      interviewer.update(`${speakerName('interviewer', interview)} · AI`, held ? 'On hold' : speaking.interviewer ? 'Speaking' : 'Listening', speaking.interviewer);
      candidate.update('You', held ? 'On hold' : muted ? 'Muted' : speaking.candidate ? 'Speaking' : 'Mic on', speaking.candidate && !muted);
      setAttribute(candidate.node, 'data-muted', muted);
      setText(hint, hintFor(state, held));
      captions.update(state);

      setShown(suspended, held);
      setText(suspendedText, state.call.server === 'suspended'
        ? 'The connection to the interviewer was interrupted. Everything you said so far is kept. Reconnect to go on with the same interview.'
        : 'Your connection was interrupted. Everything you said so far is kept. Check your internet, then reconnect to go on with the same interview.');
      if (held && !wasSuspended) reconnect.node.focus();
      wasSuspended = held;
      microphoneLost.update(microphone.lost && !held, microphone.problem?.remedy);
      sound.update(state.soundBlocked);
      advice.update(state.advice !== null && !held, state.advice?.message);

      setText(mute.text, muted ? 'Unmute' : 'Mute');
      setAttribute(mute.node, 'data-muted', muted);
      mute.node.firstChild?.replaceWith(icon(muted ? 'muted' : 'microphone'));
      setAttribute(mute.node, 'aria-keyshortcuts', state.shortcut ? 'M' : null);
      setShown(/** @type {Element} */ (mute.node.lastElementChild), state.shortcut);
      dialog.update(state);
    },
    frame(level, remote) {
      candidate.level(client.state.muted ? 0 : level);
      interviewer.level(remote);
    },
  };
}

/** @param {import('./session-reducer.js').SessionState} state @param {boolean} held */
function hintFor(state, held) {
  if (held) return '';
  if (state.call.peer === 'unsteady') return 'Your connection is unsteady. Please wait a moment.';
  if (state.muted) return 'You are muted. Unmute to speak.';
  return state.patience ? 'Take your time. There is no hurry.' : '';
}

/** @param {HTMLElement} node @param {number} number @param {number} count */
function showDots(node, number, count) {
  const wanted = Math.min(Math.max(count, 0), 30);
  while (node.childElementCount < wanted) node.append(element('i'));
  while (node.childElementCount > wanted) node.lastElementChild?.remove();
  [...node.children].forEach((dot, index) => setAttribute(dot, 'class', index + 1 < number ? 'past' : index + 1 === number ? 'current' : null));
}

/** One side of the conversation: rings that follow the voice, a name and a word. @param {string} side @param {string} iconName */
function presence(side, iconName) {
  const name = element('strong');
  const word = element('span.word');
  const orb = element('span.orb', { 'aria-hidden': 'true' }, icon(iconName));
  const node = element(`div.presence.${side}`, null, orb, element('div', null, name, word));
  let shown = '';
  return {
    node,
    /** @param {string} label @param {string} state @param {boolean} speaking */
    update(label, state, speaking) {
      setText(name, label);
      setText(word, state);
      setAttribute(node, 'data-speaking', speaking);
    },
    /** @param {number} level 0…1 */
    level(level) {
      const value = level.toFixed(1);
      if (value === shown) return;
      shown = value;
      orb.style.setProperty('--level', value);
    },
  };
}

/** @param {string} message @param {string} action @param {() => void} onclick */
function banner(message, action, onclick) {
  const text = element('p', null, message);
  const { node: act } = button('.small-button', '', action, onclick);
  const node = element('div.banner', { role: 'status', hidden: true }, text, act);
  return {
    node,
    /** @param {boolean} shown @param {string} [other] */
    update(shown, other) {
      setText(text, other || message);
      setShown(node, shown);
    },
  };
}

/** @param {import('./interview-client.js').InterviewClient} client */
function endDialog(client) {
  const problem = problemCard(null);
  const stay = button('.quiet', '', 'Keep going', () => client.tell('end.declined'));
  const end = button('.danger', '', 'End interview', () => client.confirmEnd());
  const node = element('dialog', {
    'aria-labelledby': 'end-title', 'aria-describedby': 'end-text',
    // Escape closes a dialog by itself; the state must decide that.
    oncancel: (/** @type {Event} */ event) => {
      event.preventDefault();
      client.tell('end.declined');
    },
  }, element('h2', { id: 'end-title' }, 'End the interview?'),
  element('p', { id: 'end-text' }, 'What you have said so far is kept and will be read. You cannot come back to the questions afterwards.'),
  problem.node, element('div.actions', null, stay.node, end.node));
  return {
    node,
    /** @param {import('./session-reducer.js').SessionState} state */
    update({ ending, now }) {
      if (ending.open && !node.open && node.isConnected) {
        node.showModal();
        stay.node.focus();
      } else if (!ending.open && node.open) {
        node.close();
      }
      setText(end.text, ending.busy ? 'Ending…' : 'End interview');
      setAttribute(end.node, 'aria-disabled', ending.busy ? 'true' : null);
      setAttribute(stay.node, 'aria-disabled', ending.busy ? 'true' : null);
      problem.update(ending.problem, now);
    },
  };
}
