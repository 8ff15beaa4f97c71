// The map of a report: Leaflet with layers that are drawn from the page's own data, and what stands at a place in words.
(() => {
  "use strict";

  const EARTH = 6378137;
  const STEP = 1e6;
  const NOWHERE = 255;
  const NEAR = 9; // pixels of a cell from which on hatches and borders are drawn
  const LINES_APART = 7;
  const FIRST_NAMES = 6; // areas that are named
  const ALL_NAMES = 13; // the zoom from which on the others are, too
  const root = document.documentElement;
  const find = (id) => document.getElementById(id);
  const data = JSON.parse(find("map-data").textContent);

  // ---- what is packed in the page

  const KINDS = { u1: Uint8Array, "<u2": Uint16Array, "<u4": Uint32Array };

  function unpacked(text, kind) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return new KINDS[kind](bytes.buffer);
  }

  // A ring is its first corner, then steps.
  function corners(steps) {
    const ring = [];
    let x = 0;
    let y = 0;
    for (let at = 0; at < steps.length; at += 2) {
      x += steps[at];
      y += steps[at + 1];
      ring.push([y / STEP, x / STEP]);
    }
    return ring;
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

  // ---- areas

  class Shapes {
    constructor(told, pane) {
      Object.assign(this, told);
      this.pane = pane;
      this.shapes = told.shapes.map((shape) => ({ ...shape, rings: shape.rings.map(corners) }));
    }

    said(latlng) {
      return this.shapes.filter((shape) => holds(shape.rings, latlng)).map((shape) => shape.words);
    }

    layer() {
      const group = L.layerGroup();
      // The largest are drawn last, above the others.
      for (const shape of [...this.shapes].reverse()) {
        const look = this.looks[shape.look];
        for (const style of lines(look, renderers[this.pane])) group.addLayer(L.polygon(shape.rings, style));
      }
      group.addLayer(new Labels(this.shapes.filter((shape) => shape.label)));
      return group;
    }
  }

  function lines(look, renderer) {
    const common = { renderer, interactive: false, lineJoin: "round" };
    const filled = { ...common, stroke: false, fill: Boolean(look.fill), fillColor: look.fill, fillOpacity: look.opacity };
    const line = { ...common, fill: false, color: look.border.colour, weight: look.border.width };
    const casing = { ...line, color: "#ffffff", weight: look.border.width + 2.4, opacity: 0.85 };
    return look.cased ? [filled, casing, line] : [filled, line];
  }

  // By the even-odd rule, so that holes are none of it.
  function holds(rings, { lat, lng }) {
    let inside = false;
    for (const ring of rings) {
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const [y, x] = ring[i];
        const [py, px] = ring[j];
        if (y > lat !== py > lat && lng < ((px - x) * (lat - y)) / (py - y) + x) inside = !inside;
      }
    }
    return inside;
  }

  // Names of areas, those that come first before others where they would overlap.
  const Labels = L.LayerGroup.extend({
    initialize(shapes) {
      L.LayerGroup.prototype.initialize.call(this, shapes.map(label));
    },

    onAdd(map) {
      L.LayerGroup.prototype.onAdd.call(this, map);
      map.on("zoomend resize", this.arrange, this);
      this.arrange();
    },

    onRemove(map) {
      map.off("zoomend resize", this.arrange, this);
      L.LayerGroup.prototype.onRemove.call(this, map);
    },

    arrange() {
      const taken = [];
      const most = map.getZoom() < ALL_NAMES ? FIRST_NAMES : Infinity;
      for (const [number, marker] of this.getLayers().entries()) {
        const words = marker.options.icon.options.html;
        const point = map.latLngToLayerPoint(marker.getLatLng());
        const half = words.offsetWidth / 2 + 3;
        const box = [point.x - half, point.y - 16, point.x + half, point.y + 2];
        const apart = taken.every((one) => box[2] < one[0] || one[2] < box[0] || box[3] < one[1] || one[3] < box[1]);
        const free = number < most && apart;
        words.style.visibility = free ? "visible" : "hidden";
        if (free) taken.push(box);
      }
    },
  });

  function label(shape) {
    const words = document.createElement("span");
    words.textContent = shape.label;
    const icon = L.divIcon({ className: "map-label", html: words, iconSize: null });
    // Above the area, which it would hide.
    const bounds = L.latLngBounds(shape.rings[0]);
    return L.marker([bounds.getNorth(), bounds.getCenter().lng], { icon, interactive: false, keyboard: false });
  }

  // ---- the map

  root.classList.add("interactive");
  const renderers = {};
  let map;
  try {
    map = L.map("web-map", { zoomSnap: 0.5, scrollWheelZoom: false, fadeAnimation: false, dragging: !L.Browser.mobile });
    // The areas that one chooses lie beneath what stands above them, whatever was chosen last.
    for (const [pane, height] of [["areas", 350], ["above", 400]]) {
      map.createPane(pane).style.zIndex = height;
      map.getPane(pane).style.pointerEvents = "none";
      renderers[pane] = L.canvas({ padding: 0.3, pane });
    }
    build();
  } catch (problem) {
    root.classList.remove("interactive"); // the map for print stands in its place
    throw problem;
  }

  function build() {
    const [west, south, east, north] = data.bounds;
    map.fitBounds([[south, west], [north, east]], { padding: [8, 8] });
    map.attributionControl.setPrefix("Leaflet");
    L.control.scale({ maxWidth: 140 }).addTo(map);
    if (data.boundary.length) {
      const outline = data.boundary.map(corners);
      const line = { renderer: renderers.above, interactive: false, fill: false };
      L.polygon(outline, { ...line, color: "#ffffff", weight: 3.4, opacity: 0.85 }).addTo(map);
      L.polygon(outline, { ...line, color: "#444444", weight: 1.4 }).addTo(map);
    }
    // A wheel scrolls the page until the map is meant.
    map.on("focus", () => map.scrollWheelZoom.enable());
    map.on("blur", () => map.scrollWheelZoom.disable());
    toggles();
    pointing();
    basemap();
    root.dataset.mapReady = Math.round(performance.now());
    map.whenReady(() => requestAnimationFrame(() => (root.dataset.mapDrawn = Math.round(performance.now()))));
  }

  function toggles() {
    const boxes = [...document.querySelectorAll("#map-layers input")];
    const paneOf = (name) => boxes.find((box) => box.value === name).name;
    const made = (told) => (told.classes ? new Cells(told) : new Shapes(told, paneOf(told.name)));
    const layers = new Map(data.layers.map((told) => [told.name, made(told)]));
    const drawn = new Map();

    function show() {
      for (const box of boxes.filter((one) => one.value)) {
        if (!drawn.has(box.value) && box.checked) drawn.set(box.value, layers.get(box.value).layer());
        const layer = drawn.get(box.value);
        if (layer) box.checked ? layer.addTo(map) : layer.remove();
        find(`legend-${box.value}`).hidden = !box.checked;
      }
      unpin();
    }

    boxes.forEach((box) => box.addEventListener("change", show));
    said.of = (latlng) =>
      boxes
        .filter((box) => box.checked && box.value)
        .flatMap((box) => layers.get(box.value).said(latlng))
        .reverse();
    show();
  }

  // ---- what stands at a place

  function said(latlng) {
    return said.of(latlng);
  }

  function unpin() {
    if (unpin.pin) unpin.pin.remove();
    unpin.pin = null;
    find("map-said").replaceChildren(paragraph(find("map-said").dataset.hint));
  }

  function paragraph(words) {
    const made = document.createElement("p");
    made.textContent = words;
    return made;
  }

  function pin(latlng) {
    unpin();
    unpin.pin = L.circleMarker(latlng, { radius: 7, color: "#111111", weight: 2.5, fill: false, interactive: false }).addTo(map);
    const words = said(latlng);
    find("map-said").replaceChildren(...(words.length ? words : ["Nothing is shown at this place."]).map(paragraph));
  }

  function pointing() {
    const hover = find("map-hover");
    map.on("mousemove", ({ latlng, containerPoint }) => {
      const words = said(latlng);
      hover.hidden = !words.length;
      hover.replaceChildren(...words.map(paragraph));
      const left = Math.min(containerPoint.x + 14, map.getSize().x - hover.offsetWidth - 4);
      const above = containerPoint.y + 18 + hover.offsetHeight > map.getSize().y;
      hover.style.transform = `translate(${Math.max(left, 4)}px, ${containerPoint.y + (above ? -hover.offsetHeight - 12 : 18)}px)`;
    });
    map.on("mouseout", () => (hover.hidden = true));
    map.on("click", ({ latlng }) => pin(latlng));
    map.getContainer().addEventListener("keydown", (event) => {
      if (event.target !== map.getContainer()) return;
      if (event.key === "Enter") pin(map.getCenter());
      if (event.key === "Escape") unpin();
    });
    for (const button of document.querySelectorAll("button[data-show]")) {
      button.addEventListener("click", () => {
        const { layer, place } = JSON.parse(button.dataset.show);
        const box = document.querySelector(`#map-layers input[value="${layer}"]`);
        if (!box.checked) box.click();
        const at = L.latLng(place);
        map.setView(at, Math.max(map.getZoom(), 13.5), { animate: false });
        pin(at);
        find("map-frame").scrollIntoView({ block: "nearest" });
      });
    }
  }

  // ---- streets, only where they are asked for

  function basemap() {
    const button = find("load-basemap");
    let tiles = null;
    button.addEventListener("click", () => {
      if (tiles) {
        tiles.remove();
        tiles = null;
      } else {
        const { url, attribution, zoom } = button.dataset;
        tiles = L.tileLayer(url, { attribution, maxZoom: Number(zoom), zIndex: 1, referrerPolicy: "strict-origin-when-cross-origin" });
        tiles.addTo(map);
      }
      button.textContent = tiles ? "Remove basemap" : "Load basemap";
    });
    if (location.protocol === "file:") find("from-disk").hidden = false;
  }
})();
