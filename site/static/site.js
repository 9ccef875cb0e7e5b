// What scrolls sideways can be scrolled by keyboard: it takes the focus while it is wider than its place.

const WIDE = "pre, .table-wrapper, .bptt-scroll, .output, mjx-container[display]";

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
