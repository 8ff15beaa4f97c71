// The map of a report: Leaflet with layers that are drawn from the page's own data, and what stands at a place in words.
// It is read after map_cells.js and map_shapes.js, as one script with them.

const root = document.documentElement;
const find = (id) => document.getElementById(id);
const data = JSON.parse(find("map-data").textContent);

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
