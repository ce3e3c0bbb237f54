'use strict';
// The two columns of tokens, with numbers for the token that is hovered, focused or pinned; and the choice of layer and heads.

const MANY = 8;
const columns = { query: document.getElementById('queries'), key: document.getElementById('keys') };

function tokenItems(side) {
  return Array.from(columns[side].children);
}

function makeToken(side, text, index) {
  const button = document.createElement('button');
  const name = document.createElement('b');
  const value = document.createElement('span');
  button.className = 'token';
  button.id = `${side}-${index}`;
  button.tabIndex = index === 0 ? 0 : -1;
  button.title = text;
  name.textContent = text;
  value.className = 'value';
  button.append(name, value);
  const token = { side, index };
  button.addEventListener('mouseenter', () => hover(token));
  button.addEventListener('mouseleave', () => hover(null));
  button.addEventListener('focus', () => hover(token));
  button.addEventListener('blur', () => hover(null));
  button.addEventListener('click', () => pin(token));
  button.addEventListener('keydown', event => {
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      const other = tokenItems(event.key === 'ArrowLeft' ? 'query' : 'key');
      other[Math.min(index, other.length - 1)].focus();
      event.preventDefault();
    } else {
      moveWithin(tokenItems(side), event, 1);
    }
  });
  return button;
}

function buildTokens() {
  document.getElementById('columns').style.setProperty('--row', rowHeight() + 'px');
  columns.query.append(...data.queries.map((text, i) => makeToken('query', text, i)));
  columns.key.append(...data.keys.map((text, i) => makeToken('key', text, i)));
  const select = document.getElementById('layer');
  layers.forEach((_, layer) => select.add(new Option(String(layer), String(layer))));
  select.addEventListener('change', () => choose(layers[Number(select.value)][0], false));
}

function drawChips() {
  const chips = document.getElementById('chips');
  const focused = chips.contains(document.activeElement) ? document.activeElement.textContent : null;
  document.getElementById('layer').value = String(state.layer);
  chips.replaceChildren(...layers[state.layer].map(head => {
    const chip = document.createElement('button');
    chip.className = 'chip';
    chip.textContent = head.head;
    chip.title = `show or hide ${head.name}`;
    chip.style.setProperty('--hue', hueOf(head));
    chip.setAttribute('aria-label', head.name);
    chip.setAttribute('aria-pressed', String(state.heads.includes(head)));
    chip.addEventListener('click', () => choose(head, true));
    return chip;
  }));
  Array.from(chips.children).find(chip => chip.textContent === focused)?.focus();
}

// How much the active token looks at, or is looked at by, a token of the other side.
function relation(token, side, index) {
  if (!token || token.side === side) {
    return undefined;
  }
  return side === 'key' ? meanWeight(state.heads, token.index, index) : meanWeight(state.heads, index, token.index);
}

function drawTokens() {
  const token = activeToken();
  for (const side of ['query', 'key']) {
    tokenItems(side).forEach((item, index) => {
      const weight = relation(token, side, index);
      const active = token?.side === side && token.index === index;
      item.classList.toggle('active', active);
      item.classList.toggle('pinned', active && state.pinned !== null);
      item.setAttribute('aria-pressed', String(active && state.pinned !== null));
      item.classList.toggle('strong', weight >= 0.05);
      item.style.setProperty('--weight', weight === undefined ? 0 : (0.75 * weight).toFixed(4));
      item.querySelector('.value').textContent = weight ? shown(weight) : '';
    });
  }
  document.getElementById('status').textContent = statusText(token);
}

function statusText(token) {
  const of = state.heads.length > 1 ? `mean of ${state.heads.length} heads of layer ${state.layer}` : current().name;
  if (!token) {
    return `${of}: ${state.heads.length > 1 ? 'each in its own colour' : `${current().label} ${shown(current().score)}`}`;
  }
  const [here, there, side] = token.side === 'query' ? [data.queries, data.keys, 'key'] : [data.keys, data.queries, 'query'];
  const top = there.map((text, index) => ({ text, weight: relation(token, side, index) }))
      .filter(other => other.weight > 0)
      .sort((a, b) => b.weight - a.weight)
      .slice(0, MANY)
      .map(other => `${other.text} ${shown(other.weight)}`);
  const verb = token.side === 'query' ? 'looks at' : 'is looked at by';
  return `${of}: ${place(here, token.index)} ${verb} ${top.join(', ') || 'nothing'}`;
}

redraws.heads.push(drawChips, drawTokens);
redraws.token.push(drawTokens);
addEventListener('keydown', event => {
  if (event.key === 'Escape') {
    pin(null);
  }
});
