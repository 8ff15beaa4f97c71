// What is wider than the page scrolls by keys too, once it can be reached.
(() => {
  "use strict";

  const wide = [...document.querySelectorAll(".wide, figure.chart")];
  const reach = () => {
    for (const one of wide) {
      if (one.scrollWidth > one.clientWidth) one.tabIndex = 0;
      else one.removeAttribute("tabindex");
    }
  };
  // The map, once it is there, shows a column more in its tables.
  for (const moment of ["load", "resize"]) window.addEventListener(moment, reach);
})();

// The claims of a report: folded until they are asked for, saved as a file.
(() => {
  "use strict";

  const ledger = document.getElementById("ledger");
  if (!ledger) return;
  ledger.open = location.hash === "#claims";
  window.addEventListener("hashchange", () => (ledger.open ||= location.hash === "#claims"));
  window.addEventListener("beforeprint", () => (ledger.open = true));

  const claims = JSON.parse(document.getElementById("claims-data").textContent);
  const button = document.getElementById("save-claims");
  button.hidden = false;
  button.addEventListener("click", () => {
    const file = new Blob([JSON.stringify(claims, null, 1) + "\n"], { type: "application/json" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = "claims.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
})();
