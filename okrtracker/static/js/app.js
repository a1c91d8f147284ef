// What makes pages nicer where JavaScript runs. Every page works without it.
"use strict";

const root = document.documentElement;

function chooseTheme(theme) {
  if (theme === "light" || theme === "dark") {
    root.dataset.theme = theme;
  } else {
    delete root.dataset.theme;
  }
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // The choice holds for this page only.
  }
}

function closeMenus(except) {
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (menu !== except) {
      menu.open = false;
    }
  });
}

document.querySelectorAll("[data-theme-choice]").forEach((choice) => {
  choice.hidden = false;
  const chosen = root.dataset.theme ?? "system";
  choice.querySelectorAll("input").forEach((input) => {
    input.checked = input.value === chosen;
    input.addEventListener("change", () => chooseTheme(input.value));
  });
});

document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") {
    return;
  }
  const open = document.querySelector("details.menu[open]");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});

// The box in the header: Escape and a press elsewhere put away what it shows.
const searchBox = document.querySelector("[data-search-box]");
if (searchBox) {
  const words = searchBox.querySelector("input");
  const panel = searchBox.querySelector("[role=status]");
  searchBox.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      panel.replaceChildren();
      words.focus();
    }
  });
  document.addEventListener("click", (event) => {
    if (!searchBox.contains(event.target)) {
      panel.replaceChildren();
    }
  });
}

// A select that stands for a filter sends its form at once; the button stays for those without JavaScript.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-submit-on-change]");
  if (form) {
    form.requestSubmit();
  }
});

// A password can be looked at while it is typed; it is hidden again before it is sent, and nothing keeps it.
document.querySelectorAll("[data-show-password]").forEach((button) => {
  const field = document.getElementById(button.getAttribute("aria-controls"));
  const show = (isShown) => {
    field.type = isShown ? "text" : "password";
    button.setAttribute("aria-pressed", String(isShown));
  };
  button.hidden = false;
  button.addEventListener("click", () => show(field.type === "password"));
  field.form?.addEventListener("submit", () => show(false));
});
