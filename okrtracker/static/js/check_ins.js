// Check-ins by keyboard: counting, "no change", moving between rows. The form saves without any of it.
"use strict";

const checkIns = document.querySelector("form[data-check-ins]");
const checkInRows = [...checkIns?.querySelectorAll("[data-check-in-row]") ?? []];

function valueField(row) {
  return row.querySelector("[data-value]");
}

function sameBox(row) {
  return row.querySelector('.now__same input[type="checkbox"]');
}

function isEntered(row) {
  return valueField(row).value.trim() !== "" || Boolean(sameBox(row)?.checked);
}

function inWords(element, count) {
  const words = count === 0 ? element.dataset.none : count === 1 ? element.dataset.one : element.dataset.many;
  return (words ?? "").replace("{count}", count);
}

function countRows() {
  const entered = checkInRows.filter(isEntered).length;
  const save = checkIns.querySelector("[data-save]");
  const untouched = checkIns.querySelector("[data-untouched]");
  if (save && untouched) {
    save.textContent = inWords(save, entered);
    untouched.textContent = inWords(untouched, checkInRows.length - entered);
  }
}

// The preview listens to "input"; what scripts change says so itself.
function announce(row) {
  valueField(row).dispatchEvent(new Event("input", { bubbles: true }));
}

function markNoChange(row, isSame) {
  const box = sameBox(row);
  if (!box) {
    return;
  }
  const field = valueField(row);
  box.checked = isSame;
  if (isSame) {
    row.dataset.typed = field.value;
    field.value = "";
  } else if (row.dataset.typed) {
    field.value = row.dataset.typed;
  }
  announce(row);
}

function moveTo(row, field) {
  const sameColumn = field.closest("td")?.className;
  const target = field.matches("[data-value]") ? valueField(row) : row.querySelector(`td[class="${sameColumn}"] textarea`);
  target?.focus();
  target?.select?.();
}

function mayLeave(field, step) {
  if (field.matches("input[data-value]")) {
    return true;
  }
  const isAtEdge = step < 0 ? field.selectionStart === 0 : field.selectionEnd === field.value.length;
  return field.matches(".note > textarea") && isAtEdge;
}

function onKeydown(event) {
  const row = event.target.closest("[data-check-in-row]");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    checkIns.requestSubmit();
  } else if (event.key === "Enter" && event.altKey && row) {
    event.preventDefault();
    markNoChange(row, !sameBox(row)?.checked);
  } else if (event.key === "Enter" && event.target.matches("input[data-value]") && checkInRows.length > 1) {
    // Enter goes on to the next value, as in a table; it would send a half-filled form.
    event.preventDefault();
    const next = checkInRows[checkInRows.indexOf(row) + 1];
    (next ? valueField(next) : checkIns.querySelector("[data-save]")).focus();
  } else if (["ArrowUp", "ArrowDown"].includes(event.key) && row && !event.altKey && !event.shiftKey) {
    const step = event.key === "ArrowUp" ? -1 : 1;
    const next = checkInRows[checkInRows.indexOf(row) + step];
    if (next && mayLeave(event.target, step)) {
      event.preventDefault();
      moveTo(next, event.target);
    }
  }
}

function onInput(event) {
  const row = event.target.closest("[data-check-in-row]");
  const box = row && sameBox(row);
  if (event.isTrusted && box && event.target === box) {
    markNoChange(row, box.checked);
  } else if (event.isTrusted && box && event.target.matches("[data-value]") && event.target.value) {
    box.checked = false;
  }
  if (event.target.matches("[data-value]")) {
    // The sentence was about what stood there before.
    event.target.removeAttribute("aria-invalid");
    event.target.closest("td, .field").querySelectorAll(".errorlist").forEach((list) => list.remove());
  }
  countRows();
}

function markTheRest(event) {
  event.preventDefault();
  checkInRows.filter((row) => !isEntered(row)).forEach((row) => markNoChange(row, true));
}

if (checkIns) {
  checkIns.addEventListener("keydown", onKeydown);
  checkIns.addEventListener("input", onInput);
  const rest = checkIns.querySelector("[data-mark-rest]");
  if (rest) {
    rest.textContent = rest.dataset.marks;
    rest.addEventListener("click", markTheRest);
  }
  const hasRoomForKeys = window.matchMedia("(min-width: 46rem)").matches;
  document.querySelectorAll(".for-keyboards").forEach((hint) => { hint.hidden = !hasRoomForKeys; });
  document.querySelectorAll(".for-pointers").forEach((hint) => { hint.hidden = hasRoomForKeys; });
  const keptBack = checkIns.querySelector('[aria-invalid="true"]');
  keptBack?.focus();
  countRows();
}
