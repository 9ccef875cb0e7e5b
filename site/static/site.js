// What scrolls sideways can be scrolled by keyboard: it takes the focus while it is wider than its place. Its right end
// fades while there is more to come, since phones show no scroll bar.

const WIDE =
  "pre, .table-wrapper, .bptt-scroll, .output, mjx-container[display], .wide, p:has(> img:only-child), picture";

function markEnd(part) {
  part.toggleAttribute("data-more", part.scrollWidth - part.clientWidth - part.scrollLeft > 1);
}

// A formula in a line is not broken: one that is longer than the line scrolls too.
function markWide(formula) {
  formula.classList.remove("wide");
  const end = formula.closest("p, li, td, dd")?.getBoundingClientRect().right;
  formula.classList.toggle("wide", formula.getBoundingClientRect().right > end + 1);
}

function makeReachable() {
  document.querySelectorAll("span.math > mjx-container").forEach(markWide);
  for (const part of document.querySelectorAll(WIDE)) {
    if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
    else part.removeAttribute("tabindex");
    markEnd(part);
  }
}

document.addEventListener("scroll", event => event.target.matches?.(WIDE) && markEnd(event.target), { capture: true });

// MathJax makes a box of every formula in a line, and a line may end at either side of a box: what belongs to the
// formula, a bracket or a comma, goes into its box. This runs before MathJax does.
for (const formula of document.querySelectorAll("span.math")) {
  const [before, after] = [formula.previousSibling, formula.nextSibling];
  const [opened] = (before?.nodeType === Node.TEXT_NODE && before.data.match(/[([“]+$/)) || [""];
  const [ended] = (after?.nodeType === Node.TEXT_NODE && after.data.match(/^[.,;:!?)\]”’]+/)) || [""];
  if (opened) before.data = before.data.slice(0, -opened.length);
  if (ended) after.data = after.data.slice(ended.length);
  formula.prepend(opened);
  formula.append(ended);
}

// What moves by itself can be stopped: the still that stands for it where readers want no motion.
for (const still of document.querySelectorAll('source[media*="reduced-motion"]')) {
  const wanted = still.media;
  if (matchMedia(wanted).matches) continue;
  const button = document.createElement("button");
  const name = () => (button.textContent = still.media === wanted ? "Stop the picture" : "Let it move");
  button.addEventListener("click", () => {
    still.media = still.media === wanted ? "all" : wanted;
    name();
  });
  name();
  still.parentNode.after(button);
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
