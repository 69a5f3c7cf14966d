// Runs before anything is painted, so that a dark screen never flashes white.
(function () {
  var chosen = null;
  try {
    chosen = localStorage.getItem("certwright.theme");
  } catch (refused) {
    // Storage can be forbidden; then the system decides.
  }
  var dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.classList.toggle("pf-v6-theme-dark", dark);
})();
