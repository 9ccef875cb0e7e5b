// The frames of an explorer on a page without a kernel: a native slider, a menu, buttons that let time pass.

const REST = 500; // milliseconds without a move after which a screen reader is told the sentence
const PLAY = 150; // milliseconds from one frame to the next while it plays

function start(figure) {
  const { values, sentences } = JSON.parse(figure.querySelector("script").textContent);
  const [slider, menu, button, image] = ["input", "select", "button", "img"].map(part => figure.querySelector(part));
  const sentence = figure.querySelector(".bptt-frames-sentence");
  const value = figure.querySelector(".bptt-frames-value"); // an <output> would be a second live region
  const loaded = new Map();
  let resting, playing;

  const place = () => [menu ? menu.selectedIndex : 0, Number(slider.value)];
  const load = (row, column) => {
    const address = `${figure.dataset.folder}/${row}-${column}.png`;
    if (!loaded.has(address)) {
      const frame = new Image();
      frame.src = address;
      loaded.set(address, frame.decode().then(() => address));
      loaded.get(address).catch(() => loaded.delete(address)); // the next move asks again
    }
    return loaded.get(address);
  };

  // Once somebody moves something, the frames of this row are fetched, the nearest first; not for who saves data.
  const fetchRow = async () => {
    const [row, column] = place();
    if (navigator.connection?.saveData) return;
    const order = values.map((_, k) => k).sort((a, b) => Math.abs(a - column) - Math.abs(b - column));
    for (const k of order) {
      if (row !== place()[0]) return;
      await load(row, k).catch(() => {});
    }
  };

  const name = () => {
    const [, column] = place();
    value.textContent = values[column];
    slider.setAttribute("aria-valuetext", values[column]);
  };

  // Picture and sentence change together, when the picture is there; a screen reader waits until the values rest.
  const show = async () => {
    const [row, column] = place();
    name();
    sentence.setAttribute("aria-busy", "true");
    clearTimeout(resting);
    resting = setTimeout(() => sentence.removeAttribute("aria-busy"), REST);
    let text = sentences[row][column];
    try {
      const address = await load(row, column);
      if (String(place()) !== String([row, column])) return; // moved on meanwhile
      image.src = address;
      image.alt = text;
    } catch {
      if (String(place()) !== String([row, column])) return;
      text = "This frame could not be loaded; the picture shows another one.";
    }
    sentence.textContent = text;
  };

  const moved = () => {
    show();
    fetchRow();
  };
  slider.addEventListener("input", moved);
  menu?.addEventListener("input", moved);

  const pause = () => {
    clearTimeout(playing);
    playing = undefined;
    button.textContent = "Play";
  };
  const step = async () => {
    if (slider.value === slider.max) return pause();
    slider.value = Number(slider.value) + 1;
    await show();
    if (playing !== undefined) playing = setTimeout(step, PLAY);
  };
  button?.addEventListener("click", () => {
    if (playing !== undefined) return pause();
    button.textContent = "Pause";
    if (slider.value === slider.max) slider.value = 0;
    fetchRow();
    playing = setTimeout(step, PLAY);
  });

  name();
  figure.querySelector(".bptt-frames-controls").hidden = false;
}

document.querySelectorAll(".bptt-frames").forEach(start);
