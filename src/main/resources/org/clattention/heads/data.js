'use strict';
// The data of the page, and how weights are unpacked: zlib over little-endian 16-bit multiples of 1/65535.

const FULL = 65535;
const data = JSON.parse(document.getElementById('data').textContent);
const queryCount = data.queries.length;
const keyCount = data.keys.length;
// Heads by layer; each has number, name, label, brief, score, entropy, fraction, and weights once unpacked.
const layers = [];

async function unpack(text) {
  const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  const view = new DataView(await new Response(plain).arrayBuffer());
  const weights = new Uint16Array(queryCount * keyCount);
  for (let i = 0; i < weights.length; i++) {
    weights[i] = view.getUint16(2 * i, true);
  }
  return weights;
}

async function unpackAll() {
  for (const head of data.heads) {
    (layers[head.layer] ??= [])[head.head] = head;
    head.weights = await unpack(head.packed);
    head.name = `layer ${head.layer}, head ${head.head}`;
    delete head.packed;
  }
}

function weightOf(head, query, key) {
  return head.weights[query * keyCount + key] / FULL;
}

// The mean over some heads.
function meanWeight(heads, query, key) {
  return heads.reduce((sum, head) => sum + weightOf(head, query, key), 0) / heads.length;
}

function shown(number) {
  return number === undefined ? '–' : number.toFixed(4);
}

function place(tokens, index) {
  const position = tokens === data.queries && data.offset >= 0 ? data.offset + index : index;
  return `“${tokens[index]}” (${position})`;
}
