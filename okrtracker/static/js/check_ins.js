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

// What will be sent at its time is not touched by saving the others, as long as nobody changes it.
function isAsKept(row) {
  return "waits" in row.dataset && [...row.querySelectorAll("input:not([type=hidden]), textarea, select")].every((field) => (
    field.matches("select") ? [...field.options].every((option) => option.selected === option.defaultSelected)
      : field.matches("[type=radio], [type=checkbox]") ? field.checked === field.defaultChecked
      : field.value === field.defaultValue
  ));
}

function isEntered(row) {
  return !isAsKept(row) && isFilledIn(row);
}

function isFilledIn(row) {
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

function statusFields(row) {
  return [...(row.closest("form[data-single]") ?? row).querySelectorAll(".status-choice input")];
}

// One step to a worse (1) or better (-1) status; the first press on none says "on track".
function stepStatus(row, step) {
  const fields = statusFields(row);
  if (fields.length === 0) {
    return;  // a KPI has no status to say
  }
  const now = fields.findIndex((field) => field.checked);
  const next = fields[now < 0 ? 0 : Math.min(Math.max(now + step, 0), fields.length - 1)];
  next.checked = true;
  next.dispatchEvent(new Event("input", { bubbles: true }));
  say(next.closest("label").textContent.trim());
}

function moveTo(row, field) {
  const status = statusFields(row);
  const target = field.matches("[data-value]") ? valueField(row)
    : field.matches(".status-choice input") ? status.find((choice) => choice.checked) ?? status[0]
    : row.querySelector(".note > textarea");
  target?.focus();
  target?.select?.();
}

function mayLeave(field, step) {
  // Left and right choose a status, so up and down are free to leave it; a select needs them itself.
  if (field.matches("input[data-value], .status-choice input")) {
    return true;
  }
  const isAtEdge = step < 0 ? field.selectionStart === 0 : field.selectionEnd === field.value.length;
  return field.matches(".note > textarea") && isAtEdge;
}

// For those who listen: what a key did away from the focus.
function say(text) {
  const place = document.querySelector("[data-announce]");
  if (place) {
    place.textContent = "";
    setTimeout(() => { place.textContent = text; }, 100);
  }
}

function onEnter(event, row) {
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    checkIns.requestSubmit();
  } else if (event.altKey && row) {
    event.preventDefault();
    markNoChange(row, !sameBox(row)?.checked);
  } else if (event.target.matches("[data-value]") && checkInRows.length > 1) {
    // Enter goes on to the next value, as in a table; it would send a half-filled form.
    event.preventDefault();
    const next = checkInRows[checkInRows.indexOf(row) + 1];
    (next ? valueField(next) : checkIns.querySelector("[data-save]")).focus();
  }
}

function onArrow(event, row) {
  const step = event.key === "ArrowUp" ? -1 : 1;
  if (event.altKey) {
    event.preventDefault();
    stepStatus(row, step);
    return;
  }
  const next = checkInRows[checkInRows.indexOf(row) + step];
  if (next && mayLeave(event.target, step)) {
    event.preventDefault();
    moveTo(next, event.target);
  }
}

function onKeydown(event) {
  const row = event.target.closest("[data-check-in-row]");
  if (event.key === "Enter") {
    onEnter(event, row);
  } else if (["ArrowUp", "ArrowDown"].includes(event.key) && row && !event.shiftKey && !event.ctrlKey) {
    onArrow(event, row);
  }
}

function onPageKey(event) {
  if (event.key === "?" && !event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select")) {
    const keys = document.querySelector("[data-keys]");
    keys.open = !keys.open;
    keys.querySelector("summary").focus();
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
  // Where a KPI gives the value, its own row says so.
  checkInRows.filter((row) => !isFilledIn(row) && !("fed" in row.dataset)).forEach((row) => markNoChange(row, true));
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
  document.querySelectorAll(".for-keyboards, [data-keys]").forEach((hint) => { hint.hidden = !hasRoomForKeys; });
  document.querySelectorAll(".for-pointers").forEach((hint) => { hint.hidden = hasRoomForKeys; });
  if (document.querySelector("[data-keys]")) {
    document.addEventListener("keydown", onPageKey);
  }
  const keptBack = checkIns.querySelector('[aria-invalid="true"]');
  keptBack?.focus();
  countRows();
  // What a draft would make is asked for once htmx listens.
  window.addEventListener("load", () => checkInRows.filter((row) => "kept" in row.dataset).forEach(announce));
}

// What was saved is read out, and where nothing is left to fill in it has the focus.
const said = document.querySelector(".messages");
if (said) {
  say(said.textContent.trim());
  if (!checkIns) {
    said.focus();
  }
}
