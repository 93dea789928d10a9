// @ts-check
import { button, element, icon, setAttribute, setShown, setText } from './dom.js';
import { levelBar, problemCard, screenHeading } from './room-parts.js';

/** Asks for the microphone, after saying why, and shows that it works. @param {import('./interview-client.js').InterviewClient} client @returns {import('./room-parts.js').ScreenView} */
export function microphoneScreen(client) {
  const heading = screenHeading('Let’s check your microphone');
  const explanation = element('section.card.explanation', null,
    element('span.badge', null, icon('microphone')),
    element('div', null,
      element('h2', null, 'Your browser will ask you for permission'),
      element('p', null, 'Please choose “Allow”. During this check nothing is sent or recorded; the sound stays on your device. The interview begins only when you say so.')));
  const allow = button('.primary.large', 'microphone', 'Turn on my microphone', () => client.askForMicrophone());
  const problem = problemCard(() => client.askForMicrophone());

  const bar = levelBar();
  const verdict = element('p.verdict', { role: 'status' });
  const verdictText = element('span');
  verdict.append(element('span.tick', null, icon('check')), verdictText);
  const picker = element('select', { id: 'device', onchange: () => client.askForMicrophone(picker.value) });
  const pickerField = element('div.field', null, element('label', { for: 'device' }, 'Microphone'), picker);
  const meter = element('section.card.meter', null, element('p.prompt', null, 'Say a few words, for example: “Hello, my microphone works.”'), bar.node, verdict, pickerField);
  const start = button('.primary.large', '', 'Start the interview', () => client.connect());
  const note = element('p.small');

  const node = element('main.screen.microphone', { id: 'room' },
    heading, explanation, meter, problem.node, element('div.actions', null, allow.node, start.node), note);

  return {
    node, focus: heading,
    update({ microphone, now, joined }) {
      const { status, devices, deviceId, heard, lost } = microphone;
      const ready = status === 'ready' && !lost;
      const switching = status === 'asking' && devices.length > 0;
      setShown(explanation, status === 'idle' || (status === 'asking' && !switching));
      setShown(allow.node, status === 'idle' || (status === 'asking' && !switching) || lost);
      setText(allow.text, status === 'asking' ? 'Waiting for your permission…' : 'Turn on my microphone');
      setAttribute(allow.node, 'aria-disabled', status === 'asking' ? 'true' : null);
      setShown(meter, ready || switching);
      setShown(start.node, ready || switching);
      setAttribute(start.node, 'aria-disabled', switching ? 'true' : null);
      setAttribute(verdict, 'data-heard', heard);
      setText(verdictText, heard ? 'We can hear you' : 'Listening…');
      setText(start.text, joined ? 'Continue my interview' : 'Start the interview');
      setText(note, heard || !ready ? '' : 'The bars do not move? Choose another microphone above, or check that yours is not muted. You can start anyway.');
      problem.update(status === 'failed' ? microphone.problem : null, now);
      const key = devices.map((device) => device.id).join();
      if (picker.dataset.key !== key) {
        picker.dataset.key = key;
        picker.replaceChildren(...devices.map((device) => element('option', { value: device.id }, device.label)));
      }
      if (deviceId && picker.value !== deviceId) picker.value = deviceId;
      setShown(pickerField, devices.length > 1);
    },
    frame: (level) => bar.show(level),
  };
}
