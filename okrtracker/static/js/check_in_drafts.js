// Keeps what is typed into check-ins until it is saved, brings it back, and sends nothing into a dead connection.
"use strict";

const draftNotice = document.querySelector("[data-drafts]");
const PROBE_MILLISECONDS = 5000;
let isSending = false;
let isSure = false;
let isKept = true;

function draftPlaces() {
  return [...document.querySelectorAll("[data-draft]")];
}

function fieldsOf(place) {
  return [...place.querySelectorAll("input, select, textarea")].filter(
    (field) => field.name && !["row", "csrfmiddlewaretoken"].includes(field.name),
  );
}

function isChanged(field) {
  if (field.matches("[type=radio], [type=checkbox]")) {
    return field.checked !== field.defaultChecked;
  }
  if (field.matches("select")) {
    return ![...field.options].some((option, index) => option.selected
      && (option.defaultSelected || (index === 0 && ![...field.options].some((other) => other.defaultSelected))));
  }
  return field.type !== "hidden" && field.value !== field.defaultValue;
}

function written(place) {
  const fields = {};
  fieldsOf(place).forEach((field) => {
    if (field.matches("[type=radio], [type=checkbox]")) {
      fields[field.name] ??= "";
      fields[field.name] = field.checked ? field.value : fields[field.name];
    } else {
      fields[field.name] = field.value;
    }
  });
  return fields;
}

// A row the server sent back holds what was typed as if it had always been there.
function keepDraft(place) {
  if ("bound" in place.dataset || fieldsOf(place).some(isChanged)) {
    isKept = drafts.write(place.dataset.draft, written(place));
  } else {
    drafts.forget(place.dataset.draft);
  }
}

function bringBack(place) {
  const draft = drafts.read(place.dataset.draft);
  if (!draft || "bound" in place.dataset) {
    return false;
  }
  fieldsOf(place).forEach((field) => {
    const text = draft.fields[field.name];
    if (text === undefined) {
      return;
    }
    if (field.matches("[type=radio], [type=checkbox]")) {
      field.checked = field.value === text;
    } else {
      // With the form's one-time name and what was known when it was typed: what was saved without an answer
      // is not saved twice, and what others reported meanwhile is shown first.
      field.value = text;
    }
  });
  const more = place.querySelector(".note__more");
  if (more && [...more.querySelectorAll("input, select, textarea")].some((field) => field.value)) {
    more.open = true;
  }
  return true;
}

function showRestored(count) {
  const notice = draftNotice.querySelector("[data-restored]");
  const words = count === 1 ? notice.dataset.one : notice.dataset.many;
  notice.querySelector("span").textContent = words.replace("{count}", count);
  notice.hidden = false;
  notice.querySelector("[data-throw-away]").addEventListener("click", () => {
    draftPlaces().forEach((place) => drafts.forget(place.dataset.draft));
    window.location.reload();
  });
}

function showConnection(word) {
  const notice = draftNotice.querySelector("[data-offline]");
  notice.textContent = notice.dataset[word];
  notice.hidden = false;
}

async function isReachable() {
  try {
    const answer = await fetch(draftNotice.dataset.probe, {
      cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(PROBE_MILLISECONDS),
    });
    return answer.ok;
  } catch {
    return false;
  }
}

async function onSubmit(event) {
  if (isSure) {
    isSure = false;
    return;
  }
  event.preventDefault();
  if (isSending) {
    return; // pressed twice
  }
  isSending = true;
  if (await isReachable()) {
    isSure = true;
    checkIns.requestSubmit(event.submitter ?? undefined);
  } else {
    isSending = false;
    showConnection(isKept ? "kept" : "unkept");
  }
}

if (checkIns && draftNotice) {
  const restored = draftPlaces().filter(bringBack);
  if (restored.length) {
    showRestored(restored.length);
    countRows();
    // What they make is asked for once htmx listens.
    window.addEventListener("load", () => restored.forEach(announce));
  }
  draftPlaces().filter((place) => "bound" in place.dataset).forEach(keepDraft);
  checkIns.addEventListener("input", (event) => {
    const place = event.target.closest("[data-draft]");
    if (place) {
      keepDraft(place);
    }
  });
  checkIns.addEventListener("submit", onSubmit);
  window.addEventListener("pageshow", () => { isSending = false; });
  window.addEventListener("online", () => {
    if (!draftNotice.querySelector("[data-offline]").hidden) {
      showConnection("back");
    }
  });
  document.querySelectorAll("[data-forgets]").forEach((way) => {
    way.addEventListener("click", () => drafts.forgetAllOf(way.dataset.forgets));
  });
}
