import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';

const FOLDER = new URL('../../Sources/Gateway/Web/Assets/', import.meta.url);
const files = readdirSync(FOLDER);
const text = (name) => readFileSync(new URL(name, FOLDER), 'utf8');

/** Bytes of everything a browser may load; the assets are compiled into the binary. */
const SIZE_LIMIT = 160 * 1024;

test('all assets together stay small', () => {
  const size = files.reduce((sum, name) => sum + Buffer.byteLength(text(name)), 0);
  assert.ok(size < SIZE_LIMIT, `${size} bytes`);
});

test('file names are kebab-case and the folder is flat', () => {
  for (const name of files) assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)*\.(html|css|js|svg)$/);
});

for (const page of files.filter((name) => name.endsWith('.html'))) {
  test(`${page} obeys the content security policy`, () => {
    const source = text(page);
    assert.doesNotMatch(source, /<script(?![^>]*\ssrc=)/, 'inline script');
    assert.doesNotMatch(source, /<style|\sstyle=|\son[a-z]+=|javascript:/i, 'inline style or handler');
    assert.doesNotMatch(source, /https?:\/\//, 'another origin');
  });

  test(`${page} loads only files that exist`, () => {
    for (const [, name] of text(page).matchAll(/\/assets\/([^"]+)"/g)) assert.ok(files.includes(name), name);
  });

  test(`${page} escapes every value and has a language, a title and a viewport`, () => {
    const source = text(page);
    assert.doesNotMatch(source, /\{\{[{&]/, 'unescaped value');
    for (const part of [/<html lang="en">/, /<title>.+<\/title>/, /name="viewport"/]) assert.match(source, part);
  });
}

test('the room uses exactly the values that the gateway gives it', () => {
  const names = new Set([...text('room.html').matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name));
  assert.deepEqual([...names].sort(), ['estimated_minutes', 'interviewer_name', 'language', 'question_count', 'role', 'ticket', 'title']);
  const message = new Set([...text('message.html').matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name));
  assert.deepEqual([...message].sort(), ['heading', 'message', 'remedy']);
});

for (const module of files.filter((name) => name.endsWith('.js'))) {
  test(`${module} imports only files that exist, is checked by type, and writes no markup from text`, () => {
    const source = text(module);
    assert.match(source, /^\/\/ @ts-check/);
    for (const [, name] of source.matchAll(/(?:from|import\()\s*'\.\/([^']+)'/g)) assert.ok(files.includes(name), name);
    assert.doesNotMatch(source, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|localStorage|window\.confirm|alert\(/);
    assert.ok(source.split('\n').length <= 400, 'over 400 lines');
  });
}

test('text and controls have enough contrast, light and dark', () => {
  const [light, dark] = text('style.css').split('@media (prefers-color-scheme: dark)').map(colours);
  for (const [name, palette] of [['light', light], ['dark', { ...light, ...dark }]]) {
    for (const [front, back] of [['ink', 'paper'], ['ink', 'surface'], ['ink-soft', 'paper'], ['ink-soft', 'surface'], ['ink-soft', 'sunken'], ['ink', 'sunken'],
      ['ink', 'accent-soft'], ['ink-soft', 'accent-soft'], ['accent', 'surface'], ['accent', 'paper'], ['accent', 'accent-soft'], ['on-accent', 'accent'],
      ['on-accent', 'accent-strong'], ['ink', 'problem-soft'], ['ink-soft', 'problem-soft'], ['problem', 'surface'], ['problem', 'problem-soft'], ['paper', 'problem'], ['paper', 'ink']]) {
      const ratio = contrast(palette[front], palette[back]);
      assert.ok(ratio >= 4.5, `${name}: ${front} on ${back} is ${ratio.toFixed(2)}`);
    }
    // Borders of controls: 3:1 (WCAG 2.2, 1.4.11).
    for (const back of ['surface', 'paper']) assert.ok(contrast(palette['line-strong'], palette[back]) >= 3, `${name}: control border on ${back}`);
  }
});

/** The first definition of each colour in a part of the style sheet. */
function colours(css) {
  const found = {};
  for (const [, name, value] of css.matchAll(/--([a-z-]+): (#[0-9a-f]{6})/g)) found[name] ??= value;
  return found;
}

/** Contrast ratio by WCAG 2.2. */
function contrast(one, other) {
  const [high, low] = [one, other].map((hex) => {
    const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
      .map((channel) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }).sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}
