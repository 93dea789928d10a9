// @ts-check
import { button, element, icon, setShown, setText } from './dom.js';
import { counted, problemCard, screenHeading } from './room-parts.js';

/** @typedef {import('./interview-client.js').InterviewClient} InterviewClient */

/** What will happen, said before anything happens. @param {InterviewClient} client @returns {import('./room-parts.js').ScreenView} */
export function welcomeScreen(client) {
  const heading = screenHeading('');
  const lead = element('p.lead');
  const facts = element('ul.facts');
  const interviewer = element('strong');
  const problem = problemCard(null);
  const check = button('.primary.large', 'microphone', 'Check my microphone', () => client.showMicrophoneCheck());
  const proceed = button('.primary.large', 'sound', 'Continue my interview', () => client.connect());
  const checkAgain = button('.quiet', '', 'Check my microphone first', () => client.showMicrophoneCheck());

  const before = element('div.promises', null,
    promise('spark', 'Your interviewer is an AI', element('p', null, interviewer, ' is a computer voice, not a person. It asks every candidate the same main questions.')),
    promise('text', 'Your words are kept as text', element('p', null, 'What you say is written down while you speak, and stored as a transcript. You can read and download it at the end.')),
    promise('person', 'A person decides', element('p', null, 'The AI does not decide about you. A person reads what you said and makes the decision.')));
  const tips = element('section.tips', null,
    element('h2', null, 'Good to know'),
    element('ul', null,
      element('li', null, 'Find a quiet place. Headphones help, but you do not need them.'),
      element('li', null, 'Take the time you need to think. Pauses are fine, and you can mute yourself.'),
      element('li', null, 'Did not catch something? Just say “Could you repeat the question?”'),
      element('li', null, 'Everything that is said also appears as captions.'),
      element('li', null, 'If your connection drops, what you said is kept and you can go on. You can stop at any time.')));
  const agreement = element('p.small', null, 'By continuing you agree to talk with an AI interviewer and to your words being stored as a transcript. '
    + 'If you would rather talk to a person, or need an adjustment, tell the person who sent you this link.');

  const node = element('main.screen.welcome', { id: 'room' },
    heading, lead, facts, before, tips, problem.node, element('div.actions', null, check.node, proceed.node, checkAgain.node), agreement);

  return {
    node, focus: heading,
    update(state) {
      const { interview, returning } = state;
      setText(heading, returning ? 'Welcome back' : interview.title);
      setText(lead, returning
        ? `Your interview “${interview.title}” is still open. What you have said so far is kept, and you can go on where you left.`
        : [interview.role, 'A spoken interview in your browser'].filter(Boolean).join(' · '));
      const items = [
        interview.questionCount > 0 ? counted(interview.questionCount, 'question', 'questions') : '',
        interview.estimatedMinutes > 0 ? `About ${counted(interview.estimatedMinutes, 'minute', 'minutes')}` : '',
        languageName(interview.language),
      ].filter(Boolean);
      if (facts.childElementCount !== items.length) facts.replaceChildren(...items.map((item) => element('li', null, item)));
      setText(interviewer, interview.interviewerName || 'The interviewer');
      for (const part of [facts, before, tips, check.node, agreement]) setShown(part, !returning);
      for (const part of [proceed.node, checkAgain.node]) setShown(part, returning);
      problem.update(state.microphone.problem, state.now);
    },
  };
}

/** @param {string} iconName @param {string} title @param {HTMLElement} body */
function promise(iconName, title, body) {
  return element('section.promise', null, element('span.badge', null, icon(iconName)), element('div', null, element('h2', null, title), body));
}

/** @param {string} tag a BCP 47 language tag */
function languageName(tag) {
  try {
    const name = new Intl.DisplayNames(['en'], { type: 'language' }).of(tag.split('-')[0]);
    return name ? `In ${name}` : '';
  } catch {
    return '';
  }
}
