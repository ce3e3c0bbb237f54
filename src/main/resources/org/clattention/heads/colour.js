'use strict';
// Colours of weights, from tables that the picture uses, too; and a hue for each head of a layer.

const dark = matchMedia('(prefers-color-scheme: dark)');
const HUES = [
  ['#4a4ab8', '#a9b4ff'], ['#c2571a', '#ffab75'], ['#177d6b', '#66d9c2'], ['#b03060', '#ff94b8'],
  ['#6b7d14', '#c6d665'], ['#2477b8', '#7cc7ff'], ['#8c4bb0', '#dca6ff'], ['#8a6410', '#f0cc6a']
];
const tables = { light: bytesOf(data.colours.light), dark: bytesOf(data.colours.dark) };

// 256 colours of three bytes, in hexadecimal.
function bytesOf(text) {
  return Uint8Array.from(text.match(/../g), pair => parseInt(pair, 16));
}

function inRoots() {
  return document.getElementById('scale').value === 'root';
}

// The colours of all 16-bit weights, as the bytes of an image.
let palette;

function makePalette() {
  const table = dark.matches ? tables.dark : tables.light;
  palette = new Uint32Array(FULL + 1);
  for (let w = 0; w <= FULL; w++) {
    const t = inRoots() ? Math.sqrt(w / FULL) : w / FULL;
    const at = 3 * Math.round(255 * t);
    palette[w] = (255 << 24 | table[at + 2] << 16 | table[at + 1] << 8 | table[at]) >>> 0;
  }
}

function hueOf(head) {
  return HUES[head.head % HUES.length][dark.matches ? 1 : 0];
}

function drawLegend() {
  const context = document.getElementById('legend').getContext('2d');
  const image = context.createImageData(256, 1);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < 256; i++) {
    pixels[i] = palette[Math.round(i / 255 * FULL)];
  }
  context.putImageData(image, 0, 0);
}

redraws.colours.push(makePalette, drawLegend);
