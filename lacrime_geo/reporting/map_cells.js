// Cells of a report's map: from a place of the web map to a cell of the grid, its colour and its words.

const EARTH = 6378137;
const NOWHERE = 255;
const NEAR = 9; // pixels of a cell from which on hatches and borders are drawn
const LINES_APART = 7;

// ---- what is packed in the page

const KINDS = { u1: Uint8Array, "<u2": Uint16Array, "<u4": Uint32Array };

function unpacked(text, kind) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new KINDS[kind](bytes.buffer);
}

function rgba(colour, opacity) {
  const part = (at) => parseInt(colour.slice(at, at + 2), 16);
  // Pixels of a canvas are written as 32 bits, the red one lowest.
  return ((Math.round(255 * opacity) << 24) | (part(5) << 16) | (part(3) << 8) | part(1)) >>> 0;
}

// ---- cells: where a place of the web map lies in their grid

class Cells {
  constructor(told) {
    Object.assign(this, told);
    this.classes = unpacked(told.classes, "u1");
    this.colours = told.looks.map((look) => (look.fill ? rgba(look.fill, look.opacity) : 0));
    this.details = told.looks.map(detailed);
    this.words = unpackedWords(told.words, this.classes.length);
  }

  // The polynomials at one height: coefficients of powers of u.
  at(y) {
    const v = (y - this.fit.middle[1]) / this.fit.half[1];
    return [this.fit.east, this.fit.north].map((terms) => {
      const row = new Float64Array(this.fit.degree + 1);
      let next = 0;
      for (let i = 0; i <= this.fit.degree; i++) {
        let power = 1;
        for (let j = 0; j <= this.fit.degree - i; j++) {
          row[i] += terms[next++] * power;
          power *= v;
        }
      }
      return row;
    });
  }

  // The column and the row, with fractions.
  place(x, [east, north]) {
    const u = (x - this.fit.middle[0]) / this.fit.half[0];
    let e = 0;
    let n = 0;
    for (let i = this.fit.degree; i >= 0; i--) {
      e = e * u + east[i];
      n = n * u + north[i];
    }
    return [(e - this.grid.west) / this.grid.size, (this.grid.north - n) / this.grid.size];
  }

  cell(column, row) {
    const inside = column >= 0 && row >= 0 && column < this.grid.columns && row < this.grid.rows;
    return inside ? Math.floor(row) * this.grid.columns + Math.floor(column) : -1;
  }

  said(latlng) {
    const point = L.CRS.EPSG3857.project(latlng);
    const cell = this.cell(...this.place(point.x, this.at(point.y)));
    if (cell < 0 || this.classes[cell] === NOWHERE) return [];
    const row = this.words.row(cell);
    return [row < 0 ? sentence(this.looks[this.classes[cell]]) : this.words.of(row)];
  }

  layer() {
    const bounds = L.latLngBounds([this.bounds[1], this.bounds[0]], [this.bounds[3], this.bounds[2]]);
    return new CellTiles(this, { bounds, noWrap: true, zIndex: 5, updateWhenZooming: false });
  }
}

// The sentence of a legend without the number of cells.
function sentence(look) {
  return look.sentence.replace(/ \([\d,]+ cells?\)$/, "");
}

function unpackedWords(told, size) {
  const columns = told.columns.map((one) => ({ texts: one.texts, number: unpacked(one.number, one.kind) }));
  const of = (row) => told.template.replace(/\{(\d)\}/g, (_, gap) => columns[gap].texts[columns[gap].number[row]]);
  if (told.cells === null) return { of, row: (cell) => cell };
  const rows = new Int32Array(size).fill(-1);
  unpacked(told.cells, "<u4").forEach((cell, row) => (rows[cell] = row));
  return { of, row: (cell) => rows[cell] };
}

function detailed(look) {
  if (!look.angles.length && !look.border) return null;
  const ink = look.ink ? rgba(look.ink, 0.8) : 0;
  const border = look.border && { ...look.border, colour: rgba(look.border.colour, 1) };
  return { angles: look.angles, ink, border };
}

// Whether a pixel (x, y) lies on a hatch.
const ON_HATCH = {
  0: (x, y) => y,
  45: (x, y) => x + y,
  90: (x) => x,
  135: (x, y) => x - y,
};
// Whether a step along a border is drawn.
const DASHES = {
  solid: () => true,
  dash: (along) => along % 9 < 6,
  dot: (along) => along % 4 < 2,
  "dash dot": (along) => along % 12 < 6 || (along % 12 > 8 && along % 12 < 10),
  "dash dot dot": (along) => along % 14 < 6 || (along % 14 > 7.5 && along % 14 < 9.5) || along % 14 > 11.5,
};

function inDetail(detail, x, y, across, down, wide) {
  if (detail.border) {
    const right = across * wide;
    const below = down * wide;
    const sides = Math.min(right, wide - right);
    const ends = Math.min(below, wide - below);
    const along = sides < ends ? below : right;
    if (Math.min(sides, ends) < Math.max(detail.border.width / 2, 0.5) && DASHES[detail.border.style](along)) return detail.border.colour;
  }
  for (const angle of detail.angles) {
    const step = ON_HATCH[angle](x, y) % LINES_APART;
    if ((step + LINES_APART) % LINES_APART < 1) return detail.ink;
  }
  return 0;
}

const CellTiles = L.GridLayer.extend({
  initialize(cells, options) {
    this.cells = cells;
    L.GridLayer.prototype.initialize.call(this, options);
  },

  createTile(coords) {
    const canvas = document.createElement("canvas");
    const ratio = Math.min(2, Math.ceil(window.devicePixelRatio || 1));
    const size = this.getTileSize().x * ratio;
    canvas.width = canvas.height = size;
    const context = canvas.getContext("2d");
    const image = context.createImageData(size, size);
    this.paint(new Uint32Array(image.data.buffer), coords, size, ratio);
    context.putImageData(image, 0, 0);
    return canvas;
  },

  paint(pixels, coords, size, ratio) {
    const cells = this.cells;
    const metres = (2 * Math.PI * EARTH) / (size * 2 ** coords.z); // of the web map, a pixel
    const middle = Math.PI * EARTH - metres * size * (coords.y + 0.5);
    const wide = cells.grid.size / ((metres * ratio) / Math.cosh(middle / EARTH)); // a cell, in pixels of the page
    for (let y = 0; y < size; y++) {
      const lines = cells.at(Math.PI * EARTH - metres * (coords.y * size + y + 0.5));
      for (let x = 0; x < size; x++) {
        const [column, row] = cells.place(metres * (coords.x * size + x + 0.5) - Math.PI * EARTH, lines);
        const cell = cells.cell(column, row);
        if (cell < 0) continue;
        const look = cells.classes[cell];
        if (look === NOWHERE) continue;
        let colour = cells.colours[look];
        const detail = cells.details[look];
        if (detail && wide >= NEAR) {
          const left = (coords.x * size + x) / ratio;
          const top = (coords.y * size + y) / ratio;
          colour = inDetail(detail, left, top, column % 1, row % 1, wide) || colour;
        }
        pixels[y * size + x] = colour;
      }
    }
  },
});
