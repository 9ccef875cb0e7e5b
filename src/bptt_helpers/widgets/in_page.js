// ipywidgets 8 makes the handle of a slider from a <div> without a name, and announces its raw value: 0.9999999999999999
// where the reader sees 1.00. JupyterLab and Notebook 7 answer keys pressed on a slider or a menu as their own
// shortcuts: an arrow selects another cell. Here the parts of one explorer get their names, and the keys they answer.

// Lumino, which keeps the shortcuts of JupyterLab and Notebook 7, passes over an element with this attribute.
const NO_SHORTCUTS = "data-lm-suppress-shortcuts";

// The changes that may leave a name or a value behind: a part that is made, a text, what the slider says of itself,
// the sign on a button.
const CHANGES = { subtree: true, childList: true, characterData: true, attributeFilter: ["aria-valuetext", "class"] };

function set(element, attribute, value) {
  if (element.getAttribute(attribute) !== value) element.setAttribute(attribute, value);
}

function nameSliders(explorer) {
  for (const slider of explorer.querySelectorAll(".widget-slider")) {
    const [label, handle, readout] = [".widget-label", ".noUi-handle", ".widget-readout"].map(part =>
      slider.querySelector(part)
    );
    if (!(label && handle && readout)) continue; // not finished, or not a slider of ipywidgets 8
    // textContent asks for no layout, and a hidden readout has it too
    set(handle, "aria-label", label.textContent);
    set(handle, "aria-valuetext", readout.textContent);
    if (readout.contentEditable !== "true") continue;
    // the readout takes a typed number
    set(readout, "role", "textbox");
    set(readout, "aria-label", label.textContent);
  }
}

// The two buttons that let a slider run have a picture only.
function namePlayers(explorer) {
  for (const player of explorer.querySelectorAll(".bptt-play")) {
    const label = player.parentNode?.querySelector(".widget-label")?.textContent;
    const [play, stop] = player.querySelectorAll("button");
    if (!(label && play && stop)) continue;
    const runs = play.querySelector(".fa-pause");
    for (const [button, action] of [[play, runs ? "Pause" : "Play"], [stop, "Back to the first"]]) {
      set(button, "aria-label", `${action}: ${label}`);
      set(button, "title", action);
    }
  }
}

function nameAll(explorer) {
  nameSliders(explorer);
  namePlayers(explorer);
}

// Where the pressed pointer is on the picture goes to the kernel, at most once a frame: the newest place.
function followPointer(explorer, model, signal) {
  const image = explorer.querySelector(".bptt-picture");
  if (signal.aborted) return;
  if (!image) {
    requestAnimationFrame(() => followPointer(explorer, model, signal));
    return;
  }
  image.style.cursor = "crosshair";
  image.style.touchAction = "pan-y"; // a finger can still scroll the page
  image.draggable = false;
  let place = null;
  const send = () => {
    if (place) model.send({ touch: place });
    place = null;
  };
  const look = event => {
    if (!(event.buttons & 1)) return;
    const box = image.getBoundingClientRect();
    if (!place) requestAnimationFrame(send);
    place = [(event.clientX - box.left) / box.width, 1 - (event.clientY - box.top) / box.height];
  };
  const press = event => {
    if (event.button !== 0) return;
    image.setPointerCapture(event.pointerId);
    event.preventDefault();
    look(event);
  };
  image.addEventListener("pointerdown", press, { signal });
  image.addEventListener("pointermove", look, { signal });
}

// Where the window is so narrow that the picture scrolls, the explorer takes the focus, so that arrow keys scroll it.
function scrollByKeys(explorer) {
  if (explorer.scrollWidth > explorer.clientWidth + 1) explorer.tabIndex = 0;
  else explorer.removeAttribute("tabindex");
}

function keepKeys(explorer, event) {
  if (!explorer.contains(event.target)) return;
  // A key alone belongs to the control. Ctrl-S, Shift-Enter and Escape remain the notebook's.
  const alone = !(event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) && event.key !== "Escape";
  event.target.toggleAttribute(NO_SHORTCUTS, alone);
}

// A view is put into its explorer some time after it is rendered; the explorer need not be on the page for that.
function whenInside(el, signal, act) {
  if (signal.aborted) return;
  const explorer = el.closest(".bptt-explorer");
  if (explorer) act(explorer);
  else requestAnimationFrame(() => whenInside(el, signal, act));
}

function render({ model, el }) {
  const removed = new AbortController();
  whenInside(el, removed.signal, explorer => {
    const observer = new MutationObserver(() => {
      nameAll(explorer);
      observer.takeRecords(); // of the attributes just set: nobody needs to look at them
    });
    observer.observe(explorer, CHANGES);
    nameAll(explorer);
    const sized = new ResizeObserver(() => scrollByKeys(explorer));
    sized.observe(explorer);
    if (model.get("touchable")) followPointer(explorer, model, removed.signal);
    // Notebook 7 looks for shortcuts before any element sees the key, so the window has to be listened to.
    const options = { capture: true, signal: removed.signal };
    window.addEventListener("keydown", event => keepKeys(explorer, event), options);
    removed.signal.addEventListener("abort", () => {
      observer.disconnect();
      sized.disconnect();
    });
  });
  return () => removed.abort();
}

// A slider that was moved tells its play buttons where to go on, in the page alone: `set` sends nothing to the kernel.
async function keepPlayer(manager, [buttons, slider, place]) {
  [buttons, slider] = await Promise.all([manager.get_model(buttons), manager.get_model(slider)]);
  const follow = () => buttons.set("value", slider.get(place));
  slider.on(`change:${place}`, follow);
  follow();
}

// `save` sends a value that has not changed too, and takes the place of one that waits to be sent.
function initialize({ model }) {
  for (const player of model.get("players")) keepPlayer(model.widget_manager, player);
  model.on("msg:custom", async states => {
    for (const [id, state] of Object.entries(states)) {
      const control = await model.widget_manager.get_model(id);
      control.save(state, { patch: true });
    }
  });
}

export default { initialize, render };
