'use strict';
// Starts the page.

function redrawColours() {
  redraw('colours');
  redraw('heads');
}

async function start() {
  if (typeof DecompressionStream === 'undefined') {
    throw new Error('this browser is too old for this page: it needs Chrome 80, Firefox 113, Safari 16.4 or later');
  }
  await unpackAll();
  const count = (n, thing) => `${n} ${thing}${n === 1 ? '' : 's'}`;
  document.getElementById('summary').textContent =
      [count(layers.length, 'layer'), count(data.heads.length, 'head'), count(queryCount, 'query token'),
        count(keyCount, 'key token')].join(' · ');
  buildGrid();
  buildTokens();
  state.heads = [layers[0][0]];
  redrawColours();
  dark.addEventListener('change', redrawColours);
  document.getElementById('scale').addEventListener('change', redrawColours);
  document.documentElement.dataset.ready = 'true';
}

start().catch(error => {
  const problem = document.getElementById('problem');
  problem.textContent = error.message;
  problem.hidden = false;
  throw error;
});
