// Areas of a report's map: polygons, what is said of them, and their names.

const STEP = 1e6; // of a degree: corners are told in such parts
const FIRST_NAMES = 6; // areas that are named
const ALL_NAMES = 13; // the zoom from which on the others are, too

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
