'use strict';
// The heat map of the head chosen last, with token labels where they have room, and the hovered cell's weight as text.

const SIDE = 600;
const ROOM_FOR_TEXT = 13;
const matrix = document.getElementById('matrix');
let frame; // {left, top, cell}: where the cells are, in CSS pixels

function frameOf(context) {
  const width = Math.min(SIDE, document.getElementById('detail').clientWidth - 36);
  const most = Math.max(queryCount, keyCount);
  const text = Math.min(110, Math.max(...[...data.queries, ...data.keys].map(t => context.measureText(t).width)) + 8);
  const cell = Math.min(40, (width - text) / most);
  return cell >= ROOM_FOR_TEXT ? { left: text, top: text, cell } : { left: 0, top: 0, cell: Math.min(40, width / most) };
}

function drawMatrix() {
  const head = current();
  const context = matrix.getContext('2d');
  const font = '12px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';
  context.font = font;
  frame = frameOf(context);
  const width = frame.left + frame.cell * keyCount;
  const height = frame.top + frame.cell * queryCount;
  const sharpness = devicePixelRatio || 1;
  matrix.style.width = width + 'px';
  matrix.width = Math.round(width * sharpness);
  matrix.height = Math.round(height * sharpness);
  context.scale(sharpness, sharpness);
  context.imageSmoothingEnabled = false;
  context.drawImage(imageOf(head), frame.left, frame.top, frame.cell * keyCount, frame.cell * queryCount);
  const style = getComputedStyle(document.body);
  context.font = font;
  context.fillStyle = style.color;
  if (frame.left > 0) {
    drawLabels(context);
  }
  context.strokeStyle = style.getPropertyValue('--rule');
  context.strokeRect(frame.left + 0.5, frame.top + 0.5, frame.cell * keyCount - 1, frame.cell * queryCount - 1);
  if (state.cell) {
    context.strokeStyle = style.color;
    context.lineWidth = 1.5;
    const { query, key } = state.cell;
    context.strokeRect(frame.left + key * frame.cell, frame.top + query * frame.cell, frame.cell, frame.cell);
  }
  document.getElementById('detail-title').textContent =
      `Layer ${head.layer}, head ${head.head}: ${head.label} ${shown(head.score)}, entropy ${shown(head.entropy)} nats`;
  document.getElementById('cell').textContent = cellText(head);
}

function imageOf(head) {
  const canvas = document.createElement('canvas');
  canvas.width = keyCount;
  canvas.height = queryCount;
  const context = canvas.getContext('2d');
  const image = context.createImageData(keyCount, queryCount);
  new Uint32Array(image.data.buffer).set(Uint32Array.from(head.weights, w => palette[w]));
  context.putImageData(image, 0, 0);
  return canvas;
}

function drawLabels(context) {
  const { left, top, cell } = frame;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  data.queries.forEach((text, i) => context.fillText(text, left - 6, top + (i + 0.5) * cell, left - 6));
  context.textAlign = 'left';
  data.keys.forEach((text, i) => {
    context.save();
    context.translate(left + (i + 0.5) * cell, top - 6);
    context.rotate(-Math.PI / 2);
    context.fillText(text, 0, 0, top - 6);
    context.restore();
  });
}

function cellText(head) {
  if (!state.cell) {
    return 'Hover a cell to read its weight.';
  }
  const { query, key } = state.cell;
  return `${place(data.queries, query)} → ${place(data.keys, key)}: ${shown(weightOf(head, query, key))}`;
}

function cellAt(event) {
  const box = matrix.getBoundingClientRect();
  const zoom = box.width / parseFloat(matrix.style.width);
  const query = Math.floor(((event.clientY - box.top) / zoom - frame.top) / frame.cell);
  const key = Math.floor(((event.clientX - box.left) / zoom - frame.left) / frame.cell);
  return query >= 0 && query < queryCount && key >= 0 && key < keyCount ? { query, key } : null;
}

matrix.addEventListener('mousemove', event => point(cellAt(event)));
matrix.addEventListener('mouseleave', () => point(null));
matrix.addEventListener('click', event => {
  const cell = cellAt(event);
  if (cell) {
    pin({ side: 'query', index: cell.query });
  }
});
matrix.addEventListener('keydown', event => {
  const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
  if (step) {
    const { query, key } = state.cell ?? { query: 0, key: 0 };
    point({
      query: Math.max(0, Math.min(queryCount - 1, query + step[0])),
      key: Math.max(0, Math.min(keyCount - 1, key + step[1]))
    });
    event.preventDefault();
  } else if (event.key === 'Enter' && state.cell) {
    pin({ side: 'query', index: state.cell.query });
  }
});

redraws.heads.push(drawMatrix);
redraws.cell.push(drawMatrix);
addEventListener('resize', drawMatrix);
