// @ts-check
import { button, clock, element, setShown, setText } from './dom.js';
import { speakerName } from './room-parts.js';

/** How close to the end counts as following the conversation, in pixels. */
const FOLLOW_DISTANCE = 64;

/** Stored lines are a live log for assistive technology; lines still being spoken stand below it and are not announced. */
export function captionLog() {
  const finals = element('ol.lines', { role: 'log', 'aria-live': 'polite', 'aria-relevant': 'additions', 'aria-label': 'Transcript' });
  const interims = element('ol.lines.interim', { 'aria-hidden': 'true' });
  const empty = element('p.empty', null, 'What you both say will appear here.');
  const scroller = element('div.scroller', { tabindex: '0', role: 'region', 'aria-label': 'Captions, scrollable' }, empty, finals, interims);
  const latest = button('.latest', 'arrow', 'Latest', () => follow());
  const node = element('div.caption-log', null, scroller, latest.node);
  const finalRows = /** @type {Map<number, any>} */ (new Map());
  const interimRows = /** @type {Map<string, any>} */ (new Map());
  let following = true;
  let before = /** @type {any} */ (null);

  const follow = () => {
    scroller.scrollTop = scroller.scrollHeight;
    following = true;
    setShown(latest.node, false);
  };
  scroller.addEventListener('scroll', () => {
    following = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < FOLLOW_DISTANCE;
    setShown(latest.node, !following);
  });
  setShown(latest.node, false);
  // When a banner takes room, whoever was reading the newest line still does.
  new ResizeObserver(() => following && follow()).observe(scroller);

  return {
    node,
    /** @param {import('./session-reducer.js').SessionState} state */
    update(state) {
      if (before?.segments === state.segments && before?.interims === state.interims) return;
      before = state;
      const { segments, interims: open, interview } = state;
      finals.lang = interview.language;
      interims.lang = interview.language;
      patch(finals, finalRows, segments, (line) => line.sequence, interview);
      patch(interims, interimRows, open.filter((line) => line.text.trim() !== ''), (line) => line.itemId, interview);
      setShown(empty, segments.length === 0 && interims.childElementCount === 0);
      if (following) follow();
    },
  };
}

/** A stored line. @param {any} line @param {import('./session-reducer.js').Interview} interview */
export function captionLine(line, interview) {
  const text = element('p', null, line.text);
  const note = line.interrupted ? element('span.note', null, 'interrupted') : null;
  const time = line.startMs === undefined ? null : element('time', null, clock(line.startMs));
  const node = element(`li.${line.speaker}`, null, element('div.who', null, element('strong', null, speakerName(line.speaker, interview)), time, note), text);
  return { node, text, line };
}

/**
 * Brings a list to the wanted lines, touching only those that differ.
 * @param {HTMLElement} list @param {Map<any, any>} rows @param {any[]} lines @param {(line: any) => any} keyOf @param {import('./session-reducer.js').Interview} interview
 */
function patch(list, rows, lines, keyOf, interview) {
  const wanted = new Set(lines.map(keyOf));
  for (const [key, row] of rows) {
    if (wanted.has(key)) continue;
    row.node.remove();
    rows.delete(key);
  }
  lines.forEach((line, index) => {
    const key = keyOf(line);
    let row = rows.get(key);
    if (!row) {
      row = captionLine(line, interview);
      rows.set(key, row);
    }
    setText(row.text, line.text);
    if (list.children[index] !== row.node) list.insertBefore(row.node, list.children[index] ?? null);
  });
}
