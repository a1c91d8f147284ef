// Turns the slides of a presentation by the keys of the arrows. Without it they stand one below the other.
"use strict";

const slides = document.querySelector("[data-slides]");
if (slides) {
  const all = [...slides.querySelectorAll(".slide")];
  const said = document.querySelector("[data-slides-said]");
  const keys = document.querySelector("[data-slides-keys]");
  const full = document.querySelector("[data-slides-full]");

  const named = () => Math.max(all.findIndex((slide) => `#${slide.id}` === location.hash), 0);

  const show = (number, isTurned) => {
    all.forEach((slide, place) => slide.toggleAttribute("data-shown", place === number));
    window.scrollTo(0, 0);
    if (isTurned) {
      const slide = all[number];
      slide.focus({ preventScroll: true });
      said.textContent = said.dataset.slidesSentence
        .replace("{number}", number + 1)
        .replace("{total}", all.length)
        .replace("{title}", slide.querySelector("h1, h2").textContent);
    }
  };

  // The address names the slide: a link, Back and a reload lead to it.
  const turnTo = (number) => {
    const there = Math.min(Math.max(number, 0), all.length - 1);
    if (there !== named()) {
      location.hash = all[there].id;
    }
  };

  const steps = {
    ArrowRight: () => named() + 1,
    ArrowDown: () => named() + 1,
    PageDown: () => named() + 1,
    ArrowLeft: () => named() - 1,
    ArrowUp: () => named() - 1,
    PageUp: () => named() - 1,
    Home: () => 0,
    End: () => all.length - 1,
  };

  // A slide that is longer than the screen is scrolled to its end first.
  const scrolls = (key) => {
    const page = document.scrollingElement;
    const rest = page.scrollHeight - page.clientHeight - page.scrollTop;
    return (key === "ArrowDown" && rest > 1) || (key === "ArrowUp" && page.scrollTop > 1);
  };

  slides.dataset.turned = "";
  keys.hidden = false;
  show(named(), false);
  window.addEventListener("hashchange", () => show(named(), true));
  document.addEventListener("keydown", (event) => {
    const hasModifier = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
    if (!(event.key in steps) || hasModifier || scrolls(event.key)) {
      return;
    }
    event.preventDefault();
    turnTo(steps[event.key]());
  });
  full.hidden = !document.fullscreenEnabled;
  full.addEventListener("click", () => {
    if (document.fullscreenElement) {
      document.exitFullscreen();
    } else {
      document.documentElement.requestFullscreen();
    }
  });
}
