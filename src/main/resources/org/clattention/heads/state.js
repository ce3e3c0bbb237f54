'use strict';
// What is chosen. Parts of the page register what to redraw; changes go one way: event, change, redraw.

const state = {
  layer: 0,
  heads: [],       // of the layer; the last one is shown in detail
  pinned: null,    // {side: 'query' | 'key', index}
  hovered: null,   // the same
  cell: null       // {query, key} in the heat map
};

const redraws = { heads: [], token: [], cell: [], colours: [] };

function redraw(what) {
  redraws[what].forEach(draw => draw());
}

function current() {
  return state.heads[state.heads.length - 1];
}

function activeToken() {
  return state.pinned ?? state.hovered;
}

// Chooses a head; with add, it joins or leaves those of its layer.
function choose(head, add) {
  const others = state.heads.filter(h => h !== head);
  const had = others.length < state.heads.length;
  if (!add || head.layer !== state.layer) {
    state.heads = [head];
  } else if (!had) {
    state.heads = [...others, head];
  } else if (others.length > 0) {
    state.heads = others;
  }
  state.layer = head.layer;
  redraw('heads');
}

function hover(token) {
  state.hovered = token;
  redraw('token');
}

function pin(token) {
  const same = token && state.pinned && token.side === state.pinned.side && token.index === state.pinned.index;
  state.pinned = same ? null : token;
  redraw('token');
}

function point(cell) {
  state.cell = cell;
  redraw('cell');
}

// Arrow keys, Home and End in a list of buttons of which one can be reached by Tab.
function moveWithin(items, event, columns) {
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -items.length, End: items.length };
  const step = steps[event.key];
  if (step === undefined) {
    return false;
  }
  const from = items.indexOf(event.target);
  const far = event.key === 'Home' || event.key === 'End';
  const to = far ? Math.max(0, Math.min(items.length - 1, from + step)) : from + step;
  if (items[to]) {
    event.target.tabIndex = -1;
    items[to].tabIndex = 0;
    items[to].focus();
  }
  event.preventDefault();
  return true;
}
