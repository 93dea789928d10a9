// @ts-check
import { button, element, icon, setShown, setText } from './dom.js';
import { counted, problemCard, screenHeading } from './room-parts.js';

/** @typedef {import('./interview-client.js').InterviewClient} InterviewClient */

/** What will happen, said before anything happens. @param {InterviewClient} client @returns {import('./room-parts.js').ScreenView} */
export function welcomeScreen(client) {
  const heading = screenHeading('');
  const lead = element('p.lead');
  const facts = element('ul.facts');
  const problem = problemCard(null);
  const check = button('.primary.large', 'microphone', 'Check my microphone', () => client.showMicrophoneCheck());
  const proceed = button('.primary.large', 'sound', 'Continue my interview', () => client.connect());
  const checkAgain = button('.quiet', '', 'Check my microphone first', () => client.showMicrophoneCheck());

  // The words are the server's, in the version that the record of this interview names.
  const before = element('ul.promises', { 'aria-label': 'Before you begin' });
  const tips = element('section.tips', null,
    element('h2', null, 'Good to know'),
    element('ul', null,
      element('li', null, 'Find a quiet place. Headphones help, but you do not need them.'),
      element('li', null, 'Take the time you need to think. Pauses are fine, and you can mute yourself.'),
      element('li', null, 'Did not catch something? Just say “Could you repeat the question?”'),
      element('li', null, 'Everything that is said also appears as captions. You can read and download it at the end.'),
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
        interview.interviewerName ? `With ${interview.interviewerName}` : '',
      ].filter(Boolean);
      if (facts.childElementCount !== items.length) facts.replaceChildren(...items.map((item) => element('li', null, item)));
      if (before.childElementCount !== state.notice.length) before.replaceChildren(...state.notice.map(promise));
      for (const part of [facts, tips, check.node, agreement]) setShown(part, !returning);
      setShown(before, !returning && state.notice.length > 0);
      for (const part of [proceed.node, checkAgain.node]) setShown(part, returning);
      problem.update(state.microphone.problem, state.now);
    },
  };
}

/** @param {string} sentence */
function promise(sentence) {
  return element('li.promise', null, element('span.badge', null, icon('check')), element('p', null, sentence));
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
