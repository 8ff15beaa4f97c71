// The claims of a report, saved as a file.
(() => {
  "use strict";

  const button = document.getElementById("save-claims");
  if (!button) return;
  const claims = JSON.parse(document.getElementById("claims-data").textContent);
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
