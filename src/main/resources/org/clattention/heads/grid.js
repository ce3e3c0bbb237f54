'use strict';
// All heads as small heat maps. Where there are more tokens than pixels, a pixel shows the largest weight of its block.

const THUMB = 96;
const WIDEST = 16;
const grid = document.getElementById('grid');
const tiles = [];

function drawThumb(tile) {
  const { head, canvas } = tile;
  canvas.width = Math.min(THUMB, keyCount);
  canvas.height = Math.min(THUMB, queryCount);
  const largest = new Uint16Array(canvas.width * canvas.height);
  for (let query = 0; query < queryCount; query++) {
    const row = Math.floor(query * canvas.height / queryCount) * canvas.width;
    for (let key = 0; key < keyCount; key++) {
      const at = row + Math.floor(key * canvas.width / keyCount);
      largest[at] = Math.max(largest[at], head.weights[query * keyCount + key]);
    }
  }
  const context = canvas.getContext('2d');
  const image = context.createImageData(canvas.width, canvas.height);
  new Uint32Array(image.data.buffer).set(Uint32Array.from(largest, w => palette[w]));
  context.putImageData(image, 0, 0);
}

function makeTile(head) {
  const button = document.createElement('button');
  const canvas = document.createElement('canvas');
  const text = document.createElement('span');
  const entropy = document.createElement('i');
  button.className = 'tile';
  button.dataset.layer = head.layer;
  button.dataset.head = head.head;
  button.tabIndex = -1;
  const words = `${head.name}: ${head.label} ${shown(head.score)}, entropy ${shown(head.entropy)} nats`
      + (head.fraction === undefined ? '' : ` (${Math.round(100 * head.fraction)}% of the largest)`);
  button.title = words;
  button.setAttribute('aria-label', words);
  entropy.textContent = head.entropy === undefined ? '–' : head.entropy.toFixed(2);
  text.append(head.brief, entropy);
  button.append(canvas, text);
  button.addEventListener('click', event => choose(head, event.shiftKey || event.ctrlKey || event.metaKey));
  button.addEventListener('keydown', event => moveWithin(tiles.map(t => t.button), event, gridColumns()));
  tiles.push({ head, button, canvas });
  return button;
}

function gridColumns() {
  return Math.min(WIDEST, Math.max(...layers.map(heads => heads.length)));
}

function buildGrid() {
  grid.style.setProperty('--columns', Math.max(gridColumns(), 4));
  grid.classList.toggle('dense', gridColumns() > 8);
  layers.forEach((heads, layer) => {
    const row = document.createElement('div');
    row.className = 'layer';
    heads.forEach((head, i) => {
      if (i % gridColumns() === 0) {
        const name = document.createElement('span');
        name.textContent = 'L' + layer;
        row.append(name);
      }
      row.append(makeTile(head));
    });
    grid.append(row);
  });
}

redraws.colours.push(() => tiles.forEach(drawThumb));
redraws.heads.push(() => {
  for (const { head, button } of tiles) {
    button.setAttribute('aria-pressed', String(state.heads.includes(head)));
    button.tabIndex = head === current() ? 0 : -1;
  }
});
