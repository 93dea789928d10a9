// @ts-check
import { captionLine } from './caption-log.js';
import { button, element, icon, offerFile, setShown, setText } from './dom.js';
import { screenHeading, transcriptText } from './room-parts.js';

const HEADINGS = /** @type {Record<string, [string, string]>} */ ({
  completed: ['Thank you', 'Your interview is complete.'],
  ended: ['Thank you', 'Your interview has ended.'],
  failed: ['We are sorry', 'Your interview stopped because of a fault on our side. It will not count against you.'],
});

/** After the interview. @param {import('./interview-client.js').InterviewClient} client @param {{canStartAgain: boolean}} options @returns {import('./room-parts.js').ScreenView} */
export function endScreen(client, { canStartAgain }) {
  const heading = screenHeading('');
  const lead = element('p.lead');
  const message = element('p');
  const seal = element('span.seal', { 'aria-hidden': 'true' }, icon('check'));
  const status = element('p.transcript-status', { role: 'status' });
  const list = element('ol.lines');
  const download = button('.quiet', 'download', 'Download as text', () =>
    offerFile('interview-transcript.txt', 'text/plain;charset=utf-8', transcriptText(client.state)));
  const print = button('.quiet', 'print', 'Print', () => window.print());
  const retry = button('.quiet', '', 'Load again', () => client.loadTranscript());
  const again = button('.quiet', '', 'Start a new interview with this link', () => client.startAgain());
  const next = element('section.card.next', null,
    element('h2', null, 'What happens next'),
    element('ul', null,
      element('li', null, 'Your transcript is stored.'),
      element('li', null, 'A person reads it and decides. The AI does not decide about you.'),
      element('li', null, 'You hear from the people who invited you. If something in the transcript is wrong, tell them.')),
    element('p.small', null, 'You can close this page now. Your microphone is off.'));
  const node = element('main.screen.ended', { id: 'room' }, seal, heading, lead, message, next,
    element('section.transcript', null, element('div.section-head', null, element('h2', null, 'Your transcript'),
      element('div.tools', null, download.node, print.node)), status, list, retry.node), again.node);
  let shown = /** @type {any} */ (null);

  return {
    node, focus: heading,
    update(state) {
      const [title, text] = HEADINGS[state.end?.status ?? 'ended'] ?? HEADINGS.ended;
      setText(heading, title);
      setText(lead, text);
      setText(message, state.end?.message === text ? '' : (state.end?.message ?? ''));
      setShown(message, message.textContent !== '');
      setShown(seal, state.end?.status !== 'failed');
      const { segments, transcript, interview } = state;
      setText(status, transcript === 'loading' && segments.length === 0 ? 'Loading your transcript…'
        : transcript === 'failed' ? 'The stored transcript could not be loaded. It is safe on the server.'
          : segments.length === 0 ? 'Nothing was said in this interview.' : '');
      setShown(status, status.textContent !== '');
      setShown(retry.node, transcript === 'failed');
      setShown(download.node, segments.length > 0);
      setShown(print.node, segments.length > 0);
      setShown(again.node, canStartAgain);
      if (shown !== segments) {
        shown = segments;
        list.lang = interview.language;
        list.replaceChildren(...segments.map((segment) => captionLine(segment, interview).node));
      }
    },
  };
}
