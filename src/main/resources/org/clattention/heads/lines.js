'use strict';
// Lines between the two columns of tokens: the opacity is the weight, the hue tells the heads apart.

const FAINTEST = 1 / 255;
const TALLEST = 16000;
const lines = document.getElementById('lines');

function rowHeight() {
  return Math.max(queryCount, keyCount) > 64 ? 16 : 24;
}

function drawLines() {
  const row = rowHeight();
  const height = row * Math.max(queryCount, keyCount);
  const width = lines.clientWidth;
  const sharpness = Math.min(devicePixelRatio || 1, TALLEST / height);
  lines.style.height = height + 'px';
  lines.width = Math.round(width * sharpness);
  lines.height = Math.round(height * sharpness);
  const context = lines.getContext('2d');
  context.scale(sharpness, sharpness);
  const token = activeToken();
  for (const head of state.heads) {
    context.strokeStyle = hueOf(head);
    context.lineWidth = token ? 2.5 : 1.5;
    for (let query = 0; query < queryCount; query++) {
      if (token?.side === 'query' && token.index !== query) {
        continue;
      }
      for (let key = 0; key < keyCount; key++) {
        const weight = weightOf(head, query, key);
        if (weight < FAINTEST || (token?.side === 'key' && token.index !== key)) {
          continue;
        }
        context.globalAlpha = Math.min(1, weight);
        context.beginPath();
        context.moveTo(0, (query + 0.5) * row);
        context.lineTo(width, (key + 0.5) * row);
        context.stroke();
      }
    }
  }
}

redraws.heads.push(drawLines);
redraws.token.push(drawLines);
addEventListener('resize', drawLines);
