// What scrolls sideways can be scrolled by keyboard: it takes the focus while it is wider than its place.

const WIDE = "pre, .table-wrapper, .bptt-scroll, .output, mjx-container[display], p:has(> img:only-child)";

function makeReachable() {
  for (const part of document.querySelectorAll(WIDE)) {
    if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
    else part.removeAttribute("tabindex");
  }
}

makeReachable();
window.addEventListener("resize", makeReachable);
window.addEventListener("load", () => {
  makeReachable();
  window.MathJax?.startup?.promise?.then(makeReachable);
});

// The theme's headings of the navigation say no level, and its two asides have no names.
for (const caption of document.querySelectorAll(".caption[role=heading]")) caption.ariaLevel = "2";
for (const [aside, name] of [[".sidebar-drawer", "Site"], [".toc-drawer", "On this page"]]) {
  document.querySelector(aside)?.setAttribute("aria-label", name);
}
